// One store with everything, beside a store with the newer half whose older half is in VictoriaMetrics: the same answers. Two
// VictoriaMetrics behind vmauth, each with all samples, stand in for a cluster of it, which Debian does not have.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProtoWriter, snappyEncode } from '@pharos/base'
import { expect, test } from 'vitest'
import {
  freePort,
  pharos,
  ready,
  type Running,
  start,
  temporaryDirectory,
  until,
} from './process.ts'
import { api, differences, instant, range } from './query.ts'

const hasEngines = existsSync('/usr/bin/victoria-metrics') && existsSync('/usr/bin/vmauth')

const STEP_MS = 15_000
const HALF = 80

interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly at: (i: number) => number
}

const SERIES: readonly Series[] = [
  ...Array.from({ length: 8 }, (_, i) => ({
    labels: { __name__: 'c', job: i < 4 ? 'a' : 'b', i: String(i) },
    // Counters, reset now and then.
    at: (t: number) => ((t + i) % (50 + 7 * i)) * (i + 1),
  })),
  ...Array.from({ length: 8 }, (_, i) => ({
    labels: { __name__: 'g', job: i < 4 ? 'a' : 'b', i: String(i) },
    at: (t: number) => Math.round(1000 * Math.sin(t / 9 + i)) / 8,
  })),
  ...['0.1', '1', '+Inf'].map((le, i) => ({
    labels: { __name__: 'h_bucket', job: 'a', le },
    at: (t: number) => t * (i + 1),
  })),
]

/** Samples [from, to) of all series as one request of remote write. */
function requestOf(firstMs: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const out = new ProtoWriter()
  for (const { labels, at } of SERIES) {
    out.message(1, () => {
      for (const [name, text] of Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        out.message(1, () => {
          out.text(1, name)
          out.text(2, text)
        })
      for (let i = from; i < to; i++)
        out.message(2, () => {
          out.double(1, at(i))
          out.int64(2, firstMs + i * STEP_MS)
        })
    })
  }
  return snappyEncode(out.bytes())
}

async function write(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body,
  })
  expect(answer.status, url).toBe(204)
}

const EXPRESSIONS = [
  'c',
  'g{job="a"}',
  '{__name__=~"c|g",i=~"[0-3]"}',
  'rate(c[2m])',
  'increase(c[5m])',
  'irate(c[1m])',
  'resets(c[10m])',
  'changes(g[10m])',
  'delta(g[4m])',
  'deriv(g[4m])',
  'predict_linear(g[4m], 600)',
  'avg_over_time(g[10m])',
  'min_over_time(g[10m])',
  'max_over_time(g[10m])',
  'sum_over_time(g[10m])',
  'count_over_time(g[10m])',
  'last_over_time(g[10m])',
  'stddev_over_time(g[10m])',
  'quantile_over_time(0.9, g[10m])',
  'sum(c)',
  'sum by (job) (rate(c[2m]))',
  'avg without (i) (g)',
  'topk(3, g)',
  'bottomk(2, c)',
  'quantile(0.5, g)',
  'stddev by (job) (g)',
  'count(c > 10)',
  'count_values("v", c)',
  'c / on(i, job) g',
  'g > 0',
  'g > bool 0',
  'c and on(i) (g > 0)',
  'c unless on(i) (g > 0)',
  'c offset 5m',
  'rate(c[2m] offset 3m)',
  'g @ end()',
  'histogram_quantile(0.9, rate(h_bucket[5m]))',
  'max_over_time(rate(c[2m])[10m:1m])',
  'absent(nothing)',
  'timestamp(g)',
  'clamp(g, -10, 10)',
  'abs(g)',
  'round(g)',
  'label_replace(g, "x", "$1", "i", "(.*)")',
  'scalar(sum(g))',
  'sort(g)',
  'group(c)',
  'c - g',
  '-g',
  'vector(1) + on() group_left sum(c)',
]

