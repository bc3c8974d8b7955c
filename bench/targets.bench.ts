// A thousand targets of a thousand series each, scraped by both servers at the same time: what a sample costs, what an active
// series weighs, and how evenly the scrapes come.
import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { hasPrometheus, type Peer, startPeer } from './peers.ts'
import { exporter, samplesOf } from './scrape-load.ts'

function config(port: number, targets: number, intervalSeconds: number): string {
  const addresses = Array.from(
    { length: targets },
    (_, i) => `'127.0.${(i >> 8) + 1}.${i & 255}:${port}'`,
  )
  return `global: {scrape_interval: ${intervalSeconds}s, scrape_timeout: ${intervalSeconds}s}
scrape_configs:
  - job_name: many
    static_configs: [{targets: [${addresses.join(', ')}]}]
`
}

/** How far the 1st and 99th percentile of the time between two scrapes are from what was asked for, as a share. */
async function jitterOf(peer: Peer, intervalSeconds: number): Promise<number> {
  const page = await (await fetch(`${peer.base}/metrics`)).text()
  const at = (quantile: string): number => {
    const match = new RegExp(
      `^prometheus_target_interval_length_seconds\\{[^}]*quantile="${quantile}"[^}]*\\} (\\S+)`,
      'm',
    ).exec(page)
    return Number(match?.[1] ?? Number.NaN)
  }
  const off = [at('0.01'), at('0.99')].map((value) => Math.abs(value / intervalSeconds - 1))
  return Math.max(...off)
}

async function activeSeries(peer: Peer): Promise<number> {
  const page = await (await fetch(`${peer.base}/metrics`)).text()
  return Number(/^prometheus_tsdb_head_series (\S+)/m.exec(page)?.[1])
}

interface Taken {
  readonly samples: number
  readonly cpu: number
}

const taken = async (peer: Peer): Promise<Taken> => ({
  samples: await samplesOf(peer),
  cpu: cpuSecondsOf(peer.pid),
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const bench: Bench = {
  question:
    'What do 1,000 targets of 1,000 series cost in CPU, memory and evenness, both servers at once?',
  async run(size: Size) {
    const [series, targets, interval, warm, measured] =
      size === 'smoke' ? [50, 4, 1, 1.5, 1.5] : [1000, 1000, 15, 50, 60]
    const source = await exporter(series)
    const text = config(source.port, targets, interval)
    // Memory without any target, to subtract.
    const names =
      hasPrometheus && size === 'full' ? (['pharos', 'prometheus'] as const) : (['pharos'] as const)
    const empty: number[] = []
    for (const name of size === 'full' ? names : []) {
      const peer = await startPeer(name, 'scrape_configs: []\n')
      await pause(3_000)
      empty.push(residentMib(peer.pid))
      await peer.stop()
    }
    const peers: Peer[] = []
    for (const name of names) peers.push(await startPeer(name, text))
    await pause(warm * 1_000)
    const before = await Promise.all(peers.map(taken))
    const startMs = performance.now()
    await pause(measured * 1_000)
    const after = await Promise.all(peers.map(taken))
    // On a busy machine the pause is longer than it was meant to be, and the pages come late to both.
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(0)
    const lines: string[] = []
    const costs: number[] = []
    const weights: number[] = []
    for (const [i, peer] of peers.entries()) {
      const samples = after[i]!.samples - before[i]!.samples
      if (!(samples > 0)) throw new Error(`${peer.name} took no sample`)
      const cpu = (after[i]!.cpu - before[i]!.cpu) / (samples / 1e6)
      const active = await activeSeries(peer)
      const resident = residentMib(peer.pid)
      const without = empty[i] ?? 0
      const bytes = ((resident - without) * 1024 * 1024) / active
      const jitter = await jitterOf(peer, interval)
      costs.push(cpu)
      weights.push(bytes)
      lines.push(
        `${peer.name}: ${cpu.toFixed(2)} CPU s a million samples (${samples} in ${seconds} s), ` +
          `${bytes.toFixed(0)} bytes an active series (${active}; ${resident.toFixed(0)} MiB, ${without.toFixed(0)} without targets), ` +
          `jitter p99 ${(jitter * 100).toFixed(2)} % of ${interval} s`,
      )
    }
    for (const peer of peers) await peer.stop()
    source.close()
    if (costs.length === 2)
      lines.push(
        `ratio prometheus / pharos: CPU ${(costs[1]! / costs[0]!).toFixed(2)}; memory pharos / prometheus: ${(weights[0]! / weights[1]!).toFixed(2)}`,
      )
    return lines
  },
}
