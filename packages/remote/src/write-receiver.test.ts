import { ProtoWriter, silentLogger, snappyEncode } from '@pharos/base'
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { isStale, Matcher } from '@pharos/model'
import { Tsdb, type TsdbOptions } from '@pharos/tsdb'
import { createKernel, type Kernel, twinKernel } from '@pharos/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WriteReceiver } from './write-receiver.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const HOUR_MS = 3_600_000
const OPTIONS: TsdbOptions = {
  path: '/data',
  retentionMs: 0,
  retentionBytes: 0,
  minBlockMs: 2 * HOUR_MS,
  maxBlockMs: 36 * HOUR_MS,
  walSync: 'always',
  maxFutureMs: 600_000,
  outOfOrderMs: 0,
  maxHeadSeries: 0,
  minFreeDiskBytes: 0,
}

type Pairs = readonly (readonly [string, string])[]

interface Series {
  readonly labels: Pairs
  readonly samples?: readonly (readonly [tMs: number, value: number])[]
  readonly fill?: (out: ProtoWriter) => void
}

function pairs(out: ProtoWriter, labels: Pairs): void {
  for (const [name, value] of labels) {
    out.message(1, () => {
      out.text(1, name)
      out.text(2, value)
    })
  }
}

function message(series: readonly Series[], more?: (out: ProtoWriter) => void): Uint8Array {
  const out = new ProtoWriter()
  for (const { labels, samples = [], fill } of series) {
    out.message(1, () => {
      pairs(out, labels)
      for (const [tMs, value] of samples) {
        out.message(2, () => {
          out.double(1, value)
          out.int64(2, tMs)
        })
      }
      fill?.(out)
    })
  }
  more?.(out)
  return snappyEncode(out.bytes())
}

const X: Pairs = [
  ['__name__', 'x'],
  ['job', 'a'],
  ['instance', 'b'],
]

async function receiving(
  changes: Partial<TsdbOptions> = {},
  kernel: Kernel = createKernel(),
): Promise<{ world: SimWorld; t: number; db: Tsdb; receiver: WriteReceiver }> {
  const world = simWorld()
  const db = await Tsdb.open(world, { ...OPTIONS, ...changes })
  const context = {
    appender: db,
    clock: world.clock,
    random: world.random,
    log: silentLogger,
    kernel,
  }
  const receiver = new WriteReceiver({ ...context, isSynced: true })
  return { world, t: world.clock.now(), db, receiver }
}

/** What a request of version 1.0 is answered. */
async function written(
  receiver: WriteReceiver,
  bytes: Uint8Array,
): Promise<{ status: number; text: string }> {
  const { status, text } = await receiver.write({ kind: 'v1', bytes })
  return { status, text }
}

/** `offset:value` of each sample, by series. */
async function shown(db: Tsdb, t: number): Promise<Record<string, string>> {
  const querier = db.querier(-1e15, 1e15)
  const { groups } = await querier.select([new Matcher('!=', '__name__', '')], {
    startMs: -1e15,
    endMs: 1e15,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  const lines: Record<string, string> = {}
  for (const group of groups) {
    for (let s = 0; s < group.seriesCount; s++) {
      const values = new Float64Array(group.times.length)
      group.readValues(s, values)
      const name = [...group.labels(s)].map(([n, v]) => `${n}=${v}`).join()
      lines[name] = [...group.times]
        .map((time, i) => `${time - t}:${isStale(values[i]!) ? 'stale' : values[i]}`)
        .join(' ')
    }
  }
  querier.close()
  return lines
}

test('samples are stored, synced, under sorted labels', async () => {
  const { db, t, receiver, world } = await receiving()
  const y: Pairs = [
    ['z', '1'],
    ['__name__', 'y'],
    ['empty', ''],
  ]
  const body = message([
    {
      labels: X,
      samples: [
        [t, 1],
        [t + 1, 2],
      ],
    },
    { labels: y, samples: [[t, 0.5]] },
  ])
  expect(await written(receiver, body)).toEqual({ status: 204, text: '' })
  const expected = { '__name__=x,instance=b,job=a': '0:1 1:2', '__name__=y,z=1': '0:0.5' }
  expect(await shown(db, t)).toEqual(expected)
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, OPTIONS)
  expect(await shown(again, t)).toEqual(expected)
  await again.close()
})

/** Labels and samples as they may be, some of them unusual. */
const anySeries = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', `long_${'x'.repeat(200)}`, '0bad', ''),
  instance: fc.constantFrom('1', '2'),
  hasExemplar: fc.boolean(),
  samples: fc.array(
    fc.tuple(
      fc.integer({ min: -5, max: 5 }),
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(NaN, -0, Infinity)),
    ),
    { maxLength: 4 },
  ),
})

type AnySeries = typeof anySeries extends fc.Arbitrary<infer T> ? T : never

