import { OutsideError } from '@pharos/base'
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { ABSENT, isStale, Labels, NORMAL_NAN, type NativeHistogram, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BlockSeries, PrometheusBlock } from './block-reader.ts'
import type { SeriesSamples } from './sample-chunks.ts'
import { writeBlock } from './block-writer.ts'
import { readXorChunk, writeXorChunk } from './xor-chunk.ts'

const T = 1_767_225_600_000

/** Bits of each value, so that NaNs and zeros are told apart. */
function bits(values: Float64Array): bigint[] {
  return [...new BigUint64Array(values.slice().buffer)]
}

function samplesOf(rows: readonly (readonly [number, number | NativeHistogram])[]): SeriesSamples {
  const values = new Float64Array(rows.length)
  const histograms = new Map<number, NativeHistogram>()
  rows.forEach(([, value], i) => {
    if (typeof value === 'number') values[i] = value
    else {
      histograms.set(i, value)
      values[i] = ABSENT
    }
  })
  return { times: Float64Array.from(rows, ([t]) => t), values, histograms }
}

function histogram(n: number, more: Partial<NativeHistogram> = {}): NativeHistogram {
  return {
    schema: 1,
    zeroThreshold: 2 ** -128,
    zeroCount: n,
    count: 10 + 5 * n,
    sum: n / 3,
    positiveSpans: [
      { offset: -1, length: 2 },
      { offset: 3, length: 1 },
    ],
    positiveBuckets: [n, 2 * n, 10],
    negativeSpans: [{ offset: 0, length: 1 }],
    negativeBuckets: [n],
    customValues: [],
    counterResetHint: 'unknown',
    ...more,
  }
}

async function written(
  series: readonly { labels: Labels; samples: SeriesSamples }[],
): Promise<{ world: SimWorld; path: string }> {
  const world = simWorld()
  await world.disk.makeDirectory('/out')
  const all: BlockSeries[] = series.map(({ labels, samples }) => ({ labels, read: () => samples }))
  const meta = await writeBlock(
    { disk: world.disk, random: world.random, nowMs: T },
    '/out',
    all,
    T,
    T + 7_200_000,
  )
  return { world, path: `/out/${meta!.ulid}` }
}

const value = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1, STALE, NORMAL_NAN, Infinity, -Infinity, 5e-324, 2 ** 53),
  fc.integer(),
)

test('a chunk of floats gives back every bit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), value), { maxLength: 150 }),
      fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
      (rows, start) => {
        const times = new Float64Array(rows.length)
        const values = new Float64Array(rows.length)
        let tMs = start
        rows.forEach(([delta, v], i) => {
          // Intervals repeat more often than not.
          tMs += i % 3 === 0 ? delta : 15_000
          times[i] = tMs
          values[i] = v
        })
        const found = readXorChunk(writeXorChunk({ times, values }, 0, rows.length))
        expect([...found.times]).toEqual([...times])
        expect(bits(found.values)).toEqual(bits(values))
      },
    ),
  )
})

test('a block gives back floats, histograms of all kinds and stale markers', async () => {
  const rows = (make: (i: number) => number | NativeHistogram) =>
    samplesOf(Array.from({ length: 300 }, (_, i) => [T + i * 15_000, make(i)] as const))
  const custom = {
    schema: -53,
    zeroThreshold: 0,
    zeroCount: 0,
    negativeSpans: [],
    negativeBuckets: [],
  }
  const series = [
    {
      labels: Labels.from({ __name__: 'custom' }),
      samples: rows((i) => histogram(i, { ...custom, customValues: [0.005, 1 / 3, 40_000_000] })),
    },
    {
      labels: Labels.from({ __name__: 'floats' }),
      samples: rows((i) => (i % 50 === 49 ? STALE : Math.sin(i))),
    },
    {
      labels: Labels.from({ __name__: 'fractions' }),
      samples: rows((i) => histogram(i, { count: i + 0.5 })),
    },
    {
      labels: Labels.from({ __name__: 'gauges' }),
      samples: rows((i) => histogram(300 - i, { counterResetHint: 'gauge', zeroThreshold: 0.3 })),
    },
    {
      labels: Labels.from({ __name__: 'integers', job: '工' }),
      samples: rows((i) => (i === 170 ? STALE : histogram(i % 100))),
    },
  ]
  const { world, path } = await written(series)
  const block = await PrometheusBlock.open(world.disk, path)
  expect(block.meta.stats).toMatchObject({ numSamples: 1500, numSeries: 5 })
  const found = [...block.series()]
  expect(found.map(({ labels }) => labels.key)).toEqual(series.map(({ labels }) => labels.key))
  found.forEach(({ read }, s) => {
    const { times, values, histograms } = read(T, T + 7_200_000)
    const want = series[s]!.samples
    expect([...times]).toEqual([...want.times])
    expect(bits(values)).toEqual(bits(want.values))
    // What is known of resets may be told otherwise and means the same.
    const plain = (all: ReadonlyMap<number, NativeHistogram>) =>
      [...all].map(([row, { counterResetHint, ...h }]) => ({
        row,
        ...h,
        isGauge: counterResetHint === 'gauge',
      }))
    expect(plain(histograms)).toEqual(plain(want.histograms))
  })
  expect(found[4]!.read(T, T + 7_200_000).histograms.get(100)!.counterResetHint).toBe('reset')
  expect([...found[1]!.read(T + 30_000, T + 60_000).times]).toEqual([T + 30_000, T + 45_000])
  await block.close()
})

test('a block of nothing is none', async () => {
  const world = simWorld()
  await world.disk.makeDirectory('/out')
  const empty = [{ labels: Labels.from({ __name__: 'x' }), read: () => samplesOf([]) }]
  const context = { disk: world.disk, random: world.random, nowMs: T }
  expect(await writeBlock(context, '/out', empty, T, T + 1)).toBeUndefined()
  expect(await world.disk.list('/out')).toEqual([])
})

test('every flipped byte of index, chunks and tombstones is noticed, or changes nothing', async () => {
  const rows = Array.from(
    { length: 20 },
    (_, i) => [T + i * 15_000, i === 7 ? STALE : i * 1.5] as const,
  )
  const series = [
    { labels: Labels.from({ __name__: 'x', job: 'a' }), samples: samplesOf(rows) },
    {
      labels: Labels.from({ __name__: 'y', job: 'a' }),
      samples: samplesOf(rows.map(([t, v]) => [t, isStale(v) ? histogram(1) : v])),
    },
  ]
  const { world, path } = await written(series)
  const content = async (): Promise<string> => {
    const block = await PrometheusBlock.open(world.disk, path)
    const texts = [...block.series()].map(({ labels, read }) => {
      const { times, values, histograms } = read(T, T + 7_200_000)
      return `${labels.key} ${[...times].join()} ${bits(values).join()} ${JSON.stringify([...histograms])}`
    })
    await block.close()
    return texts.join('\n')
  }
  const whole = await content()
  let noticed = 0
  for (const name of ['index', 'chunks/000001', 'tombstones']) {
    const file = `${path}/${name}`
    const bytes = await world.disk.readFile(file)
    for (let at = 0; at < bytes.length; at++) {
      world.disk.corrupt(file, at, bytes[at]! ^ 0x41)
      try {
        // Fillings, the version's padding and postings are not read for this.
        expect(await content(), `${name} byte ${at}`).toBe(whole)
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        noticed++
      }
      world.disk.corrupt(file, at, bytes[at]!)
    }
  }
  expect(noticed).toBeGreaterThan(400)
}, 20_000)
