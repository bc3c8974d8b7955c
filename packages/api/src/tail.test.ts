import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { createHttpServer } from '@pharos/http'
import { Labels, Matcher, STALE } from '@pharos/model'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, onTestFinished, test } from 'vitest'
import { TAIL_POLL_MS, TAIL_SERIES, TAILS_MAX } from './limits.ts'
import { registerTailRoute } from './tail-route.ts'
import { Tail } from './tail.ts'

const UP = [[new Matcher('=', '__name__', 'up')]]

function stored(startMs = 1_000_000) {
  const clock = new SimClock(startMs)
  const queryable = new MemoryStore()
  let appended = 0
  const append = (name: string, instance: string, timeMs: number, value: number): void => {
    appended++
    queryable.append(Labels.from({ __name__: name, instance }), timeMs, value)
  }
  return { clock, queryable, append, appendedSamples: () => appended }
}

function tailing(source: ReturnType<typeof stored>, sets = UP) {
  const batches: unknown[] = []
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const run = new Tail(source, sets).run((json) => batches.push(JSON.parse(json)), stop.signal)
  const next = async (): Promise<unknown[]> => {
    await source.clock.advance(TAIL_POLL_MS)
    return batches.splice(0)
  }
  return { next, run, stop }
}

test('each sample is told once, that of a slow target too, and none that was there before', async () => {
  const source = stored()
  const now = source.clock.now()
  source.append('up', 'old', now - 5, 1)
  const { next } = tailing(source)
  expect(await next()).toEqual([])
  source.append('up', 'a', now + 50, 1)
  source.append('other', 'a', now + 50, 7)
  expect(await next()).toEqual([
    [{ metric: { __name__: 'up', instance: 'a' }, values: [[1000.05, '1']] }],
  ])
  // Nothing has come; then something of an earlier time, of a series that was not heard of.
  expect(await next()).toEqual([])
  source.append('up', 'slow', now + 20, 0)
  source.append('up', 'a', now + 250, Infinity)
  source.append('up', 'a', now + 260, STALE)
  const [batch] = (await next()) as [{ metric: { instance: string }; values: unknown[] }[]]
  expect(batch.map(({ metric, values }) => [metric.instance, values])).toEqual([
    ['a', [[1000.25, '+Inf']]],
    ['slow', [[1000.02, '0']]],
  ])
})

test('a series is told although others of its batch have come sooner', async () => {
  const source = stored()
  const now = source.clock.now()
  const { next } = tailing(source)
  const told = async () =>
    ((await next()) as { metric: { instance: string }; values: unknown[] }[][])
      .flat()
      .map(({ metric, values }) => [metric.instance, values])
  await told()
  source.append('up', 'a', now + 130, 1)
  source.append('up', 'b', now + 110, 1)
  expect((await told()).length).toBe(2)
  source.append('up', 'a', now + 230, 1)
  expect(await told()).toEqual([['a', [[1000.23, '1']]]])
  source.append('up', 'b', now + 220, 1)
  source.append('up', 'b', now + 230, 1)
  const late = [
    [1000.22, '1'],
    [1000.23, '1'],
  ]
  expect(await told()).toEqual([['b', late]])
})

test('the store is not asked while nothing is appended', async () => {
  const source = stored()
  const { next } = tailing(source)
  await next()
  const asked = source.queryable.selects.length
  for (let i = 0; i < 20; i++) await next()
  expect(source.queryable.selects.length).toBe(asked)
})

test('a tail of too many series ends and says why', async () => {
  const source = stored()
  const { next, run } = tailing(source)
  const ended = expect(run).rejects.toThrow(`more than ${TAIL_SERIES} series are selected`)
  await next()
  for (let i = 0; i <= TAIL_SERIES; i++) source.append('up', `i${i}`, source.clock.now(), 1)
  await next()
  await ended
})

test('the route streams what the selectors of a query read, refuses what reads nothing, and has so many seats', async () => {
  const source = stored()
  const server = createHttpServer({
    log: silentLogger,
    clock: source.clock,
    address: '127.0.0.1:0',
  })
  registerTailRoute(server.app, { ...source, features: new Set() })
  await server.listen()
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${server.port}/api/v1/tail?query=`
  const leave = new AbortController()
  const open = (query: string) => fetch(url + encodeURIComponent(query), { signal: leave.signal })
  expect((await open('1 + 1')).ok).toBe(false)
  expect((await open('up{')).ok).toBe(false)
  const first = await open('sum(rate(up[1m])) / sum(down)')
  expect(first.headers.get('content-type')).toBe('text/event-stream')
  const lines = first.body!.pipeThrough(new TextDecoderStream()).getReader()
  const rest = await Promise.all(Array.from({ length: TAILS_MAX - 1 }, () => open('up')))
  expect(rest.every(({ status }) => status === 200)).toBe(true)
  expect((await open('up')).ok).toBe(false)
  source.append('down', 'a', source.clock.now() + 10, 2)
  await source.clock.advance(TAIL_POLL_MS)
  let text = ''
  while (!text.includes('data: ')) text += (await lines.read()).value
  expect(text).toContain(
    'data: [{"metric":{"__name__":"down","instance":"a"},"values":[[1000.010,"2"]]}]',
  )
  leave.abort()
  await expect
    .poll(async () => {
      const again = await fetch(`${url}up`)
      await again.body!.cancel()
      return again.status
    })
    .toBe(200)
})
