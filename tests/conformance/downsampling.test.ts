// The same queries over all samples and over what downsampling has left of them. Where windows begin and end with steps the
// answers are equal; elsewhere they keep within the bounds that docs/guide/storage.md promises.
import { SimDisk, simWorld } from '@pharos/base/sim'
import { createKernel } from '@pharos/kernel'
import { ABSENT, isStale, Labels, NORMAL_NAN, STALE } from '@pharos/model'
import { createEngine, type Engine } from '@pharos/promql'
import { Backfill, Tsdb, type TsdbOptions } from '@pharos/tsdb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { options } from '../../packages/tsdb/src/testing/store.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const RUNS = Number(process.env['RUNS'] ?? 25)
const MINUTE_MS = 60_000
const STEP_MS = 5 * MINUTE_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const START_MS = 1_767_225_600_000
const SCRAPE_MS = 15_000
const HOURS = 12

/** A series: what comes next, undefined where there is no sample. Values that a reset or a gap begins with are drawn too. */
interface Story {
  readonly kind: 'counter' | 'gauge' | 'whole'
  readonly seed: number
  /** Mean number of samples between resets, between gaps, and how long those are. */
  readonly resetEvery: number
  readonly gapEvery: number
  readonly gapLength: number
  /** Hours before its first sample. */
  readonly lateBy: number
}

const story: fc.Arbitrary<Story> = fc.record({
  kind: fc.constantFrom('counter', 'gauge', 'whole'),
  seed: fc.nat(1e6),
  resetEvery: fc.constantFrom(7, 100, 1e9),
  gapEvery: fc.constantFrom(30, 300, 1e9),
  gapLength: fc.constantFrom(1, 5, 60),
  lateBy: fc.constantFrom(0, 0, 5.3, 8),
})

/** Repeatable numbers in [0, 1). */
function drawer(seed: number): () => number {
  let state = seed + 1
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5
    state ^= state >>> 12
    return (state >>> 0) / 2 ** 32
  }
}

interface Samples {
  readonly times: Float64Array
  readonly values: Float64Array
}

function samplesOf({ kind, seed, resetEvery, gapEvery, gapLength, lateBy }: Story): Samples {
  const draw = drawer(seed)
  const times: number[] = []
  const values: number[] = []
  let value = Math.floor(draw() * 1000)
  let gap = 0
  const lateMs = Math.round((lateBy * HOUR_MS) / SCRAPE_MS) * SCRAPE_MS
  for (let t = SCRAPE_MS + lateMs; t <= HOURS * HOUR_MS; t += SCRAPE_MS) {
    if (kind === 'counter') value = draw() < 1 / resetEvery ? draw() * 5 : value + draw() * 10
    else if (kind === 'whole') value = Math.round(value + draw() * 7 - 3)
    else value = Math.round(1e6 * Math.sin(t / 4e6 + draw())) / 1e4
    if (gap === 0 && draw() < 1 / gapEvery) {
      gap = 1 + Math.floor(draw() * gapLength)
      // Half of the gaps are told.
      if (draw() < 0.5) {
        times.push(START_MS + t)
        values.push(STALE)
        continue
      }
    }
    if (gap > 0) {
      gap--
      continue
    }
    times.push(START_MS + t)
    values.push(kind === 'gauge' && draw() < 0.01 ? NORMAL_NAN : value)
  }
  return { times: Float64Array.from(times), values: withMarkers(values) }
}

/** Not Float64Array.from: V8 replaces NaNs by its own when it copies a plain array. */
function withMarkers(values: readonly number[]): Float64Array {
  const out = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i]!
  return out
}

/** A directory with these series in blocks of some hours. */
async function directory(
  all: readonly Samples[],
  blockMs = 5 * HOUR_MS + 7 * MINUTE_MS,
): Promise<SimDisk> {
  const world = simWorld({ startMs: START_MS + 2 * DAY_MS })
  const backfill = await Backfill.open(world, '/data')
  for (let fromMs = START_MS; fromMs <= START_MS + HOURS * HOUR_MS; fromMs += blockMs) {
    const series = all.map(({ times, values }, i) => ({
      labels: Labels.from({ __name__: 'x', job: 'j', instance: 'a', i: String(i) }),
      read: (from: number, to: number) => {
        const low = times.findIndex((t) => t >= from)
        const high = times.findIndex((t) => t >= to)
        const [a, b] = [low < 0 ? times.length : low, high < 0 ? times.length : high]
        return { times: times.slice(a, b), values: values.slice(a, b), histograms: new Map() }
      },
    }))
    await backfill.write(series, fromMs, fromMs + blockMs)
  }
  await backfill.close()
  return world.disk
}

interface Opened extends AsyncDisposable {
  readonly engine: Engine
  readonly db: Tsdb
}

