// Debian's Prometheus and Pharos beside each other, each scraping a page that the other does not: each reads the other by
// remote read and by federation, and answers as the other does itself.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, start, temporaryDirectory, until } from './process.ts'
import { api, differences, instant, range } from './query.ts'

const hasReference = existsSync('/usr/bin/prometheus')

/** Counters, gauges and a classic histogram, other values on every page. */
async function target(): Promise<number> {
  let page = 0
  const server = createServer((_request, response) => {
    page++
    const lines = ['# TYPE c counter', '# TYPE g gauge', '# TYPE h histogram']
    for (let i = 0; i < 5; i++) {
      // Far from zero: how rate() clamps there has changed since the reference's version here.
      lines.push(`c{i="${i}"} ${1000 + (page % 40) * (i + 1)}`, `g{i="${i}"} ${Math.sin(page + i)}`)
      if (page % 7 !== i) lines.push(`seldom{i="${i}"} ${page}`)
    }
    lines.push('h_bucket{le="0.1"} ' + page, 'h_bucket{le="1"} ' + page * 3)
    lines.push('h_bucket{le="+Inf"} ' + page * 4, `h_sum ${page * 2.5}`, `h_count ${page * 4}`)
    lines.push(`odd{kind="nan"} NaN`, `odd{kind="inf"} -Inf`, `fed ${page}`)
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`${lines.join('\n')}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function configuration(job: string, page: number, other: string, otherJob: string): string {
  return `global: {scrape_interval: 250ms, scrape_timeout: 250ms}
scrape_configs:
  - job_name: ${job}
    static_configs: [{targets: ['127.0.0.1:${page}']}]
  - job_name: federation
    metrics_path: /federate
    honor_labels: true
    params: {'match[]': ['fed{job="${otherJob}"}']}
    static_configs: [{targets: ['${other}']}]
remote_read:
  - {url: 'http://${other}/api/v1/read', read_recent: true, required_matchers: {job: ${otherJob}}}
`
}

const QUERIES = [
  'c',
  'c{i="1"}',
  'c{i=~"1|2"}',
  'c{i!="3"}',
  'c{i!~"[34]"}',
  '{__name__=~"c|g"}',
  'rate(c[4s])',
  'irate(c[4s])',
  'increase(c[4s])',
  'resets(c[10s])',
  'sum(rate(c[4s]))',
  'sum by (i) (rate(c[4s]))',
  'avg without (i) (g)',
  'topk(2, c)',
  'bottomk(1, g)',
  'quantile(0.7, g)',
  'stddev(g)',
  'max(g) - min(g)',
  'count(c)',
  'count_values("v", seldom)',
  'g > 0',
  'g > bool 0',
  'c / on(i) group_left g',
  'c and on(i) (g > 0)',
  'c or g',
  'c unless on(i) (g > 0)',
  'seldom',
  'seldom offset 2s',
  'absent(nothing)',
  'absent_over_time(nothing[1s])',
  'count_over_time(seldom[5s])',
  'present_over_time(seldom[1s])',
  'last_over_time(seldom[1s])',
  'changes(g[5s])',
  'delta(g[5s])',
  'idelta(g[5s])',
  'deriv(g[5s])',
  'predict_linear(g[5s], 10)',
  'avg_over_time(g[5s])',
  'min_over_time(g[5s])',
  'max_over_time(g[5s])',
  'stdvar_over_time(g[5s])',
  'quantile_over_time(0.4, g[5s])',
  'histogram_quantile(0.9, rate(h_bucket[5s]))',
  'histogram_quantile(0.5, sum by (le) (rate(h_bucket[5s])))',
  'h_sum / h_count',
  'odd',
  'max_over_time(g[6s:500ms])',
  'label_replace(c, "x", "$1", "i", "(.*)")',
  'timestamp(c)',
]

/** Every selector asks for the job that the other one scrapes. */
function ofJob(query: string, job: string): string {
  return query
    .replace(
      /\b(c|g|seldom|odd|h_bucket|h_sum|h_count|nothing)\b(?![="|])\{?/g,
      (found, name: string) =>
        found.endsWith('{') ? `${name}{job="${job}",` : `${name}{job="${job}"}`,
    )
    .replace('{__name__', `{job="${job}",__name__`)
}

test.skipIf(!hasReference)(
  `Prometheus reads us and we read it: ${QUERIES.length} queries each way, and federation`,
  async () => {
    const directory = temporaryDirectory()
    const [theirPort, ourPort] = [await freePort(), await freePort()]
    const [theirs, ours] = [`127.0.0.1:${theirPort}`, `127.0.0.1:${ourPort}`]
    writeFileSync(
      join(directory, 'theirs.yml'),
      configuration('theirs', await target(), ours, 'ours'),
    )
    writeFileSync(
      join(directory, 'ours.yml'),
      configuration('ours', await target(), theirs, 'theirs'),
    )
    const reference = start('prometheus', [
      `--config.file=${join(directory, 'theirs.yml')}`,
      `--storage.tsdb.path=${join(directory, 'theirs')}`,
      `--web.listen-address=${theirs}`,
    ])
    const own = pharos([
      'server',
      `--config.file=${join(directory, 'ours.yml')}`,
      `--storage.tsdb.path=${join(directory, 'ours')}`,
      `--web.listen-address=${ours}`,
    ])
    await Promise.all([ready(`http://${theirs}`, reference), ready(`http://${ours}`, own)])
    const lastTime = async (at: string, job: string): Promise<number | undefined> => {
      const { data } = await api(`http://${at}`, 'query', { query: `c{job="${job}",i="0"}[1m]` })
      const values = data?.result[0]?.values ?? []
      return values.length >= 40 ? values.at(-1)![0] : undefined
    }
    for (const [job, asked, other] of [
      ['theirs', ours, theirs],
      ['ours', theirs, ours],
    ] as const) {
      const last = await until(`pages of ${job}`, () => lastTime(other, job), 60_000)
      // Old enough that no scrape is still on its way into the store. Between samples and between the steps of subqueries,
      // because ranges are closed on their left in the reference's version here, and open in ours.
      const timeMs = Math.round(last * 1000) - 1037
      const time = (timeMs % 100 < 3 ? timeMs + 5 : timeMs) / 1000
      const wrong: string[] = []
      for (const query of QUERIES.map((one) => ofJob(one, job))) {
        const both = await Promise.all(
          [other, asked].map((at) => instant(`http://${at}`, query, time)),
        )
        const ranges = await Promise.all(
          [other, asked].map((at) => range(`http://${at}`, query, time - 5, time, 0.7)),
        )
        for (const [want, found] of [both, ranges]) {
          wrong.push(...differences(want!, found!, 1e-9).map((text) => `${query}: ${text}`))
          if (!(Number(want!.data?.result.length) > 0)) wrong.push(`${query}: no result`)
        }
      }
      expect(wrong, `${asked} reads ${other}`).toEqual([])
      const federated = await until('what was federated', async () => {
        const { data } = await api(`http://${asked}`, 'query', {
          query: `fed{job="${job}"}`,
          time: String(time),
        })
        return data?.result[0]?.value
      })
      const { data } = await api(`http://${other}`, 'query', {
        query: `fed{job="${job}"}[30s]`,
        time: String(time),
      })
      const values = data!.result[0]!.values!.map(([, value]) => value)
      expect(values, `fed of ${job}`).toContain(federated[1])
    }
  },
  120_000,
)
