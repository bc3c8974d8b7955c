// The same lines pushed to Debian's victoria-metrics and to us are the same series there afterwards.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { freePort, pharos, ready, start, temporaryDirectory, until } from './process.ts'

const NOW = Math.floor(Date.now() / 60_000) * 60_000

interface Push {
  readonly path: string
  readonly body: string
}

/** Documented examples and what is hard to read. Of a number victoria-metrics keeps twelve digits or so. */
const PUSHES: readonly Push[] = [
  {
    path: '/api/v1/import?extra_label=origin=json',
    body: [
      { __name__: 'up', job: 'node_exporter', instance: 'localhost:9100' },
      { __name__: 'up', job: 'node_exporter', instance: 'localhost:9100', i: '世界 "quoted"' },
    ]
      .map((metric, i) =>
        JSON.stringify({
          metric,
          values: [0, 1e-9, -2.5, 0.333333],
          timestamps: [0, 1, 2, 3].map((s) => NOW - s * 1000 - i).reverse(),
        }),
      )
      .join('\n'),
  },
  {
    path: '/api/v1/import/csv?format=2:metric:ask,3:metric:bid,1:label:ticker,4:label:market,5:time:unix_ms',
    body: `GOOG,1.23,4.56,NYSE,${NOW}\nMSFT,3.21,1.67,NASDAQ,${NOW}\n"A,B",1,2.5,X,${NOW}\n`,
  },
  {
    path: '/api/v1/import/prometheus?timestamp=' + String(NOW - 5000),
    body: `# HELP foo is here\n# TYPE foo counter\nfoo{bar="baz"} 123 ${NOW}\nfoo_without_time{a="b\\"c"} 4.5\n`,
  },
  {
    path: '/write?db=metrics',
    body: `measurement,tag1=value1,tag2=value2 field1=123,field2=1.23 ${NOW}000000\nm\\ x,t=a\\,b on=true,n=42i ${NOW}000000\n`,
  },
  { path: '/write?precision=s', body: `seconds v=1 ${NOW / 1000}\n` },
]

async function push(base: string, { path, body }: Push, isPacked: boolean): Promise<void> {
  const answer = await fetch(`${base}${path}`, {
    method: 'POST',
    ...(isPacked
      ? { headers: { 'content-encoding': 'gzip' }, body: gzipSync(body) }
      : { body: new TextEncoder().encode(body) }),
  })
  expect([answer.status, await answer.text()], `${base}${path}`).toEqual([204, ''])
}

interface Vector {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly values: readonly (readonly [number, string])[]
    }[]
  }
}

/** `{labels}` to `time value` of all samples. */
async function samplesOf(base: string): Promise<Record<string, string[]>> {
  const query = encodeURIComponent('{__name__=~".+"}[1h]')
  const answer = await fetch(`${base}/api/v1/query?query=${query}&time=${NOW / 1000 + 1}`)
  const { data } = (await answer.json()) as Vector
  const entries = data.result.map(({ metric, values }): [string, string[]] => [
    JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
    values.map(([time, value]) => `${Math.round(time * 1000)} ${Number(value)}`),
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function ours(
  more: readonly string[],
): Promise<{ base: string; stop: () => Promise<unknown> }> {
  const directory = temporaryDirectory()
  const port = await freePort()
  const file = join(directory, 'pharos.yml')
  writeFileSync(file, 'scrape_configs: []\n')
  const running = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...more,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return { base, stop: () => running.stop() }
}

test.skipIf(!existsSync('/usr/bin/victoria-metrics'))(
  'lines that are pushed to victoria-metrics and to us are the same samples',
  async () => {
    const { base, stop } = await ours(['--web.enable-remote-write-receiver'])
    const port = await freePort()
    const victoria = start('victoria-metrics', [
      `-storageDataPath=${join(temporaryDirectory(), 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-search.latencyOffset=0s',
      '-search.disableCache',
    ])
    const other = `http://127.0.0.1:${port}`
    await until('victoria-metrics answers', async () =>
      (await fetch(`${other}/health`)).ok ? true : undefined,
    )
    for (const [i, one] of PUSHES.entries()) {
      await push(base, one, i % 2 === 1)
      await push(other, one, i % 2 === 1)
    }
    const expected = await samplesOf(base)
    expect(Object.keys(expected)).toHaveLength(15)
    await until('victoria-metrics shows as many series', async () => {
      await fetch(`${other}/internal/force_flush`)
      return Object.keys(await samplesOf(other)).length >= 15 || undefined
    })
    expect(await samplesOf(other)).toEqual(expected)
    await stop()
    await victoria.stop()
  },
)

test('without the flag nothing can be pushed, and a wrong line is told', async () => {
  const shut = await ours([])
  const answer = await fetch(`${shut.base}/api/v1/import`, { method: 'POST', body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([
    404,
    'imports need to be enabled with --web.enable-remote-write-receiver\n',
  ])
  await shut.stop()
  const open = await ours(['--web.enable-remote-write-receiver'])
  const wrong = await fetch(`${open.base}/write`, { method: 'POST', body: 'a f=1\nb\n' })
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    'line 2: fields are missing behind "b"; 1 samples of the lines before are stored\n',
  ])
  const cut = gzipSync('a f=1\n').subarray(0, -4)
  const headers = { 'content-encoding': 'gzip' }
  const half = await fetch(`${open.base}/write`, { method: 'POST', headers, body: cut })
  expect([half.status, await half.text()]).toEqual([
    400,
    'the body cannot be read to its end: unexpected end of file\n',
  ])
  await open.stop()
})
