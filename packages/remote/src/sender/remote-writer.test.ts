import { snappyDecode } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { compileRelabelRule } from '@pharos/config'
import { Labels, type NativeHistogram, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLogger } from '@pharos/base'
import { readLabels, readWriteRequest } from '../write-request.ts'
import type { Endpoint, SendOutcome, WriteMessage } from './endpoint.ts'
import { laneCount } from './lane-count.ts'
import { RemoteWriter, type RemoteWriterSettings } from './remote-writer.ts'

const TAKEN: SendOutcome = { kind: 'taken' }
const BUSY: SendOutcome = { kind: 'retry', reason: '503', retryAfterMs: undefined }

/** Reads what it gets, and answers what it is told to. */
class FakeEndpoint implements Endpoint {
  answer: (message: WriteMessage, attempt: number) => SendOutcome = () => TAKEN
  refuses: (key: string, tMs: number) => boolean = () => false
  took: (key: string, tMs: number) => void = () => {}
  readonly received = new Map<string, [number, number | NativeHistogram][]>()
  readonly messages: WriteMessage[] = []
  exemplars = 0
  families = 0
  bodies = 0

  async send(message: WriteMessage, body: Uint8Array, attempt: number): Promise<SendOutcome> {
    const outcome = this.answer(message, attempt)
    this.messages.push(message)
    this.bodies++
    // One turn of the loop, so that lanes interleave.
    await Promise.resolve()
    if (outcome.kind !== 'taken' || message !== 'prometheus.WriteRequest') return outcome
    let samples: [number, number | NativeHistogram][] = []
    const kept = new Map<string, [number, number | NativeHistogram][]>()
    let isRefused = false
    let key = ''
    const check = (tMs: number): void => {
      if (this.refuses(key, tMs)) isRefused = true
    }
    readWriteRequest(snappyDecode(body, 1 << 24), {
      series: (bytes, from, to) => {
        key = Labels.of(readLabels(bytes, from, to)).key
        samples = kept.get(key) ?? []
        kept.set(key, samples)
        return true
      },
      sample: (tMs, value) => {
        check(tMs)
        samples.push([tMs, value])
      },
      histogram: (tMs, histogram) => samples.push([tMs, histogram]),
      exemplar: () => this.exemplars++,
      metadata: () => this.families++,
    })
    if (isRefused) return { kind: 'refused', reason: 'out of order' }
    for (const [one, more] of kept) {
      this.received.set(one, [...(this.received.get(one) ?? []), ...more])
      for (const [tMs] of more) this.took(one, tMs)
    }
    return outcome
  }

  times(labels: Labels): number[] {
    return (this.received.get(labels.key) ?? []).map(([tMs]) => tMs)
  }
}

const SETTINGS: RemoteWriterSettings = {
  name: 'test',
  url: 'http://h/write',
  externalLabels: Labels.EMPTY,
  rules: [],
  message: 'prometheus.WriteRequest',
  sendsExemplars: true,
  sendsHistograms: true,
  queue: {
    capacity: 20,
    maxShards: 4,
    minShards: 2,
    maxSamplesPerSend: 5,
    batchSendDeadlineMs: 1_000,
    minBackoffMs: 30,
    maxBackoffMs: 1_000,
    sampleAgeLimitMs: 0,
  },
  metadataIntervalMs: 0,
  directory: '/data/remote/x',
  maxDiskBytes: 1 << 30,
  maxDiskAgeMs: 0,
}

interface Bench {
  readonly clock: SimClock
  disk: SimDisk
  process: number
  readonly endpoint: FakeEndpoint
  readonly stored: { readonly i: number; readonly tMs: number }[]
  readonly open: (more?: Partial<RemoteWriterSettings>) => Promise<RemoteWriter>
}

