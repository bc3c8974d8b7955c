// remote_write to engines that exist, with faults: stopped, killed, answering 429 and 500; and ourselves killed.
// Afterwards every sample that we have is found there, and nothing else.
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pause, pharos, ready, start, temporaryDirectory, until } from './process.ts'
import { api, type Sample } from './query.ts'

const SERIES = 50

/** A target whose every page is new. */
async function target(): Promise<number> {
  let page = 0
  const server = createServer((_request, response) => {
    page++
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    let text = '# TYPE m counter\n# HELP m Help of m.\n'
    for (let i = 0; i < SERIES; i++) text += `m{i="${i}"} ${page * 1000 + i}\n`
    response.end(text)
  })
  return listening(server)
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Stands before an engine and answers in its place while it is told to. */
async function faulty(port: number): Promise<{ port: number; status: number }> {
  const state = { port: 0, status: 0 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (state.status !== 0) {
        response.statusCode = state.status
        if (state.status === 429) response.setHeader('retry-after', '1')
        response.end('planted')
        return
      }
      fetch(`http://127.0.0.1:${port}${request.url}`, {
        method: 'POST',
        body: Buffer.concat(chunks),
        headers: Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => /^(content-|x-prom)/.test(name)),
        ) as Record<string, string>,
      }).then(
        async (answer) => {
          response.statusCode = answer.status
          response.end(await answer.text())
        },
        () => response.destroy(),
      )
    })
  })
  state.port = await listening(server)
  return state
}

/** Values of `m` by series and time in ms. */
function byTime(samples: readonly Sample[]): Map<string, string> {
  const all = new Map<string, string>()
  for (const { metric, values = [] } of samples) {
    for (const [seconds, value] of values)
      all.set(`${metric['i']} ${Math.round(seconds * 1000)}`, value)
  }
  return all
}

async function exported(vm: string): Promise<Map<string, string>> {
  const answer = await fetch(`${vm}/api/v1/export?match[]=m`)
  const all = new Map<string, string>()
  for (const line of (await answer.text()).split('\n').filter((one) => one !== '')) {
    const { metric, values, timestamps } = JSON.parse(line) as {
      metric: Record<string, string>
      values: number[]
      timestamps: number[]
    }
    timestamps.forEach((tMs, i) => all.set(`${metric['i']} ${tMs}`, String(values[i])))
  }
  return all
}

