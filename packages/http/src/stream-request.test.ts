import type { Connection } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import type { SimWorld } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { streamRequest } from './stream-request.ts'

interface Scene {
  readonly world: SimWorld
  readonly parts: string[]
  readonly heads: number[]
  readonly ended: Promise<string>
  readonly stop: AbortController
  peer: Connection | undefined
}

async function scene(headTimeoutMs = 1_000): Promise<Scene> {
  const world = simWorld()
  const stop = new AbortController()
  const parts: string[] = []
  const heads: number[] = []
  let peer: Connection | undefined
  world.net.register('h:80', (connection) => {
    peer = connection
    connection.listen({ data() {}, end() {}, closed() {} })
  })
  const done = streamRequest(world, {
    url: 'http://h:80/watch',
    method: 'POST',
    body: new TextEncoder().encode('{}'),
    headTimeoutMs,
    signal: stop.signal,
    onHead: (status) => heads.push(status),
    onBody: (bytes) => parts.push(new TextDecoder().decode(bytes)),
  })
  const ended = done.then(
    () => 'ended',
    (error: Error) => error.message,
  )
  await world.clock.advance(1)
  return { world, parts, heads, ended, stop, peer }
}

async function say(one: Scene, text: string): Promise<void> {
  one.peer!.write(new TextEncoder().encode(text))
  await one.world.clock.advance(1)
}

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

test('parts of a chunked body are handed on as they arrive, hours after the head', async () => {
  const one = await scene()
  await say(one, HEAD)
  expect(one.heads).toEqual([200])
  await say(one, '5\r\nhello\r\n')
  await one.world.clock.advance(3 * 3_600_000)
  await say(one, '3\r\nab')
  await say(one, 'c\r\n')
  expect(one.parts.join('|')).toBe('hello|ab|c')
  await say(one, '0\r\n\r\n')
  expect(await one.ended).toBe('ended')
})

test('a body in the same packet as the head comes after it', async () => {
  const one = await scene()
  await say(one, `${HEAD}2\r\nok\r\n0\r\n\r\n`)
  expect([one.heads, one.parts]).toEqual([[200], ['ok']])
  expect(await one.ended).toBe('ended')
})

test('no head in time is a timeout', async () => {
  const one = await scene(500)
  await one.world.clock.advance(1_000)
  expect(await one.ended).toBe('Post "http://h:80/watch": context deadline exceeded')
})

test('an abort ends the stream, and nothing comes afterwards', async () => {
  const one = await scene()
  await say(one, `${HEAD}2\r\nok\r\n`)
  one.stop.abort()
  await say(one, '2\r\nno\r\n')
  expect(await one.ended).toBe('Post "http://h:80/watch": context canceled')
  expect(one.parts).toEqual(['ok'])
})

test('a stream that is cut in the middle says so', async () => {
  const one = await scene()
  await say(one, `${HEAD}9\r\nok`)
  one.peer!.destroy()
  await one.world.clock.advance(1)
  expect(await one.ended).toBe('Post "http://h:80/watch": unexpected EOF')
})

test('what is no HTTP ends the stream', async () => {
  const one = await scene()
  await say(one, 'hello\r\n\r\n')
  expect(await one.ended).toContain('malformed HTTP')
})

test('what a callback throws ends the stream and comes out as it is', async () => {
  const world = simWorld()
  let peer: Connection | undefined
  world.net.register('h:80', (connection) => {
    peer = connection
    connection.listen({ data() {}, end() {}, closed() {} })
  })
  const mistake = new Error('no more, please')
  const done = streamRequest(world, {
    url: 'http://h:80/',
    onHead() {},
    onBody() {
      throw mistake
    },
  })
  const failure = done.catch((error: unknown) => error)
  await world.clock.advance(1)
  peer!.write(new TextEncoder().encode(`${HEAD}2\r\nok\r\n`))
  await world.clock.advance(1)
  expect(await failure).toBe(mistake)
})
