import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, residentMib, type Size } from './measure.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'
import { PageSource } from './page-source.ts'

/** As shares of Prometheus: of what a further series takes, and of the whole process beside VictoriaMetrics. */
const SLOPE_GOAL = 0.3
const PROCESS_GOAL = 1

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const bench: Bench = {
  question:
    'What memory does an active series take, at 100,000 and at 500,000 of them, scraped every 15 s?',
  async run(size: Size) {
    const names: PeerName[] = ['pharos']
    if (hasPrometheus && size === 'full') names.push('prometheus')
    if (hasVictoria && size === 'full') names.push('victoria-metrics')
    const [series, few, many, seconds] = size === 'full' ? [1000, 100, 500, 60] : [100, 1, 2, 1]
    const source = new PageSource()
    await source.open(series)
    const peers: Peer[] = []
    for (const name of names) peers.push(await startPeer(name, source.config(name, few, 15)))
    await pause(seconds * 1000)
    const before = peers.map(({ pid }) => residentMib(pid))
    for (const { name, directory, pid } of peers) {
      writeFileSync(join(directory, 'prometheus.yml'), source.config(name, many, 15))
      process.kill(pid, 'SIGHUP')
    }
    await pause(seconds * 1000)
    const after = peers.map(({ pid }) => residentMib(pid))
    const slopes = peers.map((_, i) => ((after[i]! - before[i]!) * 1024) / ((many - few) * series))
    const lines = peers.map(
      ({ name }, i) =>
        `${name}: ${before[i]!.toFixed(0)} MiB with ${few * series} series, ${after[i]!.toFixed(0)} MiB with ${many * series}: ${slopes[i]!.toFixed(2)} KiB a further series`,
    )
    for (const [i, { name }] of peers.entries()) {
      if (i === 0) continue
      const goal =
        name === 'prometheus'
          ? `a further series ${(slopes[0]! / slopes[i]!).toFixed(2)} (goal ${SLOPE_GOAL})`
          : `process with ${few * series} series ${(before[0]! / before[i]!).toFixed(2)} (goal ${PROCESS_GOAL}), with ${many * series} ${(after[0]! / after[i]!).toFixed(2)}`
      lines.push(`ratio to ${name}: ${goal}`)
    }
    for (const peer of peers) await peer.stop()
    source.close()
    return lines
  },
}
