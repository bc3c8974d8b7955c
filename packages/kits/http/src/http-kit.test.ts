import { Registry } from '@pharos/client'
import { createServer, get, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { measuredFetch, observeClientRequest } from './http-client.ts'
import { measuredHandler, measuredListener } from './node-http.ts'
import { HttpClientMetrics } from './presets/client-metrics.ts'
import { HttpMetrics } from './presets/http-metrics.ts'
import {
  type FinishedRequest,
  knownMethod,
  type RequestMetrics,
  UNMATCHED,
} from './request-metrics.ts'

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

interface Running {
  readonly url: string
  close(): Promise<void>
}

async function listening(server: Server): Promise<Running> {
  if (!server.listening) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function settled(notes: Notes, count: number): Promise<void> {
  for (let turn = 0; notes.finishedRequests.length < count && turn < 1000; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a million random paths and methods make one series', async () => {
  const registry = new Registry()
  const metrics = new HttpMetrics(registry)
  const listener = measuredListener(metrics, (_request, response) => {
    response.statusCode = 404
    response.end()
  })
  const running = await listening(createServer(listener))
  try {
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        await (await fetch(`${running.url}/path-${i}`)).text()
      }),
    )
  } finally {
    await running.close()
  }
  for (let i = 0; i < 999_800; i++) {
    const method = knownMethod(`M${i}`)
    metrics.started(method)
    metrics.finished({
      method,
      route: UNMATCHED,
      path: `/path-${i}`,
      statusCode: 404,
      isAborted: false,
      seconds: 0.001,
      requestBytes: 0,
      responseBytes: 0,
      clientAddress: '',
      exemplar: undefined,
    })
  }
  const page = await registry.metrics()
  const counts = page.split('\n').filter((l) => l.startsWith('http_request_duration_seconds_count'))
  expect(counts).toHaveLength(2)
  expect(page).toContain('http_requests_in_flight{method="GET"} 0')
})

test('a client that goes away is status 499, and the request is in flight no more', async () => {
  const registry = new Registry()
  const closed = Promise.withResolvers<void>()
  const listener = measuredListener(new HttpMetrics(registry), (_request, response) => {
    response.once('close', () => closed.resolve())
  })
  const running = await listening(createServer(listener))
  try {
    const call = get(`${running.url}/slow`)
    call.on('error', () => {})
    call.once('socket', (socket) =>
      socket.once('connect', () => setImmediate(() => socket.destroy())),
    )
    await closed.promise
    const page = await registry.metrics()
    expect(page).toContain(
      'http_request_duration_seconds_count{method="GET",route="<unmatched>",status_code="499"} 1',
    )
    expect(page).toContain('http_requests_in_flight{method="GET"} 0')
  } finally {
    await running.close()
  }
})

test('the bytes of an answer are counted however it is written', async () => {
  const notes = new Notes()
  const listener = measuredHandler(notes, '/written', (_request, response) => {
    response.write('äö')
    response.write(Buffer.from([1, 2, 3]))
    response.end('6869', 'hex' as BufferEncoding)
  })
  const running = await listening(createServer(listener))
  try {
    const body = await (await fetch(running.url)).arrayBuffer()
    await settled(notes, 1)
    expect(notes.finishedRequests[0]).toMatchObject({ route: '/written', responseBytes: 9 })
    expect(body.byteLength).toBe(9)
  } finally {
    await running.close()
  }
})

test('calls by fetch and by node:http are measured with their outcome and phases', async () => {
  const registry = new Registry()
  const metrics = new HttpClientMetrics(registry)
  const running = await listening(createServer((_request, response) => void response.end('ok')))
  const host = new URL(running.url).host
  try {
    const call = measuredFetch(metrics)
    await (await call(`${running.url}/a`)).text()
    await new Promise<void>((resolve) => {
      const one = request(`${running.url}/b`, (response: IncomingMessage) => {
        response.resume().once('end', resolve)
      })
      observeClientRequest(metrics, one)
      one.end()
    })
    await expect(call('http://127.0.0.1:1/')).rejects.toThrow()
  } finally {
    await running.close()
  }
  const page = await registry.metrics()
  const count = 'http_client_request_duration_seconds_count'
  expect(page).toContain(`${count}{host="${host}",method="GET",status_code="200"} 2`)
  expect(page).toContain(`${count}{host="127.0.0.1:1",method="GET",status_code="error"} 1`)
  expect(page).toContain(`http_client_ttfb_duration_seconds_count{host="${host}"} 1`)
  expect(page).toContain(`http_client_connect_duration_seconds_count{host="${host}"} 1`)
})
