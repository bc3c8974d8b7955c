// kill -9 at random moments under ingest: it starts by itself again, and every committed scrape is there, and everything that
// a query had shown.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pause, pharos, ready, temporaryDirectory } from './process.ts'
import { instant } from './query.ts'

/** `npm run sim -- --kills 200` for more. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const SERIES = 200

/** Counts its pages: every sample of page n has the value n. */
async function countingExporter(): Promise<{ port: number; served: () => number }> {
  let n = 0
  const server = createServer((_, response) => {
    n++
    const lines = Array.from({ length: SERIES }, (__, i) => `pages{series="${i}"} ${n}\n`)
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(lines.join(''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, served: () => n }
}

/** Pages by series, as the server shows them. */
async function pagesOf(base: string): Promise<Map<string, Set<number>>> {
  const { data } = await instant(base, 'pages[1h]', Date.now() / 1000)
  return new Map(
    (data?.result ?? []).map(({ metric, values }) => {
      const pages = new Set((values ?? []).map(([, value]) => Number(value)))
      expect(pages.size, 'no page is stored twice').toBe(values?.length)
      return [metric['series']!, pages]
    }),
  )
}

test(
  `${ROUNDS} times kill -9 under ingest lose no committed and no shown scrape and invent none`,
  async () => {
    const seed = Number(process.env['SEED'] ?? 20_261_129)
    console.log(`SEED=${seed}`)
    let state = seed
    const random = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
    const exporter = await countingExporter()
    const directory = temporaryDirectory()
    const port = await freePort()
    writeFileSync(
      join(directory, 'prometheus.yml'),
      `global: {scrape_interval: 200ms, scrape_timeout: 200ms}
scrape_configs:
  - job_name: counting
    static_configs: [{targets: ['127.0.0.1:${exporter.port}']}]
`,
    )
    const base = `http://127.0.0.1:${port}`
    const args = [
      'server',
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]
    /** The newest page that a query showed before each kill, and how many had been served at the kill itself. */
    const killed: { committed: number; served: number }[] = []
    /** What was seen just before the kills, and not after them. */
    const unseen: string[] = []
    let seen = new Map<string, Set<number>>()
    const compare = async (): Promise<Map<string, Set<number>>> => {
      const there = await pagesOf(base)
      for (const [series, pages] of seen) {
        for (const page of pages) {
          if (there.get(series)?.has(page) !== true) unseen.push(`series ${series}: page ${page}`)
        }
      }
      return there
    }
    for (let round = 0; round < ROUNDS; round++) {
      const server = pharos(args)
      await ready(base, server)
      await compare()
      await pause(1200 + random() * 2000)
      seen = await pagesOf(base)
      server.child.kill('SIGKILL')
      await server.exited
      const committed = Math.max(0, ...[...seen.values()].flatMap((pages) => [...pages]))
      killed.push({ committed, served: exporter.served() })
    }
    const server = pharos(args)
    await ready(base, server)
    const series = await compare()
    expect(series.size).toBe(SERIES)
    const lost = new Set<number>()
    for (const [name, stored] of series) {
      let from = 0
      for (const { committed, served } of killed) {
        for (let page = from + 1; page <= committed; page++) {
          if (!stored.has(page)) lost.add(page)
        }
        from = served
      }
      const invented = [...stored].filter((page) => page < 1 || page > exporter.served())
      expect(invented, `series ${name}`).toEqual([])
    }
    const committed = killed.reduce(
      (sum, one, i) => sum + Math.max(0, one.committed - (killed[i - 1]?.served ?? 0)),
      0,
    )
    // A page that came too late for its scrape is not stored, and the store says so in a row of its own, before the next page.
    const up = await instant(base, 'up[1h]', Date.now() / 1000)
    const failed = (up.data?.result[0]?.values ?? []).filter(([, value]) => value === '0').length
    console.log(
      `${ROUNDS} kills, ${exporter.served()} pages served, ${committed} committed before a kill, ` +
        `${lost.size} not stored of which ${failed} failed scrapes, ${unseen.length} samples lost that were shown`,
    )
    expect(committed, 'kills that had something to lose').toBeGreaterThan(ROUNDS)
    expect(unseen.slice(0, 10)).toEqual([])
    expect(lost.size, `pages ${[...lost].join()}`).toBeLessThanOrEqual(failed)
  },
  // A busy machine takes ten seconds a round.
  60_000 + ROUNDS * 30_000,
)
