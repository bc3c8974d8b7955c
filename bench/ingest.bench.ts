import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { hasPrometheus, startPeer } from './peers.ts'
import { exporter, samplesOf } from './scrape-load.ts'

function config(port: number, targets: number): string {
  const jobs = Array.from(
    { length: targets },
    (_, i) =>
      `  - {job_name: job${i}, metrics_path: /${i}, static_configs: [{targets: ['127.0.0.1:${port}']}]}`,
  )
  return `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join('\n')}\n`
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const bench: Bench = {
  question:
    'What CPU does a scraped and stored sample cost, whole process, both servers on the same targets at once?',
  async run(size: Size) {
    const [series, targets, seconds] = size === 'smoke' ? [100, 2, 1.5] : [1000, 50, 60]
    const source = await exporter(series)
    const peers = [await startPeer('pharos', config(source.port, targets))]
    if (hasPrometheus && size === 'full')
      peers.push(await startPeer('prometheus', config(source.port, targets)))
    // The reference takes its first samples some seconds after a start.
    await pause(size === 'full' ? 10_000 : 1000)
    const before = await Promise.all(
      peers.map(async (peer) => ({ samples: await samplesOf(peer), cpu: cpuSecondsOf(peer.pid) })),
    )
    await pause(seconds * 1000)
    const lines: string[] = []
    const costs: number[] = []
    for (const [i, peer] of peers.entries()) {
      const samples = (await samplesOf(peer)) - before[i]!.samples
      const micros = ((cpuSecondsOf(peer.pid) - before[i]!.cpu) * 1e6) / samples
      if (!(samples > 0)) throw new Error(`${peer.name} took no sample`)
      costs.push(micros)
      lines.push(
        `${peer.name}: ${micros.toFixed(2)} µs a sample (${samples} samples), ${residentMib(peer.pid).toFixed(0)} MiB resident`,
      )
      await peer.stop()
    }
    source.close()
    if (costs.length === 2)
      lines.push(
        `ratio pharos / prometheus: ${(costs[0]! / costs[1]!).toFixed(2)} (${targets} targets of ${series} series at 1 s)`,
      )
    return lines
  },
}
