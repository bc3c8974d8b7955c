// What peers scrape: pages that are the same for all of them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expositionPage } from './exposition-page.ts'
import type { PeerName } from './peers.ts'

/** Serves `/<peer>/<target>`, a page a second long, and counts what it served to whom. */
export class PageSource {
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

  /** Every target each `seconds`. */
  config(name: PeerName, targets: number, seconds = 1): string {
    const jobs = Array.from(
      { length: targets },
      (_, i) =>
        `  - {job_name: job${i}, metrics_path: /${name}/${i}, static_configs: [{targets: ['127.0.0.1:${this.port}']}]}`,
    )
    return `global: {scrape_interval: ${seconds}s, scrape_timeout: ${seconds}s}\nscrape_configs:\n${jobs.join('\n')}\n`
  }

  close(): void {
    this.#close()
  }
}
