// Debian's Prometheus and Pharos scrape the same odd and broken bodies: equal `up`, `scrape_samples_scraped`, series,
// labels and values.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ODD_BODIES } from './odd-bodies.ts'
import { freePort, pharos, ready, start, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

/** Serves body i under /i, and counts who has had which. */
async function serveBodies(): Promise<{ port: number; rounds: (agent: string) => number }> {
  const asked = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const odd = ODD_BODIES[Number(path.slice(1))]!
    const who = `${request.headers['user-agent']?.split('/')[0]} ${path}`
    asked.set(who, (asked.get(who) ?? 0) + 1)
    const type = odd.type ?? 'text/plain; version=0.0.4'
    response.writeHead(odd.status ?? 200, type === '' ? {} : { 'Content-Type': type })
    response.end(odd.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const rounds = (agent: string): number =>
    Math.min(...ODD_BODIES.map((_, i) => asked.get(`${agent} /${i}`) ?? 0))
  return { port: (server.address() as AddressInfo).port, rounds }
}

function configuration(port: number): string {
  const targets = ODD_BODIES.map(
    (_, i) =>
      `      - {targets: ['127.0.0.1:${port}'], labels: {__metrics_path__: /${i}, body: '${i}'}}`,
  )
  return `global: {scrape_interval: 2s, scrape_timeout: 2s}
scrape_configs:
  - job_name: odd
    static_configs:
${targets.join('\n')}
`
}

/** What a server says of each body: a line for each series, without what differs by nature. */
async function seen(base: string): Promise<string[]> {
  const answer = await instant(base, '{job="odd"}', Date.now() / 1_000)
  // A series whose own labels are called like the target's carries the target's all the same.
  const of = new Map<string, string[]>()
  for (const { metric, value } of answer.data?.result ?? []) {
    const { __name__: name = '', body = '', instance: _, job: __, ...labels } = metric
    if (name === 'scrape_duration_seconds' || name === 'scrape_series_added') continue
    const own = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
    const lines = of.get(body) ?? []
    lines.push(`${name}${JSON.stringify(own)} ${value?.[1]}`)
    of.set(body, lines)
  }
  return ODD_BODIES.map((_, i) => (of.get(String(i)) ?? []).sort().join('\n').slice(0, 2_000))
}

test.skipIf(!existsSync('/usr/bin/prometheus'))(
  `${ODD_BODIES.length} odd bodies come to the same in Prometheus and in Pharos`,
  async () => {
    const { port, rounds } = await serveBodies()
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
    const [referenceBase, ownBase] = [
      `http://127.0.0.1:${referencePort}`,
      `http://127.0.0.1:${ownPort}`,
    ]
    await Promise.all([ready(referenceBase, reference), ready(ownBase, own)])
    await until(
      'two rounds of both',
      async () => (rounds('Prometheus') >= 2 && rounds('Pharos') >= 2 ? true : undefined),
      60_000,
    )
    const [theirs, ours] = [await seen(referenceBase), await seen(ownBase)]
    const differing = ODD_BODIES.flatMap((odd, i) => {
      const isEqual = theirs[i] === ours[i]
      if (isEqual === (odd.changed === undefined)) return []
      return [{ name: odd.name, changed: odd.changed, theirs: theirs[i], ours: ours[i] }]
    })
    expect(differing).toEqual([])
    expect(ODD_BODIES.length).toBeGreaterThanOrEqual(80)
  },
  120_000,
)
