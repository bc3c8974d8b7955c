// What a job says about its targets, key by key, in Debian's Prometheus and in Pharos on the same pages: equal requests, equal
// series, equal labels, equal values.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, start, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

const STARTED_MS = Date.now()

/** A page with labels that collide, a sample with a time of its own, and long names. */
const PAGE = `# TYPE plain counter
plain{job="theirs",instance="other",exported_job="x",le="1"} 1
plain{job="",zone="z"} 2
timed{a="b"} 3 ${STARTED_MS - 30_000}
timed_ahead 4 ${STARTED_MS + 3_600_000}
long{name="${'v'.repeat(40)}"} 5
`

const JOBS: Readonly<Record<string, string>> = {
  defaults: '',
  honors: 'honor_labels: true',
  ignores_times: 'honor_timestamps: false',
  both: 'honor_labels: true\n    honor_timestamps: false',
  params: 'params: { b: [two, three], a: ["1 2&="] }',
  path: 'metrics_path: /other/path',
  basic: 'basic_auth: { username: ann, password: "s:ecret" }',
  bearer: 'bearer_token: tok',
  sample_limit: 'sample_limit: 3',
  label_limit: 'label_limit: 4',
  name_limit: 'label_name_length_limit: 11',
  value_limit: 'label_value_length_limit: 30',
  body_limit: 'body_size_limit: 100B',
  drops: 'metric_relabel_configs: [{ source_labels: [__name__], regex: "timed.*", action: drop }]',
  maps: 'metric_relabel_configs: [{ regex: "(zone|name)", replacement: "mapped_$1", action: labelmap }, { regex: "zone|name", action: labeldrop }]',
  param_label:
    'relabel_configs: [{ source_labels: [__address__], target_label: __param_target }, { target_label: instance, replacement: fixed }]',
  path_label: 'relabel_configs: [{ target_label: __metrics_path__, replacement: /relabelled }]',
  hash: 'relabel_configs: [{ source_labels: [__address__], modulus: 16, action: hashmod, target_label: shard }]',
  times_label:
    'relabel_configs: [{ target_label: __scrape_interval__, replacement: 1s }, { target_label: __scrape_timeout__, replacement: 500ms }]',
}

interface Seen {
  readonly requests: Map<string, string>
  readonly rounds: Map<string, number>
}

async function servePage(): Promise<{ port: number; seen: Seen }> {
  const seen: Seen = { requests: new Map(), rounds: new Map() }
  const server = createServer((request, response) => {
    const agent = request.headers['user-agent']?.split('/')[0] ?? ''
    const job = String(request.headers.host?.split('.')[3]?.split(':')[0])
    const key = `${agent} ${job}`
    const { authorization = '' } = request.headers
    const timeout = String(request.headers['x-prometheus-scrape-timeout-seconds'])
    seen.requests.set(key, `${request.method} ${request.url} ${authorization} ${timeout}`)
    seen.rounds.set(key, (seen.rounds.get(key) ?? 0) + 1)
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, seen }
}

/** Job i is scraped at 127.0.0.(i + 1), so that a request tells whose it is. */
function configuration(port: number): string {
  const jobs = Object.entries(JOBS).map(
    ([name, more], i) => `  - job_name: ${name}
    static_configs: [{ targets: ['127.0.0.${i + 1}:${port}'] }]
    ${more}
`,
  )
  return `global: { scrape_interval: 2s, scrape_timeout: 1s }\nscrape_configs:\n${jobs.join('')}`
}

/** A line for each series of a server, without what differs by nature. */
async function seriesOf(base: string, i: number, job: string, port: number): Promise<string[]> {
  const matcher = `127.0.0.${i + 1}:${port}`
  // With honor_labels a series may carry another job and instance, so all that came from the page is asked for.
  const query = `{__name__=~"plain|timed|timed_ahead|long"} or {__name__=~"up|scrape_samples_.*",job="${job}"}`
  const { data } = await instant(base, query, Date.now() / 1_000)
  const isOurs = (metric: Readonly<Record<string, string>>): boolean =>
    metric['job'] === job || metric['exported_job'] === job || metric['instance'] === matcher
  return (data?.result ?? [])
    .filter(({ metric }) => isOurs(metric))
    .map(({ metric, value }) => {
      const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))
      return `${JSON.stringify(labels)} ${value?.[1]}`
    })
    .sort()
}

test.skipIf(!existsSync('/usr/bin/prometheus'))(
  `${Object.keys(JOBS).length} settings of a job mean the same in Prometheus and in Pharos`,
  async () => {
    const { port, seen } = await servePage()
    const directory = temporaryDirectory()
    const file = join(directory, 'prometheus.yml')
    writeFileSync(file, configuration(port))
    const [referencePort, ownPort] = [await freePort(), await freePort()]
    const flags = (name: string, at: number): string[] => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, name)}`,
      `--web.listen-address=127.0.0.1:${at}`,
    ]
    const reference = start('prometheus', flags('reference', referencePort))
    const own = pharos(['server', ...flags('own', ownPort)])
    const bases = [`http://127.0.0.1:${referencePort}`, `http://127.0.0.1:${ownPort}`] as const
    await Promise.all([ready(bases[0], reference), ready(bases[1], own)])
    const names = Object.keys(JOBS)
    const rounds = (agent: string): number =>
      Math.min(...names.map((_, i) => seen.rounds.get(`${agent} ${i + 1}`) ?? 0))
    await until(
      'two rounds of both',
      async () => (rounds('Prometheus') >= 2 && rounds('Pharos') >= 2 ? true : undefined),
      60_000,
    )
    const differing: string[] = []
    for (const [i, name] of names.entries()) {
      const asked = ['Prometheus', 'Pharos'].map((who) => seen.requests.get(`${who} ${i + 1}`))
      if (asked[0] !== asked[1]) differing.push(`${name} asks ${asked[1]}, not ${asked[0]}`)
      const [theirs, ours] = await Promise.all(bases.map((base) => seriesOf(base, i, name, port)))
      if (theirs!.length === 0) differing.push(`${name}: nothing came to the reference`)
      if (theirs!.join('\n') !== ours!.join('\n'))
        differing.push(`${name}:\n  theirs ${theirs!.join('\n  ')}\n  ours ${ours!.join('\n  ')}`)
    }
    expect(differing).toEqual([])
  },
)