function bench(): Bench {
  const clock = new SimClock()
  const endpoint = new FakeEndpoint()
  const made: Bench = {
    clock,
    disk: new SimDisk({ clock }),
    endpoint,
    stored: [],
    process: 0,
    open: async (more) => {
      // A process that was killed sends nothing more.
      const process = ++made.process
      const own: Endpoint = {
        send: (message, body, attempt) =>
          process === made.process
            ? endpoint.send(message, body, attempt)
            : Promise.withResolvers<SendOutcome>().promise,
      }
      const writer = await RemoteWriter.open({ ...SETTINGS, ...more }, own, {
        clock,
        disk: made.disk,
        log: silentLogger,
      })
      // The store has everything that was ever appended.
      const read = async (fromMs: number, toMs: number): Promise<number> => {
        const again = made.stored.filter(({ tMs }) => tMs > fromMs && tMs <= toMs)
        for (const { i, tMs } of again) writer.append(writer.series(series(i))!, tMs, tMs)
        return again.length
      }
      await writer.catchUp(read)
      return writer
    },
  }
  return made
}

async function closed(clock: SimClock, writer: RemoteWriter): Promise<void> {
  const closing = writer.close(5_000)
  await clock.advance(10_000)
  await closing
}

const series = (i: number): Labels => Labels.from({ __name__: 'm', i: String(i) })

