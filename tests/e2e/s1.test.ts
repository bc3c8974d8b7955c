// The first seed, end to end: a service registers itself, is discovered, scraped and queried; it dies and is gone; the
// registry dies and nothing is gone. Once with the built-in registry, once with Debian's etcd where it is installed,
// and with Debian's Prometheus behind the bridge.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  freePort,
  NODE,
  pause,
  pharos,
  ready,
  ROOT,
  start,
  temporaryDirectory,
  until,
} from './process.ts'
import type { Running } from './process.ts'
import { instant } from './query.ts'
import { startEtcd, startRegistry } from './registries.ts'
import type { RunningRegistry } from './registries.ts'

const hasEtcd = existsSync('/usr/bin/etcd')
const hasEtcdctl = existsSync('/usr/bin/etcdctl')
const hasPrometheus = existsSync('/usr/bin/prometheus')

const LEASE_MS = 5_000

type Start = (directory: string, port?: number) => Promise<RunningRegistry>

interface Target {
  readonly scrapeUrl: string
  readonly health: string
  readonly labels: Readonly<Record<string, string>>
  readonly discoveredLabels: Readonly<Record<string, string>>
}

async function targets(base: string): Promise<readonly Target[]> {
  const answer = await fetch(`${base}/api/v1/targets?state=active`)
  const body = (await answer.json()) as { data: { activeTargets: Target[] } }
  return body.data.activeTargets
}

const CONFIG = (url: string): string => `global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: dynamic_services
    etcd_sd_configs:
      - endpoints: ['${url}']
    relabel_configs:
      - source_labels: [__meta_service_name]
        target_label: service
`

const REFERENCE_CONFIG = (path: string): string => `global:
  scrape_interval: 1s
scrape_configs:
  - job_name: dynamic_services
    file_sd_configs:
      - files: ['${path}']
        refresh_interval: 5s
`

function service(url: string, id: string): Running {
  return start(NODE, [join(ROOT, 'tests/e2e/monitored-service.ts'), url, 'monitor', id])
}

async function story(startOne: Start, isEtcd: boolean): Promise<void> {
  const directory = temporaryDirectory()
  let registry = await startOne(directory)
  onTestFinished(() => registry.stop())
  const port = Number(new URL(registry.url).port)
  writeFileSync(join(directory, 'prometheus.yml'), CONFIG(registry.url))
  const ourPort = await freePort()
  const server = pharos([
    'server',
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${ourPort}`,
  ])
  const ours = `http://127.0.0.1:${ourPort}`
  const targetFile = join(directory, 'targets.json')
  pharos(['sd-bridge', `--out=${targetFile}`, `--endpoints=${registry.url}`])
  await ready(ours, server)

  // Register, discover, scrape, query.
  const startedMs = Date.now()
  const first = service(registry.url, '1')
  await until('the target', async () => ((await targets(ours)).length === 1 ? true : undefined))
  const foundMs = Date.now() - startedMs
  const value = await until('a sample', async () => {
    const answer = await instant(ours, 'pings_total{service="monitor"}', Date.now() / 1000)
    return answer.data?.result[0]?.value?.[1]
  })
  const sampleMs = Date.now() - startedMs
  expect(value).toBe('3')
  expect(first.output()).toContain('服务注册成功')
  expect(first.output()).toContain('key=/service/monitor/1')
  const [target] = await targets(ours)
  expect(target!.discoveredLabels).toMatchObject({
    __meta_etcd_key: '/service/monitor/1',
    __meta_service_lease_ttl: '5',
    __meta_service_route_metrics: 'GET',
  })
  const servicePort = /port (\d+)/.exec(first.output())![1]!
  if (isEtcd && hasEtcdctl) expectSeedJson(registry.url, servicePort)

  // The file for a Prometheus that is not ours.
  const file = await until('targets.json', async () =>
    existsSync(targetFile) && readFileSync(targetFile, 'utf8').includes(servicePort)
      ? readFileSync(targetFile, 'utf8')
      : undefined,
  )
  expect(JSON.parse(file)).toMatchObject([
    { targets: [`127.0.0.1:${servicePort}`], labels: { __meta_service_name: 'monitor' } },
  ])
  const reference = hasPrometheus ? await startReference(directory, targetFile) : undefined

  // The registry is away for longer than a lease: nothing is gone.
  await registry.stop()
  const awayMs = Date.now()
  while (Date.now() - awayMs < 2 * LEASE_MS) {
    expect((await targets(ours)).map((one) => one.labels['service'])).toEqual(['monitor'])
    await pause(200)
  }
  registry = await startOne(directory, port)
  await pause(LEASE_MS + 2_000)
  expect((await targets(ours)).map((one) => one.health)).toEqual(['up'])
  const lowest = await instant(ours, 'min_over_time(up[15s])', Date.now() / 1000)
  expect(lowest.data?.result.map((one) => one.value?.[1])).toEqual(['1'])

  // Killed without a word: gone within the lease and a second.
  const killedMs = Date.now()
  first.child.kill('SIGKILL')
  await until(
    'the target to go',
    async () => ((await targets(ours)).length === 0 ? true : undefined),
    LEASE_MS + 5_000,
  )
  const goneMs = Date.now() - killedMs
  expect(goneMs).toBeLessThanOrEqual(LEASE_MS + 1_000)
  await until('an empty targets.json', async () =>
    readFileSync(targetFile, 'utf8') === '[]\n' ? true : undefined,
  )
  if (reference !== undefined)
    await until('the reference to follow', async () =>
      (await targets(reference)).length === 0 ? true : undefined,
    )

  // Ended in order: gone at once.
  const second = service(registry.url, '2')
  await until('the second', async () => ((await targets(ours)).length === 1 ? true : undefined))
  const endedMs = Date.now()
  second.child.kill('SIGTERM')
  await until('the second to go', async () =>
    (await targets(ours)).length === 0 ? true : undefined,
  )
  console.log(
    `found after ${foundMs} ms, sample after ${sampleMs} ms, gone ${goneMs} ms after SIGKILL, ` +
      `${Date.now() - endedMs} ms after SIGTERM`,
  )
}

/** What `etcdctl get --prefix /service/` shows is the seed's JSON. */
function expectSeedJson(url: string, port: string): void {
  const shown = execFileSync('/usr/bin/etcdctl', ['get', '--prefix', '/service/'], {
    env: { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: url },
    encoding: 'utf8',
  })
  expect(shown).toBe(
    `/service/monitor/1\n{"id":"1","name":"monitor","host":"127.0.0.1","port":${port},"lease_time":5,"routes":[{"path":"/metrics","method":"GET"},{"path":"/ping","method":"GET"}]}\n`,
  )
}

async function startReference(directory: string, targetFile: string): Promise<string> {
  const port = await freePort()
  writeFileSync(join(directory, 'reference.yml'), REFERENCE_CONFIG(targetFile))
  const running = start('/usr/bin/prometheus', [
    `--config.file=${join(directory, 'reference.yml')}`,
    `--storage.tsdb.path=${join(directory, 'reference')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  await until('the reference to scrape', async () => {
    const [one] = await targets(base)
    return one?.health === 'up' ? true : undefined
  })
  return base
}

test('built-in registry: register, discover, scrape, query; die and be gone; outages empty nothing', () =>
  story(startRegistry, false))

test.skipIf(!hasEtcd)(
  `etcd of Debian${hasEtcd ? '' : ' (not installed, skipped)'}: the same story`,
  () => story(startEtcd, true),
)