test.skipIf(!hasEngines)(
  `${EXPRESSIONS.length * 4} queries over two stores have the answers of one`,
  async () => {
    const directory = temporaryDirectory()
    const ports = await Promise.all(Array.from({ length: 5 }, freePort))
    const [one, two, auth, whole, split] = ports.map((port) => `http://127.0.0.1:${port}`) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const engines: Running[] = [one, two].map((url, i) =>
      start('victoria-metrics', [
        `-storageDataPath=${join(directory, `vm${i}`)}`,
        `-httpListenAddr=${url.slice(7)}`,
      ]),
    )
    writeFileSync(
      join(directory, 'auth.yml'),
      `users: [{username: u, password: p, url_prefix: ['${one}', '${two}']}]\n`,
    )
    start('vmauth', [
      `-auth.config=${join(directory, 'auth.yml')}`,
      `-httpListenAddr=${auth.slice(7)}`,
    ])
    const window = 'tsdb: {out_of_order_time_window: 2h}'
    writeFileSync(join(directory, 'whole.yml'), `storage: {${window}}\n`)
    writeFileSync(
      join(directory, 'split.yml'),
      `global: {external_labels: {cluster: x}}
storage:
  ${window}
  remote:
    engine: victoriametrics
    write_url: ${one}
    query_url: ${auth}
    basic_auth: {username: u, password: p}
remote_write: [{url: '${two}/api/v1/write'}]
`,
    )
    const server = (name: string, url: string): Running =>
      pharos([
        'server',
        `--config.file=${join(directory, `${name}.yml`)}`,
        `--storage.tsdb.path=${join(directory, name)}`,
        `--web.listen-address=${url.slice(7)}`,
        '--web.enable-remote-write-receiver',
      ])
    await Promise.all([
      ready(whole, server('whole', whole)),
      ready(split, server('split', split)),
      ...[one, two].map((url) =>
        until(url, async () => ((await fetch(`${url}/health`)).ok ? true : undefined)),
      ),
    ])
    const firstMs = Date.now() - (2 * HALF + 4) * STEP_MS
    await write(whole, requestOf(firstMs, 0, HALF))
    await write(whole, requestOf(firstMs, HALF, 2 * HALF))
    await write(split, requestOf(firstMs, HALF, 2 * HALF))
    // VictoriaMetrics has external labels on what came from us; the older half gets them the same way.
    for (const url of [one, two])
      await fetch(`${url}/api/v1/import?extra_label=cluster=x`, {
        method: 'POST',
        body: SERIES.map(({ labels, at }) =>
          JSON.stringify({
            metric: labels,
            values: Array.from({ length: HALF }, (_, i) => at(i)),
            timestamps: Array.from({ length: HALF }, (_, i) => firstMs + i * STEP_MS),
          }),
        ).join('\n'),
      })
    for (const url of [one, two])
      await until(`all samples in ${url}`, async () => {
        const { data } = await api(url, 'query', {
          query: 'count_over_time({cluster="x",__name__="c",i="0"}[2h])',
        })
        return data?.result[0]?.value?.[1] === String(2 * HALF) ? true : undefined
      })

    const at = (i: number): number => (firstMs + i * STEP_MS + 7_111) / 1000
    const wrong: string[] = []
    let compared = 0
    for (const query of EXPRESSIONS) {
      const asks = [
        (url: string) => instant(url, query, at(HALF / 2)),
        (url: string) => instant(url, query, at(HALF + 3)),
        (url: string) => instant(url, query, at(2 * HALF - 5)),
        (url: string) => range(url, query, at(HALF - 40), at(HALF + 40), 53),
      ]
      for (const ask of asks) {
        const [want, found] = await Promise.all([ask(whole), ask(split)])
        compared++
        wrong.push(...differences(want, found, 1e-9).map((text) => `${query}: ${text}`))
        const { warnings = [] } = found as { warnings?: string[] }
        wrong.push(...warnings.filter((text) => text.startsWith('remote')))
        if (want.status !== 'success') wrong.push(`${query}: ${want.error}`)
      }
    }
    expect(wrong).toEqual([])
    expect(compared).toBe(EXPRESSIONS.length * 4)

    const notes = (answer: unknown) => answer as { infos?: string[]; warnings?: string[] }
    const spanning = notes(await instant(split, 'sum(c)', at(HALF / 2)))
    expect(spanning.infos?.[0]).toMatch(/^samples up to .* come from victoriametrics \(http:/)
    expect(notes(await instant(split, 'sum(c)', at(2 * HALF - 5))).infos).toBeUndefined()
    const { data } = (await (await fetch(`${split}/api/v1/label/i/values`)).json()) as {
      data: string[]
    }
    expect(data).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
    // Without the engines an older query still answers, and says what it lacks.
    for (const engine of engines) await engine.stop()
    const partial = notes(await range(split, 'sum(c)', at(HALF - 40), at(HALF + 40), 53))
    expect(partial.warnings?.[0]).toMatch(
      /^remote read of victoriametrics .* failed, the answer lacks/,
    )
  },
  120_000,
)
