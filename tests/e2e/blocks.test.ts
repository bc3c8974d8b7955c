// Into our store and out of it: Debian's Prometheus and promtool open what we export, and we answer from what they wrote as
// they do.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProtoWriter, snappyEncode } from '@pharos/base'
import { expect, test } from 'vitest'
import { range } from './query.ts'
import { freePort, NODE, PHAROS, pharos, ready, run, start, temporaryDirectory } from './process.ts'

const hasReference = existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/promtool')

const STEP_MS = 15_000

/** Counters, gauges, a stale marker's worth of gaps and odd labels, over five hours. */
function openMetrics(startMs: number): string {
  const lines: string[] = []
  const all: [string, (i: number) => number | undefined][] = [
    ['requests_total{job="a",instance="1",code="200"}', (i) => i * 17],
    ['requests_total{job="a",instance="1",code="500"}', (i) => (i % 100) * 3],
    ['temperature{job="a",instance="2"}', (i) => Math.round(Math.sin(i / 20) * 1000) / 10],
    [
      'odd{job="a",instance="2",path="C:\\\\x",text="say \\"hi\\"",zh="监控"}',
      (i) => (i % 7 < 5 ? i / 3 : undefined),
    ],
    ['alone', (i) => (i % 40 === 0 ? Infinity : i)],
  ]
  for (const [series, value] of all) {
    const name = series.replace(/(_total)?(\{.*)?$/, '')
    lines.push(`# TYPE ${name} ${series.includes('_total') ? 'counter' : 'gauge'}`)
    for (let i = 0; i < 1200; i++) {
      const v = value(i)
      const text = v === Infinity ? '+Inf' : String(v)
      if (v !== undefined) lines.push(`${series} ${text} ${(startMs + i * STEP_MS) / 1000}`)
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}

const QUESTIONS = [
  'requests_total',
  'sum by (code) (rate(requests_total[5m]))',
  'max_over_time(temperature[30m])',
  'odd',
  'count_over_time(odd[10m])',
  'alone',
]

async function answers(url: string, startMs: number): Promise<unknown[]> {
  const found: unknown[] = []
  for (const query of QUESTIONS) {
    const params = new URLSearchParams({
      query,
      // Off the samples' grid: 2.42 has windows that are closed on the left.
      start: String(startMs / 1000 + 901.5),
      end: String(startMs / 1000 + 17_900),
      step: '60',
    })
    const answer = (await (await fetch(`${url}/api/v1/query_range?${params}`)).json()) as {
      status: string
      data: { result: { metric: Record<string, string>; values: [number, string][] }[] }
    }
    expect(answer.status, query).toBe('success')
    const { result } = answer.data
    expect(result.length, query).toBeGreaterThan(0)
    found.push(
      result
        .map(({ metric, values }) => ({
          metric: JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1))),
          // Sums may differ in their last digits.
          values: values.map(([t, v]) => [t, Number(Number(v).toPrecision(12))]),
        }))
        .toSorted((a, b) => (a.metric < b.metric ? -1 : 1)),
    )
  }
  return found
}

/** What promtool prints of a directory. It wants a log beside the blocks. */
async function promtool(command: string, directory: string): Promise<string> {
  mkdirSync(join(directory, 'wal'), { recursive: true })
  const { code, output } = await run('promtool', ['tsdb', command, directory])
  expect(code, output).toBe(0)
  return output
}

const sortedLines = (text: string): string[] => text.split('\n').sort()

async function cli(...args: string[]): Promise<string> {
  const { code, output } = await run(NODE, [PHAROS, ...args])
  expect(code, output).toBe(0)
  return output
}

async function ours(directory: string): Promise<string> {
  const port = await freePort()
  const file = join(directory, '..', `ours-${port}.yml`)
  writeFileSync(file, 'global: {scrape_interval: 1h}\n')
  const running = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${directory}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  await ready(`http://127.0.0.1:${port}`, running)
  return `http://127.0.0.1:${port}`
}

