// Gives two servers exactly the same samples: an exporter page of which both scrapers see every version. The
// page goes on to the next version only when each client (told apart by its path) has fetched the current one,
// and each line carries the version's time, so that scrape times do not matter.
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LockStep {
  readonly port: number
  /** Times of the versions that both clients have seen, ms. */
  readonly seenMs: readonly number[]
  close(): Promise<void>
}

/** Serves `/<client>` for each client. `page` gives a fresh body without timestamps. */
export async function lockStep(
  clients: readonly string[],
  page: () => Promise<string>,
): Promise<LockStep> {
  let coming = nextVersion(page)
  await coming
  const waiting = new Set(clients)
  const seenMs: number[] = []
  const serve = async (client: string, response: ServerResponse): Promise<void> => {
    const asked = coming
    // Who asks while a version is being made waits for it: the one before would count as this one.
    const version = await asked
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(version.body)
    if (asked !== coming) return
    waiting.delete(client)
    if (waiting.size > 0) return
    seenMs.push(version.timeMs)
    for (const one of clients) waiting.add(one)
    coming = nextVersion(page)
  }
  const server: Server = createServer((request, response) => {
    void serve((request.url ?? '').slice(1), response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seenMs,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function nextVersion(page: () => Promise<string>): Promise<{ body: string; timeMs: number }> {
  const text = await page()
  const timeMs = Date.now()
  const body = text
    .split('\n')
    .map((line) => (line === '' || line.startsWith('#') ? line : `${line} ${timeMs}`))
    .join('\n')
  return { body, timeMs }
}