test('every sample reaches Prometheus and VictoriaMetrics whatever fails in between, ourselves killed too', async () => {
  const directory = temporaryDirectory()
  const [ports, page] = [await Promise.all([freePort(), freePort(), freePort()]), await target()]
  const [own, prometheus, victoria] = ports as [number, number, number]
  writeFileSync(join(directory, 'empty.yml'), '')
  const peers = {
    prometheus: () =>
      start('prometheus', [
        `--config.file=${join(directory, 'empty.yml')}`,
        `--storage.tsdb.path=${join(directory, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${prometheus}`,
        '--web.enable-remote-write-receiver',
      ]),
    victoria: () =>
      start('victoria-metrics', [
        `-storageDataPath=${join(directory, 'victoria')}`,
        `-httpListenAddr=127.0.0.1:${victoria}`,
      ]),
  }
  let referee = peers.prometheus()
  const vm = peers.victoria()
  await ready(`http://127.0.0.1:${prometheus}`, referee)
  await until('VictoriaMetrics', async () =>
    (await fetch(`http://127.0.0.1:${victoria}/health`)).ok ? true : undefined,
  )
  const toPrometheus = await faulty(prometheus)
  const toVictoria = await faulty(victoria)
  const queue =
    'queue_config: {min_backoff: 30ms, max_backoff: 500ms, batch_send_deadline: 500ms, capacity: 500, retry_on_http_429: true}'
  writeFileSync(
    join(directory, 'pharos.yml'),
    `global: {scrape_interval: 250ms, external_labels: {cluster: test}}
scrape_configs: [{job_name: t, static_configs: [{targets: ['127.0.0.1:${page}']}]}]
remote_write:
  - {name: prometheus, url: 'http://127.0.0.1:${toPrometheus.port}/api/v1/write', ${queue}}
  - {name: victoria, url: 'http://127.0.0.1:${toVictoria.port}/api/v1/write', ${queue}}
`,
  )
  const run = () =>
    pharos([
      'server',
      `--config.file=${join(directory, 'pharos.yml')}`,
      `--storage.tsdb.path=${join(directory, 'pharos')}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ])
  const url = `http://127.0.0.1:${own}`
  let pharosItself = run()
  await ready(url, pharosItself)
  await pause(2_000)
  toVictoria.status = 500
  toPrometheus.status = 429
  await pause(3_000)
  // Killed while both endpoints fail: what waits is in memory, on disk and in the store.
  pharosItself.child.kill('SIGKILL')
  await pharosItself.exited
  pharosItself = run()
  await ready(url, pharosItself)
  await pause(1_500)
  toVictoria.status = 0
  toPrometheus.status = 0
  vm.child.kill('SIGSTOP')
  referee.child.kill('SIGKILL')
  await referee.exited
  await pause(2_000)
  vm.child.kill('SIGCONT')
  referee = peers.prometheus()
  await ready(`http://127.0.0.1:${prometheus}`, referee)
  await pause(1_000)
  // Killed while all is well: what it had in memory is read from the store again.
  pharosItself.child.kill('SIGKILL')
  await pharosItself.exited
  pharosItself = run()
  await ready(url, pharosItself)
  await pause(1_000)
  await until('an empty queue', async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const waiting = [...text.matchAll(/^prometheus_remote_storage_samples_pending\{.*\} (\S+)$/gm)]
    const most = Math.max(...waiting.map((one) => Number(one[1])))
    return waiting.length === 2 && most < SERIES * 10 ? true : undefined
  })
  // No more scrapes: everything that there is goes out.
  writeFileSync(
    join(directory, 'pharos.yml'),
    `global: {external_labels: {cluster: test}}
remote_write:
  - {name: prometheus, url: 'http://127.0.0.1:${toPrometheus.port}/api/v1/write', ${queue}}
  - {name: victoria, url: 'http://127.0.0.1:${toVictoria.port}/api/v1/write', ${queue}}
`,
  )
  pharosItself.child.kill('SIGHUP')
  await pause(2_500)

  const ours = byTime((await api(url, 'query', { query: 'm[10m]' })).data!.result)
  const theirs = byTime(
    (await api(`http://127.0.0.1:${prometheus}`, 'query', { query: 'm{cluster="test"}[10m]' }))
      .data!.result,
  )
  const victorias = await until('the export', async () => {
    const all = await exported(`http://127.0.0.1:${victoria}`)
    return all.size >= ours.size ? all : undefined
  })
  expect(ours.size).toBeGreaterThan(SERIES * 20)
  console.log(
    `${ours.size} samples, ${theirs.size} in Prometheus, ${victorias.size} in VictoriaMetrics`,
  )
  for (const [name, got] of [
    ['Prometheus', theirs],
    ['VictoriaMetrics', victorias],
  ] as const) {
    const missing = [...ours.keys()].filter((key) => !got.has(key))
    expect(missing, `missing in ${name}`).toEqual([])
    const other = [...ours].filter(([key, value]) => Number(got.get(key)) !== Number(value))
    expect(other, `other in ${name}`).toEqual([])
    // A sample may have been sent that the store lost when the process was killed: at most the last scrapes.
    const more = [...got.keys()].filter((key) => !ours.has(key))
    expect(more.length, `only in ${name}`).toBeLessThanOrEqual(SERIES * 8)
  }
  const { data } = (await (
    await fetch(`http://127.0.0.1:${prometheus}/api/v1/query?query=up{cluster="test"}[10m]`)
  ).json()) as { data: { result: Sample[] } }
  expect(data.result.length).toBe(1)
})