test('samples arrive with external labels where they have none, after relabelling, in order', async () => {
  const { clock, endpoint, open } = bench()
  const writer = await open({
    externalLabels: Labels.from({ cluster: 'a', i: 'ignored' }),
    rules: [compileRelabelRule({ action: 'drop', sourceLabels: ['i'], regex: '2' })],
  })
  expect(writer.series(series(2))).toBeUndefined()
  const one = writer.series(series(1))!
  for (let t = 1; t <= 7; t++) writer.append(one, t, t / 2)
  await clock.advance(2_000)
  const key = Labels.from({ __name__: 'm', cluster: 'a', i: '1' })
  expect(endpoint.times(key)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(endpoint.received.get(key.key)![2]).toEqual([3, 1.5])
  expect(writer.stats.sent).toBe(7)
  expect(writer.pending).toBe(0)
  await closed(clock, writer)
})

test('a batch waits no longer than its deadline', async () => {
  const { clock, endpoint, open } = bench()
  const writer = await open()
  writer.append(writer.series(series(1))!, 1, 1)
  await clock.advance(900)
  expect(endpoint.bodies).toBe(0)
  await clock.advance(1_200)
  expect(endpoint.bodies).toBe(1)
  await closed(clock, writer)
})

test('stale markers, histograms, exemplars and metadata arrive as they are', async () => {
  const { clock, endpoint, open } = bench()
  const writer = await open({ metadataIntervalMs: 500 })
  const one = writer.series(series(1))!
  const histogram: NativeHistogram = {
    schema: 3,
    zeroThreshold: 1e-128,
    zeroCount: 1,
    count: 8,
    sum: 12.5,
    positiveSpans: [{ offset: -2, length: 2 }],
    positiveBuckets: [3, 4],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'gauge',
  }
  writer.append(one, 1, STALE)
  writer.append(one, 2, histogram)
  writer.append(one, 3, { ...histogram, count: 8.5, positiveBuckets: [3, 4.5] })
  writer.appendExemplar(one, {
    labels: Labels.from({ trace_id: 'x' }),
    value: 1,
    timestampMs: undefined,
  })
  writer.setMetadata('m', { type: 'histogram', help: 'Helps.', unit: '' })
  await clock.advance(2_100)
  const got = endpoint.received.get(one.labels.key)!
  expect(new BigUint64Array(Float64Array.of(got[0]![1] as number).buffer)[0]).toBe(
    0x7ff8000000000002n,
  )
  expect(got[1]).toEqual([2, histogram])
  expect(got[2]![1]).toMatchObject({ count: 8.5, positiveBuckets: [3, 4.5] })
  expect([endpoint.exemplars, endpoint.families > 0]).toEqual([1, true])
  await closed(clock, writer)
})

test('a failing endpoint gets everything later, from disk, in order', async () => {
  const { clock, endpoint, open } = bench()
  endpoint.answer = () => BUSY
  const writer = await open()
  const all = Array.from({ length: 9 }, (_, i) => writer.series(series(i))!)
  for (let t = 1; t <= 40; t++) {
    for (const one of all) writer.append(one, t, t)
    await clock.advance(100)
  }
  expect(writer.pending).toBe(360)
  expect(writer.stats.diskBytes).toBeGreaterThan(0)
  endpoint.answer = () => TAKEN
  await clock.advance(20_000)
  for (const one of all) {
    expect(endpoint.times(one.labels)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  }
  expect(writer.pending).toBe(0)
  expect(writer.stats.sent).toBe(360)
  await closed(clock, writer)
})

test('Retry-After is kept to; a refused body is counted and not sent again', async () => {
  const { clock, endpoint, open } = bench()
  let calls = 0
  endpoint.answer = () => {
    calls++
    return calls === 1 ? { kind: 'retry', reason: '429', retryAfterMs: 7_000 } : TAKEN
  }
  const writer = await open({ queue: { ...SETTINGS.queue, minShards: 1, maxShards: 1 } })
  const one = writer.series(series(1))!
  writer.append(one, 1, 1)
  await clock.advance(6_000)
  expect(calls).toBe(1)
  await clock.advance(3_000)
  expect(calls).toBe(2)
  endpoint.answer = () => ({ kind: 'refused', reason: '400' })
  writer.append(one, 2, 1)
  await clock.advance(3_000)
  endpoint.answer = () => TAKEN
  writer.append(one, 3, 1)
  await clock.advance(3_000)
  expect(writer.stats).toMatchObject({ failed: 1, sent: 2, retried: 1 })
  expect(endpoint.times(one.labels)).toEqual([1, 3])
  await closed(clock, writer)
})

test('samples that are too old are dropped and counted instead of sent', async () => {
  const { clock, endpoint, open } = bench()
  endpoint.answer = () => BUSY
  const writer = await open({ queue: { ...SETTINGS.queue, sampleAgeLimitMs: 10_000 } })
  const one = writer.series(series(1))!
  writer.append(one, clock.now(), 1)
  await clock.advance(15_000)
  expect(writer.stats.droppedTooOld).toBe(1)
  await closed(clock, writer)
})

test('a process that ends in order leaves what it could not send to the next', async () => {
  const { clock, endpoint, open } = bench()
  endpoint.answer = () => BUSY
  const first = await open()
  const one = first.series(series(1))!
  for (let t = 1; t <= 33; t++) first.append(one, t, t)
  await closed(clock, first)
  endpoint.answer = () => TAKEN
  const second = await open()
  second.append(second.series(series(1))!, 34, 34)
  await clock.advance(5_000)
  expect(endpoint.times(one.labels)).toEqual(Array.from({ length: 34 }, (_, i) => i + 1))
  await closed(clock, second)
})

test('an endpoint that does not know 2.0 gets 1.0, what waits on disk too', async () => {
  const { clock, endpoint, open } = bench()
  endpoint.answer = (message) =>
    message === 'prometheus.WriteRequest' ? TAKEN : { kind: 'unknown-message', reason: '415' }
  const writer = await open({ message: 'io.prometheus.write.v2.Request' })
  const one = writer.series(series(1))!
  for (let t = 1; t <= 60; t++) writer.append(one, t, t)
  await clock.advance(5_000)
  expect(endpoint.times(one.labels)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
  expect(endpoint.messages[0]).toBe('io.prometheus.write.v2.Request')
  expect(
    endpoint.messages.filter((m) => m === 'io.prometheus.write.v2.Request').length,
  ).toBeLessThan(3)
  await closed(clock, writer)
})

test('an endpoint that refuses old samples gets what is new of a repeated batch', async () => {
  const it = bench()
  const { clock, endpoint } = it
  // Nothing gets through before the first process is killed, though the endpoint has some of it already.
  endpoint.answer = () => BUSY
  const queue = { ...SETTINGS.queue, maxSamplesPerSend: 64 }
  const first = await it.open({ queue })
  for (let i = 0; i < 3; i++) {
    for (let n = 0; n < 20; n++) {
      const tMs = clock.now() + 1 + n
      it.stored.push({ i, tMs })
      first.append(first.series(series(i))!, tMs, tMs)
    }
  }
  const startMs = clock.now()
  await clock.advance(2_500)
  it.disk = it.disk.crash({ keep: 'all' })
  const has = new Map([0, 1, 2].map((i) => [series(i).key, startMs + i * 4]))
  endpoint.refuses = (key, tMs) => tMs <= has.get(key)!
  endpoint.took = (key, tMs) => has.set(key, Math.max(tMs, has.get(key)!))
  endpoint.answer = () => TAKEN
  const second = await it.open({ queue })
  await clock.advance(3_000)
  for (let i = 0; i < 3; i++) {
    const missing = Array.from({ length: 20 - i * 4 }, (_, n) => startMs + n + 1 + i * 4)
    expect(endpoint.times(series(i))).toEqual(missing)
  }
  expect(second.stats).toMatchObject({ failed: 0, sent: 48 })
  expect(second.stats.repeated).toBeGreaterThanOrEqual(12)
  await closed(clock, second)
})

test('whatever fails and whoever is killed: every sample arrives, none out of order', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        count: fc.integer({ min: 1, max: 30 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.integer({ min: 1, max: 4_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('fail' as const), isFailing: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'end' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const it = bench()
      const { clock, endpoint } = it
      let writer = await it.open()
      // As Prometheus does without an out-of-order window.
      const newest = new Map<string, number>()
      endpoint.refuses = (key, tMs) => tMs < (newest.get(key) ?? 0)
      endpoint.took = (key, tMs) => newest.set(key, Math.max(tMs, newest.get(key) ?? 0))
      for (const one of steps) {
        if (one.kind === 'append') {
          for (let n = 0; n < one.count; n++) {
            const i = n % 7
            const tMs = clock.now() + n
            it.stored.push({ i, tMs })
            writer.append(writer.series(series(i))!, tMs, tMs)
          }
          await clock.advance(one.count)
        } else if (one.kind === 'wait') await clock.advance(one.ms)
        else if (one.kind === 'fail') endpoint.answer = () => (one.isFailing ? BUSY : TAKEN)
        else if (one.kind === 'end') {
          await closed(clock, writer)
          writer = await it.open()
        } else {
          it.disk = it.disk.crash({ keep: 'all' })
          it.process++
          writer = await it.open()
        }
      }
      endpoint.answer = () => TAKEN
      await clock.advance(60_000)
      for (let i = 0; i < 7; i++) {
        const wanted = it.stored.filter((one) => one.i === i).map((one) => one.tMs)
        const got = endpoint.times(series(i))
        expect([...new Set(got)].sort((a, b) => a - b)).toEqual(wanted)
      }
      expect(writer.pending).toBe(0)
      await closed(clock, writer)
    }),
    { numRuns: 100 },
  )
})

test('lanes follow the load, within their bounds, and not for small changes', () => {
  const load = {
    lanes: 2,
    minLanes: 1,
    maxLanes: 50,
    samplesIn: 20_000,
    samplesOut: 10_000,
    seconds: 10,
    busySeconds: 20,
    backlog: 0,
  }
  expect(laneCount(load)).toBe(4)
  expect(laneCount({ ...load, backlog: 1_200_000 })).toBe(44)
  expect(laneCount({ ...load, backlog: 1e9 })).toBe(50)
  expect(laneCount({ ...load, samplesIn: 100 })).toBe(1)
  expect(laneCount({ ...load, samplesOut: 0 })).toBe(2)
  expect(laneCount({ ...load, lanes: 4, samplesIn: 22_000 })).toBe(4)
})
