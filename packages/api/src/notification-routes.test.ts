import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { createHttpServer } from '@pharos/http'
import { expect, onTestFinished, test } from 'vitest'
import type { Notification } from './api-services.ts'
import { EVENT_SILENCE_MS } from './limits.ts'
import { registerNotificationRoutes } from './notification-routes.ts'

const ONE: Notification = { text: '<a>', date: 'd', active: true, kind: 'k' }

async function served(seats: number) {
  const clock = new SimClock(0)
  const told = new Map<(one: Notification) => void, () => void>()
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0' })
  registerNotificationRoutes(server.app, {
    clock,
    notifications: {
      list: () => [ONE],
      subscribe(send, end) {
        if (told.size === seats) return undefined
        told.set(send, end)
        send(ONE)
        return () => told.delete(send)
      },
    },
  })
  await server.listen()
  onTestFinished(async () => server.close())
  return { url: `http://127.0.0.1:${server.port}/api/v1/notifications`, told, clock }
}

async function* eventsOf(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 2)
    }
  }
}

test('the stream begins with what is, goes on with what comes, and speaks in between', async () => {
  const { url, told, clock } = await served(1)
  const list = await (await fetch(url)).text()
  const json = '{"text":"\\u003ca\\u003e","date":"d","active":true,"kind":"k"}'
  expect(list).toBe(`{"status":"success","data":[${json}]}`)
  const response = await fetch(`${url}/live`, { headers: { 'accept-encoding': 'gzip' } })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.get('content-encoding')).toBeNull()
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const events = eventsOf(response)
  const next = async () => (await events.next()).value
  expect(await next()).toBe(`data: ${json}`)
  expect(await next()).toBe(':')
  for (const send of told.keys()) send({ ...ONE, active: false })
  expect(await next()).toBe(`data: ${json.replace('true', 'false')}`)
  await clock.advance(EVENT_SILENCE_MS)
  expect(await next()).toBe(':')
  for (const end of told.values()) end()
  expect(await next()).toBeUndefined()
  await expect.poll(() => told.size).toBe(0)
})

test('who comes when all seats are taken gets 204, and a seat is free when one leaves', async () => {
  const { url, told } = await served(1)
  const leaving = new AbortController()
  await fetch(`${url}/live`, { signal: leaving.signal })
  expect((await fetch(`${url}/live`)).status).toBe(204)
  leaving.abort()
  await expect.poll(() => told.size).toBe(0)
  const again = await fetch(`${url}/live`)
  expect(again.status).toBe(200)
  await again.body!.cancel()
})
