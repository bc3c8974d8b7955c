// The receiving end of remote write alone: what senders send, the same bodies to all in turns, and nothing else. The disk
// and the blocks that become of it are another question: engine-disk.bench.ts.
import { ByteWriter, snappyEncode } from '@pharos/base'
import { type Bench, cpuSecondsOf, median, residentMib, type Size } from './measure.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'
import { hostSeries, type SeriesSet } from './stored-data.ts'

const STEP_MS = 15_000
const CONFIG = 'scrape_configs: []\n'
const FLAGS = ['--web.enable-remote-write-receiver']
const CPU_GOAL = 0.5
/** The reference sends 500 samples a request, since 3.0 2,000; vmagent up to 10,000. */
const REQUEST_SAMPLES = { smoke: [500], full: [500, 2_000, 10_000] } as const

/** Bodies of one step of all sets: one sample a series, in the order in which a scraping sender has them. */
function* bodiesOf(
  sets: readonly SeriesSet[],
  tMs: number,
  perRequest: number,
): Iterable<Uint8Array<ArrayBuffer>> {
  const out = new ByteWriter(1 << 20)
  let count = 0
  for (const [target, set] of sets.entries()) {
    const row = set.next()
    for (const [series, labels] of set.labels.entries()) {
      out.u8(0x0a)
      out.varint(labels.length + 18)
      out.raw(labels)
      // Sample 2 { value 1 double, timestamp 2 }; times of our days are varints of six bytes.
      out.u8(0x12)
      out.u8(16)
      out.u8(0x09)
      out.f64(row[series]!)
      out.u8(0x10)
      out.varint(tMs + target * 7)
      if (++count < perRequest) continue
      yield snappyEncode(out.bytes())
      out.clear()
      count = 0
    }
  }
  if (count > 0) yield snappyEncode(out.bytes())
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

/** Seconds of CPU a million samples, of each peer: the median of rounds. */
async function costs(
  peers: readonly Peer[],
  targets: number,
  series: number,
  steps: number,
  perRequest: number,
): Promise<number[]> {
  const sets = Array.from({ length: targets }, (_, i) => hostSeries(i, series))
  const startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - steps * STEP_MS
  const rounds = 5
  const perRound = Math.ceil(steps / (rounds + 1))
  const seconds: number[][] = peers.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    const before = peers.map(({ pid }) => cpuSecondsOf(pid))
    for (let step = 0; step < perRound; step++) {
      const tMs = startMs + (round * perRound + step) * STEP_MS
      for (const body of bodiesOf(sets, tMs, perRequest)) {
        for (const peer of peers) await send(peer, body)
      }
    }
    // The first round makes the series, and compiles.
    if (round === 0) continue
    peers.forEach(({ pid }, i) => seconds[i]!.push(cpuSecondsOf(pid) - before[i]!))
  }
  return seconds.map((one) => (median(one) * 1e6) / (perRound * targets * series))
}

export const bench: Bench = {
  question:
    'What CPU does a sample cost that comes by remote write, one sample a series and request?',
  async run(size: Size) {
    const names: PeerName[] = ['pharos']
    if (hasPrometheus && size === 'full') names.push('prometheus')
    if (hasVictoria && size === 'full') names.push('victoria-metrics')
    const [targets, series, steps] = size === 'full' ? [40, 500, 120] : [2, 50, 12]
    const lines: string[] = []
    for (const perRequest of REQUEST_SAMPLES[size]) {
      const peers: Peer[] = []
      for (const name of names) {
        const flags = name === 'victoria-metrics' ? [] : FLAGS
        peers.push(await startPeer(name, CONFIG, undefined, flags))
      }
      const micros = await costs(peers, targets, series, steps, perRequest)
      const ratios = micros.slice(1).map((other, i) => {
        const goal = peers[i + 1]!.name === 'prometheus' ? ` (goal ${CPU_GOAL})` : ''
        return `${(micros[0]! / other).toFixed(2)} of ${peers[i + 1]!.name}${goal}`
      })
      lines.push(
        `${perRequest} samples a request: ${peers.map(({ name, pid }, i) => `${name} ${micros[i]!.toFixed(2)} µs CPU a sample, ${residentMib(pid).toFixed(0)} MiB`).join('; ')}`,
      )
      if (ratios.length > 0)
        lines.push(`${perRequest} samples a request, ratio: ${ratios.join(', ')}`)
      for (const peer of peers) await peer.stop()
    }
    return lines
  },
}
