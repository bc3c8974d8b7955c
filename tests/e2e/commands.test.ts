// The command line as people meet it: mistakes, ports, locks, signals, the reference's own checkers.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  freePort,
  NODE,
  PHAROS,
  pharos,
  ready,
  run,
  start,
  temporaryDirectory,
  until,
} from './process.ts'
import { instant } from './query.ts'

const hasReference = existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/promtool')

function writeConfig(directory: string, text: string): string {
  const path = join(directory, 'prometheus.yml')
  writeFileSync(path, text)
  return path
}

const SELF = (port: number): string => `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['127.0.0.1:${port}']}]
`

async function server(
  more: readonly string[] = [],
): Promise<{ base: string; directory: string; running: ReturnType<typeof pharos> }> {
  const directory = temporaryDirectory()
  const port = await freePort()
  const config = writeConfig(directory, SELF(port))
  const running = pharos([
    'server',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...more,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return { base, directory, running }
}

test('five mistakes in a configuration file are five lines with positions and exit code 1', async () => {
  const directory = temporaryDirectory()
  const config = writeConfig(
    directory,
    `global:
  scrape_interval: 5x
  evaluation_intervall: 15s
scrape_configs:
  - job_name: a
    metric_path: /metrics
    static_configs:
      - targets: ['localhost:9090']
    relabel_configs:
      - action: replce
        source_labels: [a]
        target_label: b
  - job_name: a
`,
  )
  for (const args of [
    ['promtool', 'check', 'config', config],
    [
      'server',
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
  ]) {
    const { code, output } = await run(NODE, [PHAROS, ...args])
    expect(code, output).toBe(1)
    const lines = output.split('\n').filter((line) => /prometheus\.yml:\d+:\d+: /.test(line))
    expect(lines.length, output).toBe(5)
    expect(output).toContain('did you mean evaluation_interval?')
    expect(output).toContain('did you mean metrics_path?')
    expect(output).toContain('did you mean replace?')
    expect(output).not.toContain('    at ')
    expect(existsSync(join(directory, 'data')), 'no directory was touched').toBe(false)
  }
})

test('a mistake in the alert manager’s file ends the start before a directory is touched', async () => {
  const directory = temporaryDirectory()
  const config = writeConfig(directory, SELF(9090))
  const alerts = join(directory, 'alertmanager.yml')
  writeFileSync(alerts, 'route: {receiver: nobody}\nreceivers: [{name: default}]\n')
  const { code, output } = await run(NODE, [
    PHAROS,
    'server',
    `--config.file=${config}`,
    `--alertmanager.config.file=${alerts}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  expect(code, output).toBe(1)
  expect(output).toContain('alertmanager.yml')
  expect(existsSync(join(directory, 'data'))).toBe(false)
})

test('a port in use is one clear line and exit code 1', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const directory = temporaryDirectory()
  const config = writeConfig(directory, SELF(port))
  const { code, output } = await run(NODE, [
    PHAROS,
    'server',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  expect(code).toBe(1)
  expect(output).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*(in use)`))
  expect(output).not.toContain('    at ')
})

test('pharos up ends too when its port is in use', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const { code, output } = await run(NODE, [
    PHAROS,
    'up',
    `--storage.tsdb.path=${join(temporaryDirectory(), 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--node.web.listen-address=127.0.0.1:0',
    '--pushgateway.web.listen-address=127.0.0.1:0',
  ])
  expect(code).toBe(1)
  expect(output).toContain('address already in use')
})

test('a second process on the same data is refused with one clear line', async () => {
  const { directory } = await server()
  const config = join(directory, 'prometheus.yml')
  const { code, output } = await run(NODE, [
    PHAROS,
    'server',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  expect(code).toBe(1)
  expect(output).toMatch(/lock/)
  expect(output).not.toContain('    at ')
})

test('a data path that cannot be a directory is one clear line and exit code 1', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'file'), '')
  const config = writeConfig(directory, SELF(1))
  const { code, output } = await run(NODE, [
    PHAROS,
    'server',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'file', 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  expect(code).toBe(1)
  expect(output).toContain(join(directory, 'file'))
  expect(output).not.toContain('    at ')
})

test('an unknown flag is refused as the reference does, naming it', async () => {
  const { code, output } = await run(NODE, [PHAROS, 'server', '--web.listen-adress=:1'])
  expect(code).toBe(1)
  expect(output).toMatch(/web\.listen-adress/)
})

test('SIGHUP and /-/reload take a new configuration; a bad one keeps the old', async () => {
  const { base, directory, running } = await server(['--web.enable-lifecycle'])
  const file = join(directory, 'prometheus.yml')
  const jobs = async (): Promise<string> => {
    const answer = (await (await fetch(`${base}/api/v1/status/config`)).json()) as {
      data: { yaml: string }
    }
    return [...answer.data.yaml.matchAll(/job_name: (\S+)/g)].map((match) => match[1]).join()
  }
  expect(await jobs()).toBe('self')
  writeFileSync(file, `scrape_configs: [{job_name: second}]\n`)
  running.child.kill('SIGHUP')
  await until('the second configuration', async () =>
    (await jobs()) === 'second' ? true : undefined,
  )
  writeFileSync(file, `scrape_configs: [{job_nam: third}]\n`)
  const bad = await fetch(`${base}/-/reload`, { method: 'POST' })
  expect(bad.status).toBe(500)
  expect(await bad.text()).toContain('did you mean job_name?')
  expect(await jobs()).toBe('second')
  const metrics = await (await fetch(`${base}/metrics`)).text()
  expect(metrics).toContain('prometheus_config_last_reload_successful 0')
  writeFileSync(file, `scrape_configs: [{job_name: third}]\n`)
  expect((await fetch(`${base}/-/reload`, { method: 'POST' })).status).toBe(200)
  expect(await jobs()).toBe('third')
})

test('SIGTERM ends it with code 0, and what was scraped is there after the next start', async () => {
  const { base, directory, running } = await server()
  await until('a sample', async () =>
    (await instant(base, 'up', Date.now() / 1000)).data?.result.length === 1 ? true : undefined,
  )
  running.child.kill('SIGTERM')
  expect(await running.exited).toBe(0)
  const port = await freePort()
  const again = pharos([
    'server',
    `--config.file=${writeConfig(directory, 'scrape_configs: []\n')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  await ready(`http://127.0.0.1:${port}`, again)
  const answer = await instant(
    `http://127.0.0.1:${port}`,
    'count_over_time(up[5m])',
    Date.now() / 1000,
  )
  expect(Number(answer.data?.result[0]?.value?.[1])).toBeGreaterThan(0)
})

test("a metrics page of ours is accepted by our own and the reference's promtool", async () => {
  const { base } = await server()
  const page = await (await fetch(`${base}/metrics`)).text()
  expect(await run(NODE, [PHAROS, 'promtool', 'check', 'metrics'], page)).toEqual({
    code: 0,
    output: '',
  })
  if (hasReference)
    expect(await run('promtool', ['check', 'metrics'], page)).toEqual({ code: 0, output: '' })
})

test.skipIf(!hasReference)(
  "Debian's Prometheus scrapes us with up == 1 and no parse error",
  async () => {
    const { base, directory } = await server()
    const port = await freePort()
    mkdirSync(join(directory, 'reference'))
    const config = writeConfig(join(directory, 'reference'), SELF(Number(new URL(base).port)))
    const prometheus = start('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'reference/data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    const theirs = `http://127.0.0.1:${port}`
    await ready(theirs, prometheus)
    await until('three scrapes', async () => {
      const answer = await instant(theirs, 'count_over_time(up[1m])', Date.now() / 1000)
      return Number(answer.data?.result[0]?.value?.[1]) >= 3 ? true : undefined
    })
    const up = await instant(theirs, 'min_over_time(up[1m])', Date.now() / 1000)
    expect(up.data?.result.map((one) => one.value?.[1])).toEqual(['1'])
    const targets = (await (await fetch(`${theirs}/api/v1/targets`)).json()) as {
      data: { activeTargets: { lastError: string }[] }
    }
    expect(targets.data.activeTargets.map((one) => one.lastError)).toEqual([''])
  },
)

test('promtool query instant and range print what the server answers', async () => {
  const { base } = await server()
  await until('a sample', async () =>
    (await instant(base, 'up', Date.now() / 1000)).data?.result.length === 1 ? true : undefined,
  )
  const one = await run(NODE, [PHAROS, 'promtool', 'query', 'instant', base, 'up'])
  expect(one.code).toBe(0)
  expect(one.output).toMatch(
    /^up\{instance="127\.0\.0\.1:\d+", job="self"\} => 1 @\[\d+(\.\d+)?\]\n$/,
  )
  const many = await run(NODE, [PHAROS, 'promtool', 'query', 'range', '--step=1s', base, 'up'])
  expect(many.code).toBe(0)
  expect(many.output).toMatch(
    /^up\{instance="127\.0\.0\.1:\d+", job="self"\} =>\n(1 @\[\d+(\.\d+)?\]\n)+/,
  )
  const wrong = await run(NODE, [PHAROS, 'promtool', 'query', 'instant', base, 'up{'])
  expect(wrong.code).toBe(1)
  expect(wrong.output).toContain('parse error')
})

test('top shows a server in the terminal, and says in one line when there is none', async () => {
  const { base } = await server()
  const look = () => run(NODE, [PHAROS, 'top', base, '--once'])
  await expect
    .poll(async () => (await look()).output, { timeout: 20_000, interval: 500 })
    .toContain('targets 1 up, 0 down')
  const { output } = await look()
  expect(output).toMatch(/series [1-9][\d,]* /)
  expect(output).toContain('DOWN (0)\nnone\n')
  expect(output).toMatch(/SLOWEST SCRAPES\n *[\d.]+ ms  self  http:/)
  const nobody = await run(NODE, [PHAROS, 'top', `127.0.0.1:${await freePort()}`])
  expect(nobody.code).toBe(1)
  expect(nobody.output).toMatch(/^pharos: .*127\.0\.0\.1:\d+.*refused.*\[.*\]\n$/)
})