async function opened(disk: SimDisk, changes: Partial<TsdbOptions>): Promise<Opened> {
  const world = simWorld({ startMs: START_MS + 2 * DAY_MS, disk })
  const db = await Tsdb.open(world, options({ retentionMs: 0, maxBlockMs: DAY_MS, ...changes }))
  // Old is what is older than the newest sample of the head.
  const now = db.group(Labels.from({ job: 'now' }), 'scrape')
  now.appendSample(world.clock.now(), now.column(Labels.from({ __name__: 'now', job: 'now' })), 1)
  // Blocks are thinned out in one round, and in the next one those joined that are alike now.
  for (let round = 0; round < 2; round++) await db.maintain()
  const engine = createEngine(db, {
    lookbackMs: STEP_MS,
    timeoutMs: 60_000,
    maxSamples: 1e9,
    defaultSubqueryStepMs: MINUTE_MS,
    features: new Set(),
    clock: world.clock,
    kernel: createKernel(),
  })
  return { engine, db, [Symbol.asyncDispose]: () => db.close() }
}

type Answer = Map<string, Map<number, number>>

async function ask(
  engine: Engine,
  query: string,
  stepMs: number,
  offsetMs = 0,
): Promise<{ answer: Answer; infos: readonly string[] }> {
  const { result, infos } = await engine.range(
    query,
    START_MS + offsetMs,
    START_MS + HOURS * HOUR_MS + offsetMs,
    stepMs,
  )
  const answer: Answer = new Map()
  if (result.type !== 'matrix') throw new Error(result.type)
  for (const { labels, times, values } of result.series) {
    const points = new Map<number, number>()
    times.forEach((t, i) => points.set((t - START_MS) / MINUTE_MS, values[i]!))
    answer.set(labels.get('i'), points)
  }
  return { answer, infos }
}

/** Steps at which two answers differ by more than rounding. */
function differences(query: string, got: Answer, wanted: Answer): string[] {
  const found: string[] = []
  const series = new Set([...got.keys(), ...wanted.keys()])
  for (const i of series) {
    const [a, b] = [got.get(i), wanted.get(i)]
    for (const t of new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])) {
      const [x, y] = [a?.get(t) ?? ABSENT, b?.get(t) ?? ABSENT]
      const isEqual =
        Object.is(x, y) || (a?.has(t) === b?.has(t) && Math.abs(x - y) <= 1e-9 * (1 + Math.abs(y)))
      if (!isEqual) found.push(`${query} of ${i} after ${t} min: ${x}, wanted ${y}`)
    }
  }
  return found
}

const EXACT = [
  'max_over_time',
  'min_over_time',
  'sum_over_time',
  'avg_over_time',
  'count_over_time',
  'first_over_time',
  'last_over_time',
  'present_over_time',
  'rate',
  'increase',
  'delta',
]

test(`windows of whole steps have the values of all samples (seed ${SEED})`, async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (stories, isTwice) => {
        const disk = await directory(stories.map(samplesOf))
        await using raw = await opened(disk.crash(), {})
        const first = { afterMs: 0, stepMs: STEP_MS }
        await using thin = await opened(disk.crash(), { downsampling: [first] })
        expect(thin.db.stats.downsamplings).toBeGreaterThan(0)
        let ranges = [STEP_MS, 4 * STEP_MS]
        if (isTwice) {
          thin.db.reconfigure({ downsampling: [first, { afterMs: 1, stepMs: HOUR_MS }] })
          await thin.db.maintain()
          ranges = [HOUR_MS, 3 * HOUR_MS]
        }
        for (const rangeMs of ranges) {
          for (const func of EXACT) {
            const query = `${func}(x[${rangeMs}ms])`
            const wanted = await ask(raw.engine, query, rangeMs)
            const got = await ask(thin.engine, query, rangeMs)
            expect(differences(query, got.answer, wanted.answer).slice(0, 5)).toEqual([])
            expect(got.infos).toEqual(wanted.infos)
            for (const points of got.answer.values()) steps += points.size
          }
        }
      },
    ),
    { seed: SEED, numRuns: RUNS },
  )
  expect(steps).toBeGreaterThan(RUNS * 100)
}, 600_000)

/** Numbers among the samples with fromMs < t ≤ toMs. */
function within({ times, values }: Samples, fromMs: number, toMs: number): number[] {
  const found: number[] = []
  times.forEach((t, i) => {
    const value = values[i]!
    if (t > fromMs && t <= toMs && !isStale(value)) found.push(value)
  })
  return found
}

/** What a counter gained from the sample before fromMs on. */
function rise(samples: Samples, fromMs: number, toMs: number): number {
  const values = [...within(samples, -Infinity, fromMs).slice(-1), ...within(samples, fromMs, toMs)]
  let sum = 0
  for (let i = 1; i < values.length; i++)
    sum += values[i]! < values[i - 1]! ? values[i]! : values[i]! - values[i - 1]!
  return sum
}

