// One middleware core behind every framework's own adapter: the same observations from all, and the same page.
import { Registry } from '@pharos/client'
import {
  type FinishedRequest,
  GinMetrics,
  HttpMetrics,
  type RequestMetrics,
  Seed2Metrics,
  Seed4Metrics,
} from '@pharos/kits-http'
import { honoMetrics } from '@pharos/kits-http/hono'
import { expect, test } from 'vitest'
import { FRAMEWORKS, newHono } from './http-frameworks.ts'
import { hasPeers } from './peers.ts'

/** A preset that only notes. */
class Notes implements RequestMetrics {
  readonly finishedRequests: FinishedRequest[] = []
  startedCount = 0
  started(): void {
    this.startedCount++
  }
  finished(one: FinishedRequest): void {
    this.finishedRequests.push(one)
  }
}

async function settled(notes: Notes, count: number): Promise<void> {
  for (let turn = 0; notes.finishedRequests.length < count && turn < 1000; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function ask(url: string): Promise<void> {
  await (await fetch(`${url}/users/17?x=1`)).text()
  await (await fetch(`${url}/items`, { method: 'POST', body: 'hello' })).text()
  await (await fetch(`${url}/broken`)).text()
  await (await fetch(`${url}/wp-admin.php`)).text()
  await (await fetch(`${url}/metrics`)).text()
}

const isHere = (framework: string): boolean => hasPeers || framework === 'fastify'

for (const [framework, start] of Object.entries(FRAMEWORKS)) {
  test.skipIf(!isHere(framework))(
    `${framework}: routes by template, statuses, unmatched paths and sizes`,
    async () => {
      const notes = new Notes()
      const running = await start(notes)
      try {
        await ask(running.url)
        await settled(notes, 4)
      } finally {
        await running.close()
      }
      const seen = notes.finishedRequests.map(({ method, route, statusCode }) => [
        method,
        route,
        statusCode,
      ])
      expect(seen).toEqual([
        ['GET', '/users/:id', 200],
        ['POST', '/items', 201],
        ['GET', '/broken', 500],
        ['GET', '<unmatched>', 404],
      ])
      expect(notes.startedCount).toBe(4)
      expect(notes.finishedRequests[1]).toMatchObject({ requestBytes: 5, responseBytes: 4 })
      expect(notes.finishedRequests.every((one) => one.seconds >= 0)).toBe(true)
      expect(notes.finishedRequests.every((one) => !one.isAborted)).toBe(true)
    },
  )
}

/** Names, labels and counts of all presets after the same requests; times differ from run to run. */
async function page(
  start: (metrics: RequestMetrics) => Promise<{ url: string; close(): Promise<void> }>,
) {
  const registry = new Registry()
  const presets = [
    new HttpMetrics(registry),
    new Seed2Metrics(registry),
    new Seed4Metrics(registry, { normMean: 1, normDomain: 0.2 }),
    new GinMetrics(registry),
  ]
  const notes = new Notes()
  const running = await start({
    started: (method) => {
      for (const one of presets) one.started(method)
    },
    finished: (request) => {
      // What differs between frameworks: their own pages for errors, and time.
      for (const one of presets) one.finished({ ...request, seconds: 0.1, responseBytes: 4 })
      notes.finished(request)
    },
  })
  try {
    await ask(running.url)
    await settled(notes, 4)
  } finally {
    await running.close()
  }
  // The heap is another one each time.
  return (await registry.metrics()).replace(/^nodejs_memstats_alloc_bytes.*$/m, '')
}

test.skipIf(!hasPeers)('every framework gives the same page for the same requests', async () => {
  const golden = await page(FRAMEWORKS['fastify']!)
  expect(golden).toContain('server_handle_request_total{method="POST",path="/items",type="http"} 1')
  expect(golden).toContain('gin_uri_request_total{code="200",method="GET",uri="/users/:id"} 1')
  for (const [framework, start] of Object.entries(FRAMEWORKS))
    expect(await page(start), framework).toBe(golden)
})

test.skipIf(!hasPeers)('hono without node:http measures what Content-Length says', async () => {
  const notes = new Notes()
  const app = await newHono()
  app.use('*', honoMetrics(notes))
  app.post('/items/:id', (context) => context.body('made', 201, { 'content-length': '4' }))
  const answer = await app.request('/items/1', {
    method: 'POST',
    body: 'hello',
    headers: { 'content-length': '5' },
  })
  expect(answer.status).toBe(201)
  expect(notes.finishedRequests).toMatchObject([
    { route: '/items/:id', statusCode: 201, requestBytes: 5, responseBytes: 4 },
  ])
})
