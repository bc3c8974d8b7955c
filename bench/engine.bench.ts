import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expositionPage } from './exposition-page.ts'
import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'

/** Serves `/<peer>/<target>`, a page a second long, and counts what it served to whom. */
class Source {
  readonly served: Map<string, number> = new Map()
  #close: () => void = () => {}
  port = 0

  async open(series: number): Promise<void> {
    const pages = Array.from({ length: 60 }, (_, version) =>
      Buffer.from(expositionPage(series, version + 1)),
    )
    const server = createServer((request, response) => {
      const path = request.url!
      response.setHeader('Content-Type', 'text/plain; version=0.0.4')
      response.end(pages[Math.floor(Date.now() / 1000) % 60], () => {
        this.served.set(path, (this.served.get(path) ?? 0) + 1)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
    this.#close = () => {
      server.close()
      server.closeAllConnections()
    }
  }

  pagesFor(name: PeerName): number {
    let count = 0
    for (const [path, pages] of this.served) if (path.startsWith(`/${name}/`)) count += pages
    return count
  }

  config(name: PeerName, targets: number): string {
    const jobs = Array.from(
      { length: targets },
      (_, i) =>
        `  - {job_name: job${i}, metrics_path: /${name}/${i}, static_configs: [{targets: ['127.0.0.1:${this.port}']}]}`,
    )
    return `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join('\n')}\n`
  }

  close(): void {
    this.#close()
  }
}

const IDLE = 'scrape_configs: []\n'
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Ingest {
  readonly name: PeerName
  readonly startMs: number
  readonly microsPerSample: number
  readonly mib: number
  readonly idleMib: number
  readonly delayP99Ms: number | undefined
}

async function ingested(
  peers: readonly { peer: Peer; idleMib: number }[],
  source: Source,
  series: number,
  seconds: number,
): Promise<Ingest[]> {
  const before = peers.map(({ peer }) => ({
    pages: source.pagesFor(peer.name),
    cpu: cpuSecondsOf(peer.pid),
  }))
  await pause(seconds * 1000)
  return await Promise.all(
    peers.map(async ({ peer, idleMib }, i) => {
      const samples = (source.pagesFor(peer.name) - before[i]!.pages) * series
      if (!(samples > 0)) throw new Error(`${peer.name} took no sample`)
      return {
        name: peer.name,
        startMs: peer.readyMs,
        microsPerSample: ((cpuSecondsOf(peer.pid) - before[i]!.cpu) * 1e6) / samples,
        mib: residentMib(peer.pid),
        idleMib,
        delayP99Ms: peer.name === 'pharos' ? await delayP99Ms(peer) : undefined,
      }
    }),
  )
}

/** Of the event loop, ms, as the server says it of itself. */
async function delayP99Ms(peer: Peer): Promise<number | undefined> {
  const page = await (await fetch(`${peer.base}/metrics`)).text()
  const match = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)/m.exec(page)
  return match === null ? undefined : Number(match[1]) * 1000
}

/** Samples that a peer shows of all targets' first gauges. */
async function shown(peer: Peer): Promise<number> {
  const query = encodeURIComponent(
    'sum(count_over_time(queue_length{route="/api/v1/resource/0"}[1h]))',
  )
  const answer = await fetch(`${peer.base}/api/v1/query?query=${query}`)
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? 0)
}

/** What a peer showed just before kill -9, and what it shows after a new start. */
async function recovered(peer: Peer): Promise<string> {
  const before = await shown(peer)
  await peer.kill()
  const again = await startPeer(peer.name, IDLE, peer.directory)
  const after = await shown(again)
  const cpu = cpuSecondsOf(again.pid)
  await again.stop()
  const lost = Math.max(0, before - after)
  return `${peer.name}: ready ${again.readyMs.toFixed(0)} ms after kill -9 (${cpu.toFixed(2)} s CPU), ${lost} of ${before} samples lost that were shown before`
}

export const bench: Bench = {
  question:
    'What do scraping, memory, start and recovery cost beside Prometheus and VictoriaMetrics, the same targets at once?',
  async run(size: Size) {
    const [series, targets, seconds] = size === 'smoke' ? [100, 2, 1.5] : [1000, 100, 60]
    const source = new Source()
    await source.open(series)
    const names: PeerName[] = ['pharos']
    if (hasPrometheus && size === 'full') names.push('prometheus')
    if (hasVictoria && size === 'full') names.push('victoria-metrics')
    const peers: { peer: Peer; idleMib: number }[] = []
    for (const name of names) {
      const idle = await startPeer(name, IDLE)
      if (size === 'full') await pause(3000)
      const idleMib = residentMib(idle.pid)
      await idle.stop()
      peers.push({ peer: await startPeer(name, source.config(name, targets)), idleMib })
    }
    // The reference takes its first samples some seconds after a start.
    await pause(size === 'full' ? 15_000 : 1000)
    const costs = await ingested(peers, source, series, seconds)
    const lines = costs.map(
      ({ name, startMs, microsPerSample, mib, idleMib, delayP99Ms: delay }) =>
        `${name}: ${microsPerSample.toFixed(2)} µs CPU a sample, ${mib.toFixed(0)} MiB (idle ${idleMib.toFixed(0)}), ready in ${startMs.toFixed(0)} ms` +
        (delay === undefined ? '' : `, event loop p99 ${delay.toFixed(1)} ms`),
    )
    const [ours, ...others] = costs
    for (const other of others) {
      const cpu = ours!.microsPerSample / other.microsPerSample
      const slope = (ours!.mib - ours!.idleMib) / (other.mib - other.idleMib)
      lines.push(
        `ratio to ${other.name}: CPU ${cpu.toFixed(2)}, process ${(ours!.mib / other.mib).toFixed(2)}, memory above idle ${slope.toFixed(2)}, start ${(ours!.startMs / other.startMs).toFixed(1)} (${targets} targets of ${series} series at 1 s)`,
      )
    }
    for (const { peer } of peers) lines.push(await recovered(peer))
    source.close()
    return lines
  },
}
