import { connect } from 'node:net'
import { type ApiServices, registerApi } from '@pharos/api'
import { type Clock, silentLogger, UserError } from '@pharos/base'
import { createRealClock } from '@pharos/base/node'
import { SimClock, simWorld } from '@pharos/base/sim'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { Labels } from '@pharos/model'
import { createEngine, type QueryAnswer } from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type LaneSettings, QueryLane } from './query-lane.ts'
import { type LoggedQuery, QueryLog, queryLogLine } from './query-log.ts'

const TIMES = { startMs: 0, endMs: 60_000, stepMs: 15_000 }
const ORIGIN = {
  source: 'api',
  clientAddress: '10.0.0.7',
  method: 'GET',
  path: '/api/v1/query_range',
} as const
const STATS = {
  totalSamples: 4,
  samplesRead: 3,
  peakSamples: 2,
  memoryBytesMax: 100,
  timings: { preparationMs: 1, evaluationMs: 2 },
  perStep: undefined,
}
const ANSWER: QueryAnswer = {
  result: { type: 'scalar', timeMs: 0, value: 1 },
  warnings: [],
  infos: [],
  stats: STATS,
  release: () => undefined,
}

/** A lane of one place that is taken; `free` frees it. */
function busyLane(settings: Partial<LaneSettings> = {}) {
  const clock = new SimClock()
  const lane = new QueryLane({ clock, width: 1, timeoutMs: 10_000, ...settings })
  const work = Promise.withResolvers<QueryAnswer>()
  const first = lane.run('first', TIMES, {}, () => work.promise)
  return { lane, clock, first, free: () => work.resolve(ANSWER) }
}

test('queries over the limit wait in order, and their waiting counts', async () => {
  const { lane, clock, first, free } = busyLane()
  const order: string[] = []
  const waiting = ['second', 'third'].map((name) =>
    lane.run(name, TIMES, {}, async ({ timeoutMs }) => {
      order.push(`${name} ${timeoutMs}`)
      return ANSWER
    }),
  )
  expect(lane.list().map(({ query, progress }) => [query, progress])).toEqual([
    ['first', undefined],
    ['second', undefined],
    ['third', undefined],
  ])
  await clock.advance(4000)
  free()
  await first
  // They let others have a turn before they begin.
  expect(order).toEqual([])
  await clock.advance(0)
  expect((await Promise.all(waiting)).map((answer) => answer.queueMs)).toEqual([4000, 4000])
  expect(order).toEqual(['second 6000', 'third 6000'])
  expect(lane.list()).toEqual([])
})

test('who waits too long, finds the queue full or is stopped there hears so and leaves no trace', async () => {
  const { lane, clock, first, free } = busyLane({ maxWaiting: 2 })
  const stopped = lane.run('b', TIMES, {}, () => Promise.resolve(ANSWER))
  const late = lane.run('c', TIMES, {}, () => Promise.resolve(ANSWER))
  const full = lane.run('d', TIMES, {}, () => Promise.resolve(ANSWER))
  await expect(full).rejects.toMatchObject({ code: 'promql/queue-full' })
  expect(lane.kill(lane.list().find(({ query }) => query === 'b')!.id)).toBe(true)
  await expect(stopped).rejects.toThrow('query was stopped by request')
  const failing = expect(late).rejects.toThrow('query timed out in query queue')
  await clock.advance(10_001)
  await failing
  expect(lane.list().map(({ query }) => query)).toEqual(['first'])
  free()
  await first
  expect(lane.kill('1')).toBe(false)
  await expect(lane.run('e', TIMES, {}, () => Promise.resolve(ANSWER))).resolves.toMatchObject(
    ANSWER,
  )
})

test('who gets its turn when its time is over was kept by the queue', async () => {
  const sim = new SimClock()
  // Timers come late on a busy machine.
  let lateMs = 0
  const clock: Clock = {
    now: () => sim.now(),
    monotonicMs: () => sim.monotonicMs() + lateMs,
    after: (delayMs, fire) => sim.after(delayMs, fire),
    sleep: (delayMs, signal) => sim.sleep(delayMs, signal),
  }
  const { lane, first, free } = busyLane({ clock })
  const late = lane.run('b', TIMES, {}, () => Promise.resolve(ANSWER))
  const failing = expect(late).rejects.toMatchObject({ code: 'promql/queue-timeout' })
  lateMs = 10_000
  free()
  await first
  await sim.advance(0)
  await failing
  expect(lane.list()).toEqual([])
  // The place is free again.
  await expect(lane.run('c', TIMES, {}, () => Promise.resolve(ANSWER))).resolves.toMatchObject(
    ANSWER,
  )
})