async function theirs(directory: string, more: string[] = []): Promise<string> {
  const port = await freePort()
  const file = join(directory, '..', `theirs-${port}.yml`)
  writeFileSync(file, 'global: {scrape_interval: 1h}\n')
  const running = start('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${directory}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=127.0.0.1:${port}`,
    ...more,
  ])
  await ready(`http://127.0.0.1:${port}`, running)
  return `http://127.0.0.1:${port}`
}

test.runIf(hasReference)(
  "blocks that promtool made answer here as with Debian's Prometheus, and so do those we export",
  async () => {
    const directory = temporaryDirectory()
    const startMs = Math.floor((Date.now() - 30 * 3_600_000) / STEP_MS) * STEP_MS
    const text = join(directory, 'samples.om')
    writeFileSync(text, openMetrics(startMs))
    const made = join(directory, 'made')
    mkdirSync(made)
    const { code, output } = await run('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      text,
      made,
    ])
    expect(code, output).toBe(0)
    const imported = join(directory, 'imported')
    expect(await cli('tsdb', 'import-prometheus', made, imported)).toMatch(
      /: 5 series, \d+ samples/,
    )
    const backfilled = join(directory, 'backfilled')
    await cli('promtool', 'tsdb', 'create-blocks-from', 'openmetrics', text, backfilled)
    const exported = join(directory, 'exported')
    await cli('tsdb', 'export-prometheus', imported, exported)
    for (const name of readdirSync(exported)) {
      const analysis = await run('promtool', ['tsdb', 'analyze', exported, name])
      expect(analysis.code, analysis.output).toBe(0)
      expect(analysis.output).toMatch(/Series: 5\b/)
    }
    // Every sample, as promtool prints it: of its own directory, of ours, and of what we export.
    const samples = await promtool('dump', made)
    expect(samples.split('\n').length).toBeGreaterThan(5_000)
    expect(await cli('promtool', 'tsdb', 'dump', made)).toBe(samples)
    expect(await cli('promtool', 'tsdb', 'dump', imported)).toBe(samples)
    expect(await promtool('dump', exported)).toBe(samples)
    expect(await cli('promtool', 'tsdb', 'list', made)).toBe(await promtool('list', made))
    // Rows of equal numbers have no order there.
    const analysis = await run('promtool', ['tsdb', 'analyze', '--extended', made])
    expect(sortedLines(await cli('promtool', 'tsdb', 'analyze', '--extended', made))).toEqual(
      sortedLines(analysis.output),
    )
    const again = join(directory, 'again')
    writeFileSync(text, await cli('promtool', 'tsdb', 'dump-openmetrics', imported))
    mkdirSync(again)
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, again])
    expect(await promtool('dump', again)).toBe(samples)
    const want = await answers(await theirs(made), startMs)
    expect(await answers(await ours(imported), startMs), 'imported').toEqual(want)
    expect(await answers(await ours(backfilled), startMs), 'from OpenMetrics').toEqual(want)
    expect(await answers(await theirs(exported), startMs), 'exported').toEqual(want)
  },
  180_000,
)

test('a new recording rule is filled in from what a server has', async () => {
  const directory = temporaryDirectory()
  const startMs = Math.floor((Date.now() - 30 * 3_600_000) / 60_000) * 60_000
  const text = join(directory, 'samples.om')
  writeFileSync(text, openMetrics(startMs))
  const source = join(directory, 'source')
  await cli('promtool', 'tsdb', 'create-blocks-from', 'openmetrics', text, source)
  const url = await ours(source)
  const rules = join(directory, 'rules.yml')
  writeFileSync(
    rules,
    `groups:
  - name: g
    rules:
      - {record: 'code:requests:rate5m', expr: 'sum by (code) (rate(requests_total[5m]))', labels: {from: rules}}
      - {alert: never, expr: 'vector(1)'}
`,
  )
  const filled = join(directory, 'filled')
  const [start, end] = [startMs / 1000 + 600, startMs / 1000 + 15_000]
  const times = [`--start=${start}`, `--end=${end}`]
  const place = [`--url=${url}`, `--output-dir=${filled}`]
  const command = ['promtool', 'tsdb', 'create-blocks-from', 'rules', ...times, ...place, rules]
  expect(await cli(...command)).toMatch(/: 2 series, \d+ samples/)
  const want = (await range(url, 'sum by (code) (rate(requests_total[5m]))', start, end - 60, 60))
    .data!.result
  const dump = (await cli('promtool', 'tsdb', 'dump', filled)).trimEnd().split('\n')
  const lines = want.flatMap(({ metric, values }) =>
    values!.map(
      ([time, value]) =>
        `{__name__="code:requests:rate5m", code="${metric['code']}", from="rules"} ${Number(value)} ${time * 1000}`,
    ),
  )
  const number = (line: string): string =>
    line.replace(/ (\S+) (\d+)$/, (_, v, t) => ` ${Number(v)} ${t}`)
  expect(dump.map(number).toSorted()).toEqual(lines.toSorted())
  expect(lines.length).toBeGreaterThan(400)
}, 120_000)

