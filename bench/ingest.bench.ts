import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expositionPage } from './exposition-page.ts'
import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { hasPrometheus, type Peer, startPeer } from './peers.ts'

/** Serves `targets` pages of `series` samples at /0 … /n, each version a second long. */
async function exporter(series: number): Promise<{ port: number; close(): void }> {
  const pages = Array.from({ length: 60 }, (_, version) => expositionPage(series, version + 1))
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(pages[Math.floor(Date.now() / 1000) % 60])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

function config(port: number, targets: number): string {
  const jobs = Array.from(
    { length: targets },
    (_, i) =>
      `  - {job_name: job${i}, metrics_path: /${i}, static_configs: [{targets: ['127.0.0.1:${port}']}]}`,
  )
  return `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join('\n')}\n`
}

async function samplesOf(peer: Peer): Promise<number> {
  const answer = await fetch(`${peer.base}/metrics`)
  const match = /^prometheus_tsdb_head_samples_appended_total(?:\{type="float"\})? (\S+)/m.exec(
    await answer.text(),
  )
  if (match === null) throw new Error(`${peer.name} does not say how many samples it took`)
  return Number(match[1])
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