function bodyOf(t: number, all: readonly AnySeries[]): Uint8Array {
  return message(
    all.map(({ name, instance, hasExemplar, samples }) => ({
      labels: [
        ['__name__', name],
        ['instance', instance],
        ['job', 'j'],
      ],
      samples: samples.map(([at, value]) => [t + at * 1000, value]),
      ...(hasExemplar
        ? {
            fill: (out: ProtoWriter) =>
              out.message(3, () => {
                pairs(out, [['trace_id', 'x']])
                out.double(2, 1)
                out.int64(3, t)
              }),
          }
        : {}),
    })),
  )
}

test(`known series are walked as unknown ones are read, damaged messages too (seed ${SEED})`, async () => {
  const flip = fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { freq: 3 })
  const bodies = fc.array(fc.tuple(fc.array(anySeries, { maxLength: 6 }), flip), {
    minLength: 2,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(bodies, async (all) => {
      const both = [await receiving({}, createKernel()), await receiving({}, twinKernel())]
      // This one forgets what it has learned before each message.
      const plain = await receiving()
      for (const [series, damage] of all) {
        let bytes = bodyOf(plain.t, series)
        if (damage !== null && bytes.length > 1) {
          bytes = bytes.slice()
          bytes[damage[0] % bytes.length]! ^= damage[1]
        }
        plain.receiver.close()
        const expected = await plain.receiver.write({ kind: 'v1', bytes })
        for (const { receiver } of both) {
          expect(await receiver.write({ kind: 'v1', bytes })).toEqual(expected)
        }
      }
      const expected = await shown(plain.db, plain.t)
      for (const { db, t } of both) expect(await shown(db, t)).toEqual(expected)
      for (const { db } of [...both, plain]) await db.close()
    }),
    { seed: SEED, numRuns: 60 },
  )
})

test('a message over the size of the kernel is taken too', async () => {
  const { db, t, receiver } = await receiving()
  const big: Pairs = [...X, ['z', 'y'.repeat((1 << 20) + 1)]]
  const all = Array.from({ length: 5 }, () => ({ labels: big, samples: [[t, 1]] as const }))
  const { status } = await written(receiver, message([...all, { labels: X, samples: [[t, 2]] }]))
  // One label is over its limit, and the other series is stored.
  expect(status).toBe(400)
  expect(await shown(db, t)).toEqual({ '__name__=x,instance=b,job=a': '0:2' })
})

test('the same message again is taken without a fault and stored once', async () => {
  const { db, t, receiver } = await receiving()
  const body = message([{ labels: X, samples: [[t, 1]] }])
  await written(receiver, body)
  expect((await written(receiver, body)).status).toBe(204)
  expect(receiver.stats).toMatchObject({ requests: 2, failures: 0, samples: 1, repeated: 1 })
  expect(await shown(db, t)).toEqual({ '__name__=x,instance=b,job=a': '0:1' })
})

test('the stale marker and other NaNs keep their meaning', async () => {
  const { db, t, receiver } = await receiving()
  const marker = (low: number) => (out: ProtoWriter) =>
    out.message(2, () => {
      out.double(1, 0)
      const bytes = out.bytes()
      bytes.set([low, 0, 0, 0, 0, 0, 0xf0, 0x7f], bytes.length - 8)
      out.int64(2, t)
    })
  const body = message([
    { labels: [['__name__', 'ended']], fill: marker(2) },
    { labels: [['__name__', 'nan']], fill: marker(1) },
  ])
  expect((await written(receiver, body)).status).toBe(204)
  expect(await shown(db, t)).toEqual({ '__name__=ended': '0:stale', '__name__=nan': '0:NaN' })
})

test('faults have the codes and words of the reference, and what is good is stored', async () => {
  const { db, t, receiver } = await receiving()
  const check = async (tMs: number, value: number, status: number, text: string): Promise<void> =>
    expect(await written(receiver, message([{ labels: X, samples: [[tMs, value]] }]))).toEqual({
      status,
      text,
    })
  await check(t, 1, 204, '')
  await check(t - 1, 1, 400, 'out of order sample')
  await check(t, 2, 400, 'duplicate sample for timestamp')
  await check(t - 2 * HOUR_MS, 1, 400, 'out of bounds')
  await check(t + HOUR_MS, 1, 400, 'out of bounds: timestamp is too far in the future')
  await check(-(2 ** 63), 1, 400, 'out of bounds')
  await check(2 ** 62, 1, 400, 'out of bounds: timestamp is too far in the future')
  const mixed = message([
    { labels: X, samples: [[t - 1, 1]] },
    { labels: [['__name__', 'y']], samples: [[t, 1]] },
  ])
  expect((await written(receiver, mixed)).status).toBe(400)
  expect(await shown(db, t)).toEqual({ '__name__=x,instance=b,job=a': '0:1', '__name__=y': '0:1' })
  expect(receiver.stats).toMatchObject({ outOfOrder: 2, outOfBounds: 4, duplicates: 1 })
})

test('series without a name or with a label twice are passed over and counted', async () => {
  const { db, t, receiver } = await receiving()
  const body = message([
    { labels: [['job', 'a']], samples: [[t, 1]] },
    {
      labels: [
        ['__name__', 'x'],
        ['a', '1'],
        ['a', '2'],
      ],
      samples: [[t, 1]],
    },
    {
      labels: [
        ['__name__', '__proto__'],
        ['constructor', 'then'],
      ],
      samples: [[t, 1]],
    },
  ])
  expect((await written(receiver, body)).status).toBe(204)
  expect(receiver.stats.invalidLabels).toBe(2)
  expect(await shown(db, t)).toEqual({ '__name__=__proto__,constructor=then': '0:1' })
})