/** A request with a native histogram for each of 300 times. */
function histogramRequest(startMs: number): Uint8Array<ArrayBuffer> {
  const out = new ProtoWriter()
  out.message(1, () => {
    for (const [name, value] of [
      ['__name__', 'latency'],
      ['instance', '1'],
      ['job', 'h'],
    ]) {
      out.message(1, () => {
        out.text(1, name!)
        out.text(2, value!)
      })
    }
    for (let i = 0; i < 300; i++) {
      const n = i < 200 ? i : i - 200
      out.message(4, () => {
        out.uint64(1, 5 * n)
        out.double(3, n / 7)
        out.sint64(4, 2)
        out.double(5, 2 ** -128)
        out.uint64(6, n)
        for (const [offset, length] of [
          [-2, 2],
          [1, 1],
        ]) {
          out.message(11, () => {
            out.sint64(1, offset!)
            out.uint64(2, length!)
          })
        }
        out.packedSint64(12, [n, 0, n])
        out.int64(15, startMs + i * 10_000)
      })
    }
  })
  return snappyEncode(out.bytes())
}

test.runIf(hasReference)(
  "native histograms of Debian's Prometheus come in and go out",
  async () => {
    const directory = temporaryDirectory()
    const data = join(directory, 'theirs')
    const flags = [
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--enable-feature=native-histograms',
    ]
    const source = await theirs(data, flags)
    const startMs = Date.now() - 3_000_000
    const sent = await fetch(`${source}/api/v1/write`, {
      method: 'POST',
      body: histogramRequest(startMs),
    })
    expect(sent.status, await sent.text()).toBe(204)
    const snapshot = (await (
      await fetch(`${source}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
    ).json()) as { data: { name: string } }
    const from = join(data, 'snapshots', snapshot.data.name)
    const imported = join(directory, 'imported')
    expect(await cli('tsdb', 'import-prometheus', from, imported)).toContain(
      '1 series, 300 samples',
    )
    const exported = join(directory, 'exported')
    await cli('tsdb', 'export-prometheus', imported, exported)
    // Debian's promtool dumps floats only.
    const samples = await cli('promtool', 'tsdb', 'dump', from)
    expect(samples.match(/count:/g)?.length).toBe(300)
    expect(await cli('promtool', 'tsdb', 'dump', exported)).toBe(samples)
    expect(await cli('promtool', 'tsdb', 'dump', imported)).toBe(samples)
    const ask = async (url: string): Promise<unknown> => {
      const params = new URLSearchParams({
        query: 'histogram_quantile(0.9, rate(latency[5m]))',
        start: String(startMs / 1000 + 603.3),
        end: String(startMs / 1000 + 2900),
        step: '50',
      })
      const answer = (await (await fetch(`${url}/api/v1/query_range?${params}`)).json()) as {
        data: { result: { values: [number, string][] }[] }
      }
      return answer.data.result[0]!.values.map(([t, v]) => [t, Number(Number(v).toPrecision(9))])
    }
    const want = await ask(source)
    expect(await ask(await theirs(exported, ['--enable-feature=native-histograms']))).toEqual(want)
    const found = (await ask(await ours(imported))) as unknown[]
    expect(found.length).toBe((want as unknown[]).length)
  },
  120_000,
)
