import { ByteWriter, snappyEncode } from '@pharos/base'
import { diskBytes } from './disk-bytes.ts'
import { type Bench, cpuSecondsOf, type Size } from './measure.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'
import { hostSeries, serviceSeries, type SeriesSet } from './stored-data.ts'

const STEP_MS = 15_000
/** Steps in one request: some 5,000 samples, as many as the reference sends at most. */
const REQUEST_STEPS = 10
const CONFIG = 'scrape_configs: []\n'
/** As shares of Prometheus and of VictoriaMetrics. */
const GOALS = {
  'host metrics': { prometheus: 0.3, 'victoria-metrics': 0.85 },
  histograms: { prometheus: 0.6, 'victoria-metrics': 0.6 },
} as const
const CPU_GOAL = 0.5

const FLAGS = ['--web.enable-remote-write-receiver', '--web.enable-admin-api']

/** The body of a request with the set's next steps. */
function requestBody(out: ByteWriter, set: SeriesSet, fromMs: number): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: REQUEST_STEPS }, () => set.next())
  out.clear()
  set.labels.forEach((labels, series) => {
    out.u8(0x0a)
    out.varint(labels.length + 18 * REQUEST_STEPS)
    out.raw(labels)
    rows.forEach((row, step) => {
      // Sample 2 { value 1 double, timestamp 2 }; times of our days are varints of six bytes.
      out.u8(0x12)
      out.u8(16)
      out.u8(0x09)
      out.f64(row[series]!)
      out.u8(0x10)
      out.varint(fromMs + step * STEP_MS)
    })
  })
  return snappyEncode(out.bytes())
}

async function send(peer: Peer, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(`${peer.base}/api/v1/write`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' },
    body,
  })
  if (answer.status >= 300) throw new Error(`${peer.name}: ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

interface Taken {
  readonly peer: Peer
  readonly microsPerSample: number
  readonly bytesPerSample: number
}

/** Sends the same to all in turns, and lets each put it in order. */
async function taken(
  peers: readonly Peer[],
  sets: readonly SeriesSet[],
  steps: number,
  restMs: number,
): Promise<Taken[]> {
  const out = new ByteWriter(1 << 20)
  const before = peers.map(({ pid }) => cpuSecondsOf(pid))
  const startMs = Math.floor((Date.now() - steps * STEP_MS) / STEP_MS) * STEP_MS
  for (let step = 0; step < steps; step += REQUEST_STEPS) {
    for (const set of sets) {
      const body = requestBody(out, set, startMs + step * STEP_MS)
      for (const peer of peers) await send(peer, body)
    }
  }
  const samples = steps * sets.reduce((sum, { labels }) => sum + labels.length, 0)
  const results: Taken[] = []
  for (const [i, peer] of peers.entries()) {
    const bytes = await diskBytes(peer, restMs)
    const seconds = cpuSecondsOf(peer.pid) - before[i]!
    results.push({
      peer,
      microsPerSample: (seconds * 1e6) / samples,
      bytesPerSample: bytes / samples,
    })
  }
  return results
}

function linesOf(kind: keyof typeof GOALS, results: readonly Taken[]): string[] {
  const lines = results.map(
    ({ peer, microsPerSample, bytesPerSample }) =>
      `${kind}, ${peer.name}: ${bytesPerSample.toFixed(3)} bytes a sample on disk, ${microsPerSample.toFixed(2)} µs CPU a sample by remote write, blocks included`,
  )
  const [ours, ...others] = results
  for (const other of others) {
    const { name } = other.peer
    if (name !== 'prometheus' && name !== 'victoria-metrics') continue
    const disk = ours!.bytesPerSample / other.bytesPerSample
    const cpu = ours!.microsPerSample / other.microsPerSample
    const cpuGoal = name === 'prometheus' ? ` (goal ${CPU_GOAL})` : ''
    lines.push(
      `${kind}, ratio to ${name}: disk ${disk.toFixed(2)} (goal ${GOALS[kind][name]}), remote write CPU ${cpu.toFixed(2)}${cpuGoal}`,
    )
  }
  return lines
}

export const bench: Bench = {
  question:
    'What does a day at 15 s cost by remote write and on disk, the same data to all in turns?',
  async run(size: Size) {
    const names: PeerName[] = ['pharos']
    if (hasPrometheus && size === 'full') names.push('prometheus')
    if (hasVictoria && size === 'full') names.push('victoria-metrics')
    const steps = size === 'full' ? 5760 : 20
    const lines: string[] = []
    const kinds = ['host metrics', 'histograms'] as const
    for (const kind of size === 'full' ? kinds : kinds.slice(1)) {
      const peers: Peer[] = []
      for (const name of names) {
        const flags = name === 'victoria-metrics' ? [] : FLAGS
        peers.push(await startPeer(name, CONFIG, undefined, flags))
      }
      const make = kind === 'histograms' ? serviceSeries : hostSeries
      const sets = [0, 1].map((instance) => make(instance, size === 'full' ? 512 : 32))
      lines.push(...linesOf(kind, await taken(peers, sets, steps, size === 'full' ? 2000 : 5)))
      for (const peer of peers) await peer.stop()
    }
    return lines
  },
}