test('histograms of integers and floats, exemplars and metadata arrive', async () => {
  const { db, t, receiver } = await receiving()
  const histogram = (isFloat: boolean) => (out: ProtoWriter) => {
    out.message(4, () => {
      if (isFloat) out.double(2, 3)
      else out.uint64(1, 3)
      out.double(3, 1.5)
      out.sint64(4, 1)
      out.double(5, 1e-128)
      out.message(11, () => {
        out.sint64(1, -1)
        out.uint64(2, 2)
      })
      if (isFloat) out.packedDouble(13, [1, 2])
      else out.packedSint64(12, [1, 1])
      out.int64(14, 3)
      out.int64(15, t)
    })
    out.message(3, () => {
      pairs(out, [['trace_id', 'abc']])
      out.double(2, 0.7)
      out.int64(3, t)
    })
  }
  const body = message(
    [
      { labels: [['__name__', 'ints']], fill: histogram(false) },
      { labels: [['__name__', 'floats']], fill: histogram(true) },
    ],
    (out) =>
      out.message(3, () => {
        out.uint64(1, 3)
        out.text(2, 'ints')
        out.text(4, 'Helps.')
        out.text(5, 's')
      }),
  )
  expect((await written(receiver, body)).status).toBe(204)
  const querier = db.querier(t, t)
  const hints = { startMs: t, endMs: t, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
  const { groups } = await querier.select([new Matcher('!=', '__name__', '')], hints)
  expect(groups.length).toBe(1)
  for (const series of [0, 1]) {
    const found: unknown[] = []
    groups[0]!.readHistograms(series, found as [])
    expect(found).toEqual([
      {
        schema: 1,
        zeroThreshold: 1e-128,
        zeroCount: 0,
        count: 3,
        sum: 1.5,
        positiveSpans: [{ offset: -1, length: 2 }],
        positiveBuckets: [1, 2],
        negativeSpans: [],
        negativeBuckets: [],
        customValues: [],
        counterResetHint: 'gauge',
      },
    ])
  }
  querier.close()
  expect(db.metadata('ints').get('ints')).toEqual({ type: 'histogram', help: 'Helps.', unit: 's' })
  expect(db.exemplars().map(({ exemplar }) => exemplar.value)).toEqual([0.7, 0.7])
  expect(receiver.stats).toMatchObject({ samples: 0, histograms: 2, exemplars: 2 })
})

test('an impossible histogram and bodies that are none are refused, and nothing of them is stored', async () => {
  const { db, t, receiver } = await receiving()
  const check = async (body: Uint8Array, text: RegExp): Promise<void> => {
    const answer = await written(receiver, body)
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(text)
  }
  const good: Series = { labels: X, samples: [[t, 1]] }
  const spans = (length: number) => (out: ProtoWriter) =>
    out.message(4, () => out.message(11, () => out.uint64(2, length)))
  await check(
    message([good, { labels: [['__name__', 'h']], fill: spans(2 ** 32) }]),
    /spans need 4294967296 buckets, have 0 buckets/,
  )
  await check(new Uint8Array(0), /snappy: corrupt input/)
  await check(
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0),
    /4294967295 bytes uncompressed, allowed are/,
  )
  await check(snappyEncode(Uint8Array.of(10, 5, 1)), /protobuf: length 5 where 1 bytes are left/)
  const cut = message([good])
  await check(cut.subarray(0, cut.length - 3), /snappy: corrupt input/)
  expect(await shown(db, t)).toEqual({})
})

test('series over the budget are refused with words, and others go on', async () => {
  const { t, receiver } = await receiving({ maxHeadSeries: 1 })
  await written(receiver, message([{ labels: X, samples: [[t, 1]] }]))
  const body = message([
    { labels: X, samples: [[t + 1, 1]] },
    { labels: [['__name__', 'y']], samples: [[t, 1]] },
  ])
  const { status, text } = await written(receiver, body)
  expect([status, text]).toEqual([400, expect.stringContaining('1 series refused')])
  expect(receiver.stats).toMatchObject({ samples: 2, seriesRefused: 1 })
})

test('a disk that fails is a 503, which makes the sender come again', async () => {
  const { t, world, receiver } = await receiving()
  world.disk.capacityBytes = 0
  const { status } = await written(receiver, message([{ labels: X, samples: [[t, 1]] }]))
  expect(status).toBe(503)
})

test('groups are given back every hour, and series go on where they were', async () => {
  const { db, t, world, receiver } = await receiving()
  await written(receiver, message([{ labels: X, samples: [[t, 1]] }]))
  await world.clock.advance(HOUR_MS + 1)
  const later = world.clock.now()
  await written(receiver, message([{ labels: X, samples: [[later, 2]] }]))
  expect(await shown(db, t)).toEqual({ '__name__=x,instance=b,job=a': `0:1 ${later - t}:2` })
})
