import { ProtoWriter, silentLogger, snappyEncode } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import { Labels, Matcher, type NativeHistogram } from '@pharos/model'
import { Tsdb } from '@pharos/tsdb'
import fc from 'fast-check'
import { createKernel } from '@pharos/kernel'
import { expect, test } from 'vitest'
import { SampleBatch } from './sender/sample-batch.ts'
import type { SentSeries } from './sender/sent-series.ts'
import { encodeV2 } from './sender/write-body-v2.ts'
import { SeriesReader } from './read/series-samples.ts'
import { WriteReceiver } from './write-receiver.ts'

const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 0,
  count: 3,
  sum: 4,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveBuckets: [1, 2],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  counterResetHint: 'unknown',
}

async function receiving() {
  const world = simWorld()
  const db = await Tsdb.open(world, {
    path: '/data',
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 7_200_000,
    walSync: 'never',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const { clock, random } = world
  const receiver = new WriteReceiver({
    appender: db,
    clock,
    random,
    log: silentLogger,
    kernel: createKernel(),
    isSynced: false,
  })
  const write = (bytes: Uint8Array) => receiver.write({ kind: 'v2', bytes: snappyEncode(bytes) })
  return { db, write, receiver, t: clock.now() }
}

async function shown(db: Tsdb, t: number): Promise<Record<string, string>> {
  const { groups } = await db.querier(0, 1e15).select([new Matcher('=~', '__name__', '.*')], {
    startMs: 0,
    endMs: 1e15,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  const reader = new SeriesReader()
  return Object.fromEntries(
    groups.flatMap((group) =>
      Array.from({ length: group.seriesCount }, (_, series) => {
        const labels = group.labels(series)
        const { times, values, histograms } = reader.read({ group, series, labels }, 0, 1e15)
        const texts = [...times].map(
          (tMs, i) => `${tMs - t}:${histograms.get(i)?.count ?? values[i]}`,
        )
        return [labels.toMetric(), texts.join(' ')]
      }),
    ),
  )
}

/** What our own sender sends. */
function sent(
  fill: (batch: SampleBatch, series: (labels: Record<string, string>) => SentSeries) => void,
) {
  const batch = new SampleBatch(16)
  // The sender's other fields are for version 1.0.
  fill(batch, (labels) => ({ labels: Labels.from(labels) }) as unknown as SentSeries)
  return encodeV2(batch, (name) =>
    name === 'x' ? { type: 'counter', help: 'Help of x.', unit: 'seconds' } : undefined,
  ).slice()
}

test('what our sender sends in version 2.0 is stored, and the answer counts it', async () => {
  const { db, write, t } = await receiving()
  const body = sent((batch, series) => {
    batch.add(series({ __name__: 'x', job: 'a' }), t, 1)
    batch.add(series({ __name__: 'y', job: 'a', 'b.c': 'ü' }), t, 2)
    batch.addHistogram(series({ __name__: 'h', job: 'a' }), t, HISTOGRAM)
    const exemplar = { labels: Labels.from({ trace_id: 'q' }), value: 1, timestampMs: t }
    batch.addExemplar(series({ __name__: 'x', job: 'a' }), exemplar, t)
  })
  const written = { samples: 2, histograms: 1, exemplars: 1 }
  expect(await write(body)).toEqual({ status: 204, text: '', written })
  expect(await write(body), 'a replay').toMatchObject({ status: 204, written })
  const want = { 'x{job="a"}': '0:1', '{"y", "b.c"="ü", job="a"}': '0:2', 'h{job="a"}': '0:3' }
  const found = await shown(db, t)
  expect(Object.values(found).sort()).toEqual(Object.values(want).sort())
  expect(found['x{job="a"}']).toBe('0:1')
  expect([...db.metadata()]).toEqual([
    ['x', { type: 'counter', help: 'Help of x.', unit: 'seconds' }],
  ])
  expect([...db.exemplars()]).toHaveLength(1)
})

test('a series that came by version 1.0 is the same by version 2.0', async () => {
  const { db, write, receiver, t } = await receiving()
  const out = new ProtoWriter()
  out.message(1, () => {
    for (const [name, value] of [
      ['__name__', 'x'],
      ['job', 'a'],
    ] as const)
      out.message(1, () => {
        out.text(1, name)
        out.text(2, value)
      })
    out.message(2, () => {
      out.double(1, 1)
      out.int64(2, t)
    })
  })
  await receiver.write({ kind: 'v1', bytes: snappyEncode(out.bytes()) })
  await write(sent((batch, series) => batch.add(series({ __name__: 'x', job: 'a' }), t + 1, 2)))
  expect(await shown(db, t)).toEqual({ 'x{job="a"}': '0:1 1:2' })
})

test('of a request with faults what is good is stored, counted and answered with 400', async () => {
  const { db, write, t } = await receiving()
  await write(sent((batch, series) => batch.add(series({ __name__: 'x' }), t, 1)))
  const answer = await write(
    sent((batch, series) => {
      batch.add(series({ __name__: 'x' }), t - 1, 1)
      batch.add(series({ job: 'nameless' }), t, 1)
      batch.add(series({ __name__: 'y' }), t, 2)
    }),
  )
  expect(answer).toEqual({
    status: 400,
    text: 'out of order sample',
    written: { samples: 1, histograms: 0, exemplars: 0 },
  })
  const nameless = await write(sent((batch, series) => batch.add(series({ job: 'a' }), t, 1)))
  expect(nameless.text).toBe('invalid metric name or labels of 1 series')
  expect(await shown(db, t)).toEqual({ x: '0:1', y: '0:2' })
})

test('references to nothing, half a label and a first symbol that is not empty are refused', async () => {
  const { db, write, t } = await receiving()
  const check = async (symbols: string[], refs: number[], text: string): Promise<void> => {
    const out = new ProtoWriter()
    out.message(5, () => {
      out.packedUint64(1, refs)
      out.message(2, () => out.int64(2, t))
    })
    for (const symbol of symbols) out.text(4, symbol)
    const answer = await write(out.bytes())
    expect([answer.status, answer.text]).toEqual([text === '' ? 204 : 400, text])
  }
  await check(['', '__name__', 'x'], [1, 2], '')
  await check(['', '__name__', 'x'], [1, 3], 'symbol 3 of 3')
  await check(['', '__name__', 'x'], [1], 'a label of a series has no value')
  await check(['__name__', 'x'], [0, 1], 'symbol 0 is not the empty text')
  expect(Object.keys(await shown(db, t))).toEqual(['x'])
})

test('any bytes are stored or refused in words', async () => {
  const { write, t } = await receiving()
  const good = sent((batch, series) => {
    batch.add(series({ __name__: 'x', job: 'a' }), t, 1)
    batch.addHistogram(series({ __name__: 'h' }), t, HISTOGRAM)
  })
  const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      const bytes = good.slice()
      for (const [at, value] of all) bytes[at] = value
      expect((await write(bytes)).status).toBeOneOf([204, 400])
    }),
  )
})