test('the query log has one line of JSON a query, with the reference’s keys', async () => {
  const logged: LoggedQuery = {
    query: 'up',
    times: TIMES,
    options: { origin: ORIGIN },
    queueMs: 5,
    stats: STATS,
    error: undefined,
  }
  expect(JSON.parse(queryLogLine(1_700_000_000_000, logged))).toEqual({
    time: '2023-11-14T22:13:20.000Z',
    level: 'INFO',
    source: 'query-log',
    msg: 'promql query logged',
    params: {
      query: 'up',
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T00:01:00.000Z',
      step: 15,
    },
    stats: {
      timings: {
        evalTotalTime: 0.003,
        resultSortTime: 0,
        queryPreparationTime: 0.001,
        innerEvalTime: 0.002,
        execQueueTime: 0.005,
        execTotalTime: 0.008,
      },
      samples: { totalQueryableSamples: 4, samplesRead: 3, peakSamples: 2 },
    },
    spanID: '0000000000000000',
    traceID: '00000000000000000000000000000000',
    httpRequest: { clientIP: '10.0.0.7', method: 'GET', path: '/api/v1/query_range' },
  })
  const failed = { ...logged, error: new UserError('promql/timeout', 'too late') }
  expect(JSON.parse(queryLogLine(0, failed))).toMatchObject({ error: 'too late' })
})

test('the query log follows its file’s name', async () => {
  const { disk } = simWorld()
  const log = new QueryLog(disk, silentLogger)
  const logged: LoggedQuery = {
    query: 'up',
    times: TIMES,
    options: {},
    queueMs: 0,
    stats: STATS,
    error: undefined,
  }
  log.add('', 0, logged)
  for (const path of ['/a.log', '/a.log', '/b.log']) log.add(path, 0, logged)
  await log.close()
  const lines = async (path: string) =>
    new TextDecoder()
      .decode(await disk.readFile(path))
      .trimEnd()
      .split('\n').length
  expect([await lines('/a.log'), await lines('/b.log'), log.stats.written]).toEqual([2, 1, 3])
})

// With real sockets: what the event loop does is the point.

const SLOW = 'max_over_time(quantile_over_time(0.5, x[5m:1ms])[1m:100ms])'

async function listening(): Promise<{ server: HttpServer; lane: QueryLane; clock: Clock }> {
  const clock = createRealClock()
  const store = new MemoryStore()
  for (let t = 0; t < 60; t++) store.append(Labels.from({ __name__: 'x' }), t * 10_000, t)
  const lane = new QueryLane({ clock, width: 4, timeoutMs: 60_000 })
  const engine = createEngine(store, {
    lookbackMs: 300_000,
    timeoutMs: 60_000,
    maxSamples: 50_000_000,
    defaultSubqueryStepMs: 60_000,
    features: new Set(),
    clock,
  })
  const server = createHttpServer({
    log: silentLogger,
    clock,
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  const services: Partial<ApiServices> = {
    engine: {
      instant: (query, timeMs, options = {}) =>
        lane.run(query, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, options, (inLane) =>
          engine.instant(query, timeMs, inLane),
        ),
      range: () => Promise.reject(new Error('not asked for')),
    },
    queries: lane,
    clock,
    features: new Set(),
    queryTimeoutMs: 60_000,
    readiness: () => 'ready',
  }
  // The routes that are asked here need no more than this.
  registerApi(server.app, services as ApiServices)
  await server.listen()
  onTestFinished(() => server.close())
  return { server, lane, clock }
}

async function until(clock: Clock, isTrue: () => boolean): Promise<number> {
  const startMs = clock.monotonicMs()
  while (!isTrue() && clock.monotonicMs() - startMs < 10_000) await clock.sleep(1)
  return clock.monotonicMs() - startMs
}

/** ms that this thread has worked: other programs on the machine make clocks run, not this one. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

test('a client that hangs up stops its query within 100 ms of work', async () => {
  const { server, lane, clock } = await listening()
  const socket = connect(server.port, '127.0.0.1')
  socket.write(
    `GET /api/v1/query?time=590&query=${encodeURIComponent(SLOW)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  )
  await until(clock, () => (lane.list()[0]?.progress?.memoryBytes ?? 0) > 300_000 * 8)
  expect(lane.list()).toMatchObject([
    { query: SLOW, origin: { source: 'api', clientAddress: '127.0.0.1' } },
  ])
  socket.destroy()
  const before = workedMs()
  await until(clock, () => lane.list().length === 0)
  expect(workedMs() - before).toBeLessThan(100)
})

test('the list shows a running query, and deleting it there ends it within 100 ms of work', async () => {
  const { server, lane, clock } = await listening()
  const url = `http://127.0.0.1:${server.port}/api/v1`
  const answer = fetch(`${url}/query?time=590&query=${encodeURIComponent(SLOW)}`)
  await until(clock, () => (lane.list()[0]?.progress?.memoryBytes ?? 0) > 300_000 * 8)
  const { data } = (await (await fetch(`${url}/status/queries`)).json()) as {
    data: { id: string; memoryBytes: number }[]
  }
  expect(data).toMatchObject([
    {
      query: SLOW,
      state: 'running',
      start: 590,
      source: 'api',
      client: '127.0.0.1',
      path: '/api/v1/query',
    },
  ])
  expect(data[0]!.memoryBytes).toBeGreaterThan(300_000 * 8)
  const before = workedMs()
  const killed = await fetch(`${url}/status/queries/${data[0]!.id}`, { method: 'DELETE' })
  expect(killed.status).toBe(204)
  expect(await (await answer).json()).toMatchObject({
    errorType: 'canceled',
    error: 'query was stopped by request',
  })
  expect(workedMs() - before).toBeLessThan(100)
  expect((await fetch(`${url}/status/queries/99`, { method: 'DELETE' })).status).toBe(404)
})
