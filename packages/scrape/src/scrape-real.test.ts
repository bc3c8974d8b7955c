import { createHttpServer } from '@pharos/http'
import { silentLogger } from '@pharos/base'
import { createRealClock, createRealDisk, createRealNet } from '@pharos/base/node'
import { expect, test } from 'vitest'
import { ScrapeManager } from './scrape-manager.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { FakeDiscoverer, jobSettings } from './testing/scrape-fixture.ts'

test('a real server is scraped over real sockets, from its first answer to its end', async () => {
  const clock = createRealClock()
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0' })
  let count = 0
  const agents = new Set<string | undefined>()
  server.app.get('/metrics', (request, reply) => {
    agents.add(request.headers['user-agent'])
    const lines = Array.from({ length: 200 }, (_, i) => `m{i="${i}"} ${i}\n`).join('')
    return reply.type('text/plain; version=0.0.4').send(`count ${++count}\n${lines}`)
  })
  await server.listen()
  const appender = new FakeAppender()
  const manager = new ScrapeManager({
    appender,
    net: createRealNet(),
    clock,
    disk: createRealDisk(),
    log: silentLogger,
    userAgent: 'Pharos/test',
  })
  manager.apply([
    {
      settings: jobSettings({ scrapeIntervalMs: 250, scrapeTimeoutMs: 250 }),
      discoverers: [new FakeDiscoverer([server.boundAddress])],
    },
  ])
  await expect.poll(() => count, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(manager.pools()[0]!.active[0]).toMatchObject({ health: 'up', samplesScraped: 201 })
  await server.close()
  const refused = `Get "http://${server.boundAddress}/metrics": dial tcp ${server.boundAddress}: connect: connection refused`
  await expect
    .poll(() => manager.pools()[0]!.active[0]!.lastError, { timeout: 10_000 })
    .toBe(refused)
  await manager.stop()
  const { rows } = appender
  expect(agents).toEqual(new Set(['Pharos/test']))
  expect(rows[0]!.values).toMatchObject({
    count: 1,
    up: 1,
    'm{i=199}': 199,
    scrape_samples_scraped: 201,
  })
  const down = rows.find((row) => row.values['up'] === 0)!
  expect(down.values['count']).toBe('stale')
  expect(rows.at(-1)!.values['up']).toBe('stale')
})
