import { expect, test } from 'vitest'
import { pushOnExit } from './push-on-exit.ts'
import { Pusher } from './pusher.ts'
import { Registry } from './registry.ts'

test('a process that has nothing left to do pushes once more, and a failure is told', async () => {
  const before = process.listenerCount('SIGTERM')
  const errors: unknown[] = []
  const sent: unknown[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const registry = new Registry()
  const pusher = new Pusher({
    url: 'h',
    job: 'a',
    registry,
    fetch: async (url) => {
      sent.push(url)
      return new Response('no', { status: 500 })
    },
  })
  const hook = pushOnExit(pusher, {
    onError: (error) => {
      errors.push(error)
      resolve()
    },
  })
  process.emit('beforeExit', 0)
  await promise
  process.emit('beforeExit', 0)
  expect(sent).toEqual(['http://h/metrics/job/a'])
  expect(String(errors)).toContain('unexpected status code 500')
  hook.stop()
  expect(process.listenerCount('SIGTERM')).toBe(before)
})
