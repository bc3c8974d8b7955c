import { type Bench, cpuSecondsOf, median, residentMib, type Size } from './measure.ts'
import { hasPrometheus, type PeerName, startPeer } from './peers.ts'

interface Start {
  readonly readyMs: number
  readonly cpuMs: number
  readonly mib: number
}

async function startOnce(name: PeerName): Promise<Start> {
  const peer = await startPeer(name, 'scrape_configs: []\n')
  const start = {
    readyMs: peer.readyMs,
    cpuMs: cpuSecondsOf(peer.pid) * 1000,
    mib: residentMib(peer.pid),
  }
  await peer.stop()
  return start
}

function line(name: string, starts: readonly Start[]): string {
  const of = (pick: (start: Start) => number): string => median(starts.map(pick)).toFixed(0)
  return `${name}: ready after ${of((s) => s.readyMs)} ms, ${of((s) => s.cpuMs)} ms CPU, ${of((s) => s.mib)} MiB resident`
}

export const bench: Bench = {
  question: 'How long from the command to ready, on an empty directory?',
  async run(size: Size) {
    const rounds = size === 'smoke' ? 1 : 7
    const ours: Start[] = []
    const theirs: Start[] = []
    for (let i = 0; i < rounds; i++) {
      ours.push(await startOnce('pharos'))
      if (hasPrometheus && size === 'full') theirs.push(await startOnce('prometheus'))
    }
    if (theirs.length === 0) return [line('pharos', ours), 'prometheus is not measured here']
    const ratio = median(ours.map((s) => s.readyMs)) / median(theirs.map((s) => s.readyMs))
    return [
      line('pharos', ours),
      line('prometheus', theirs),
      `ratio of times to ready: ${ratio.toFixed(2)} (median of ${rounds}, interleaved)`,
    ]
  },
}