const floorStep = (tMs: number): number => Math.floor(tMs / STEP_MS) * STEP_MS
const ceilStep = (tMs: number): number => Math.ceil(tMs / STEP_MS) * STEP_MS

test(`windows that cut steps keep within the bounds (seed ${SEED})`, async () => {
  const rangeMs = 32 * MINUTE_MS
  let checks = 0
  await fc.assert(
    fc.asyncProperty(story, fc.integer({ min: 1, max: 299 }), async (one, offsetSeconds) => {
      const samples = samplesOf(one)
      const disk = await directory([samples])
      await using raw = await opened(disk.crash(), {})
      await using thin = await opened(disk.crash(), {
        downsampling: [{ afterMs: 0, stepMs: STEP_MS }],
      })
      const points = async (engine: Engine, func: string): Promise<Map<number, number>> => {
        const query = `${func}(x[${rangeMs}ms])`
        const { answer } = await ask(engine, query, 7 * MINUTE_MS, offsetSeconds * 1000)
        return answer.get('0') ?? new Map()
      }
      for (const [minutes, got] of await points(thin.engine, 'max_over_time')) {
        const endMs = START_MS + minutes * MINUTE_MS
        const startMs = endMs - rangeMs
        const whole = within(samples, ceilStep(startMs), floorStep(endMs))
        const touched = within(samples, floorStep(startMs), endMs)
        const most = (values: readonly number[]): number =>
          Math.max(-Infinity, ...values.filter((v) => v === v))
        if (got === got) {
          expect(got).toBeGreaterThanOrEqual(most(whole))
          expect(got).toBeLessThanOrEqual(most(touched))
        } else expect(most(whole)).toBe(-Infinity)
        checks++
      }
      for (const [minutes, got] of await points(thin.engine, 'count_over_time')) {
        const endMs = START_MS + minutes * MINUTE_MS
        const startMs = endMs - rangeMs
        expect(got).toBeGreaterThanOrEqual(
          within(samples, ceilStep(startMs), floorStep(endMs)).length,
        )
        expect(got).toBeLessThanOrEqual(within(samples, floorStep(startMs), endMs).length)
        checks++
      }
      if (one.kind !== 'counter') return
      const wanted = await points(raw.engine, 'increase')
      for (const [minutes, got] of await points(thin.engine, 'increase')) {
        const endMs = START_MS + minutes * MINUTE_MS
        let most = 0
        for (let t = floorStep(endMs - rangeMs) - STEP_MS; t < endMs; t += STEP_MS)
          most = Math.max(most, rise(samples, t, t + STEP_MS))
        expect(Math.abs(got - wanted.get(minutes)!)).toBeLessThanOrEqual(2 * most)
        checks++
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
  expect(checks).toBeGreaterThan(RUNS * 50)
}, 600_000)

test('a plain selector sees the first and the last sample of each step, however long the step', async () => {
  const samples = samplesOf({
    kind: 'whole',
    seed: 7,
    resetEvery: 1e9,
    gapEvery: 1e9,
    gapLength: 1,
    lateBy: 0,
  })
  const disk = await directory([samples], DAY_MS)
  await using thin = await opened(disk, { downsampling: [{ afterMs: 0, stepMs: HOUR_MS }] })
  const { answer, infos } = await ask(thin.engine, 'x', 10 * MINUTE_MS)
  expect(infos).toEqual([])
  for (let minutes = 10; minutes <= HOURS * 60; minutes += 10) {
    const tMs = START_MS + minutes * MINUTE_MS
    const hourMs = Math.floor(tMs / HOUR_MS) * HOUR_MS
    const [first] = within(samples, hourMs, tMs)
    const last = within(samples, -Infinity, tMs).at(-1)
    expect(answer.get('0')!.get(minutes), `${minutes} min`).toBe(tMs === hourMs ? last : first)
  }
})

test('an answer says what it cannot know', async () => {
  const samples = samplesOf({
    kind: 'gauge',
    seed: 7,
    resetEvery: 1e9,
    gapEvery: 1e9,
    gapLength: 1,
    lateBy: 0,
  })
  const disk = await directory([samples])
  await using thin = await opened(disk, { downsampling: [{ afterMs: 0, stepMs: HOUR_MS }] })
  const infos = async (query: string): Promise<readonly string[]> =>
    (await ask(thin.engine, query, HOUR_MS)).infos
  expect(await infos('max_over_time(x[2h])')).toEqual([])
  expect(await infos('max_over_time(x[5m])')).toEqual([
    'PromQL info: a range of 5m is short for samples that were downsampled to steps of 1h (1:15)',
  ])
  expect(await infos('quantile_over_time(0.5, x[2h])')).toEqual([
    'PromQL info: samples were downsampled: quantile_over_time sees the first and the last one of each 1h alone (1:20)',
  ])
  expect(await infos('max_over_time(now[5m])')).toEqual([])
})
