import { diskBytes } from './disk-bytes.ts'
import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { PageSource } from './page-source.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'

const IDLE = 'scrape_configs: []\n'
/** As shares of Prometheus, but for the whole process, which is beside VictoriaMetrics. */
const GOALS = { cpu: 0.25, aboveIdle: 0.3, process: 1 } as const
const SNAPSHOTS = ['--web.enable-admin-api']
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
  source: PageSource,
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

/** Of the event loop, ms, as the server says it of itself: with the 10 ms of the timers that it is measured by. */
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

/** What the pages so far take: few samples of many series. */
async function wideDisk(
  peers: readonly { peer: Peer }[],
  source: PageSource,
  series: number,
): Promise<string[]> {
  const lines: string[] = []
  for (const { peer } of peers) {
    // Pages that come while files are read are few beside those before.
    const samples = source.pagesFor(peer.name) * series
    const bytes = await diskBytes(peer)
    lines.push(
      `${peer.name}: ${(bytes / samples).toFixed(2)} bytes a sample of many series on disk`,
    )
  }
  return lines
}

export const bench: Bench = {
  question:
    'What do scraping, memory, start and recovery cost beside Prometheus and VictoriaMetrics, the same targets at once?',
  async run(size: Size) {
    const [series, targets, seconds] = size === 'smoke' ? [100, 2, 1.5] : [1000, 100, 60]
    const source = new PageSource()
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
      const flags = name === 'victoria-metrics' ? [] : SNAPSHOTS
      const peer = await startPeer(name, source.config(name, targets), undefined, flags)
      peers.push({ peer, idleMib })
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
      const goals =
        other.name === 'prometheus'
          ? `; goals: CPU ${GOALS.cpu}, above idle ${GOALS.aboveIdle}`
          : `; goal: process ${GOALS.process}`
      lines.push(
        `ratio to ${other.name}: CPU ${cpu.toFixed(2)}, process ${(ours!.mib / other.mib).toFixed(2)}, memory above idle ${slope.toFixed(2)}, start ${(ours!.startMs / other.startMs).toFixed(1)} (${targets} targets of ${series} series at 1 s${goals})`,
      )
    }
    if (size === 'full') lines.push(...(await wideDisk(peers, source, series)))
    for (const { peer } of peers) lines.push(await recovered(peer))
    source.close()
    return lines
  },
}
