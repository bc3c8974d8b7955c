// Targets for the benchmarks that scrape, and what both servers say of their work.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expositionPage } from './exposition-page.ts'
import type { Peer } from './peers.ts'

/** Serves a page of `series` samples at every path and every address of the loopback; each version lasts a second. */
export async function exporter(series: number): Promise<{ port: number; close(): void }> {
  const pages = Array.from({ length: 60 }, (_, version) => expositionPage(series, version + 1))
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(pages[Math.floor(Date.now() / 1000) % 60])
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Samples that a server has taken since its start. */
export async function samplesOf(peer: Peer): Promise<number> {
  const answer = await fetch(`${peer.base}/metrics`)
  const match = /^prometheus_tsdb_head_samples_appended_total(?:\{type="float"\})? (\S+)/m.exec(
    await answer.text(),
  )
  if (match === null) throw new Error(`${peer.name} does not say how many samples it took`)
  return Number(match[1])
}
