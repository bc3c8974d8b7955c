import { ABSENT, isAbsent } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RANGE_KERNELS } from './range-kernels.ts'
import { latestIndices, windowsOver } from './windows.ts'

/** The obvious versions: one window at a time, as the documentation of each function says it. */
type Obvious = (
  ts: readonly number[],
  vs: readonly number[],
  window: { readonly startMs: number; readonly endMs: number; readonly evalMs: number },
) => number | undefined

const sum = (vs: readonly number[]): number => vs.reduce((a, b) => a + b, 0)
const mean = (vs: readonly number[]): number => sum(vs) / vs.length

function variance(vs: readonly number[]): number {
  const m = mean(vs)
  return mean(vs.map((v) => (v - m) ** 2))
}

function best(vs: readonly number[], better: (a: number, b: number) => boolean): number {
  return vs.reduce((a, b) => (better(b, a) || a !== a ? b : a))
}

/** Increase of a counter, extrapolated: steps of the description, one after the other. */
function extrapolated(isCounter: boolean, perSecond: boolean): Obvious {
  return (ts, vs, { startMs, endMs }) => {
    const n = ts.length
    if (n < 2) return undefined
    let rise = vs[n - 1]! - vs[0]!
    if (isCounter) for (let i = 1; i < n; i++) if (vs[i]! < vs[i - 1]!) rise += vs[i - 1]!
    let toStart = (ts[0]! - startMs) / 1000
    let toEnd = (endMs - ts[n - 1]!) / 1000
    const sampled = (ts[n - 1]! - ts[0]!) / 1000
    const average = sampled / (n - 1)
    if (toStart >= average * 1.1) toStart = average / 2
    if (isCounter && rise > 0 && vs[0]! >= 0) toStart = Math.min(toStart, sampled * (vs[0]! / rise))
    if (toEnd >= average * 1.1) toEnd = average / 2
    let factor = (sampled + toStart + toEnd) / sampled
    if (perSecond) factor /= (endMs - startMs) / 1000
    return rise * factor
  }
}

const some =
  (f: (vs: readonly number[], ts: readonly number[]) => number): Obvious =>
  (ts, vs) =>
    vs.length === 0 ? undefined : f(vs, ts)

const OBVIOUS: ReadonlyMap<string, Obvious> = new Map<string, Obvious>([
  ['rate', extrapolated(true, true)],
  ['increase', extrapolated(true, false)],
  ['delta', extrapolated(false, false)],
  ['idelta', (_, vs) => (vs.length < 2 ? undefined : vs.at(-1)! - vs.at(-2)!)],
  [
    'irate',
    (ts, vs) => {
      if (vs.length < 2) return undefined
      const rise = vs.at(-1)! < vs.at(-2)! ? vs.at(-1)! : vs.at(-1)! - vs.at(-2)!
      return rise / ((ts.at(-1)! - ts.at(-2)!) / 1000)
    },
  ],
  ['sum_over_time', some(sum)],
  ['avg_over_time', some(mean)],
  ['min_over_time', some((vs) => best(vs, (a, b) => a < b))],
  ['max_over_time', some((vs) => best(vs, (a, b) => a > b))],
  ['count_over_time', some((vs) => vs.length)],
  ['first_over_time', some((vs) => vs[0]!)],
  ['last_over_time', some((vs) => vs.at(-1)!)],
  ['ts_of_first_over_time', some((_, ts) => ts[0]! / 1000)],
  ['ts_of_last_over_time', some((_, ts) => ts.at(-1)! / 1000)],
  ['present_over_time', some(() => 1)],
  ['stdvar_over_time', some(variance)],
  ['stddev_over_time', some((vs) => Math.sqrt(variance(vs)))],
  [
    'changes',
    some(
      (vs) =>
        vs.filter((v, i) => i > 0 && v !== vs[i - 1] && !(v !== v && vs[i - 1] !== vs[i - 1]))
          .length,
    ),
  ],
  ['resets', some((vs) => vs.filter((v, i) => i > 0 && v < vs[i - 1]!).length)],
])

interface Column {
  readonly ts: readonly number[]
  readonly vs: readonly number[]
  readonly ends: readonly number[]
  readonly rangeMs: number
}

/** Irregular times, values with resets, NaN and infinities, steps that run past both ends. */
function columns(): fc.Arbitrary<Column> {
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 50 }) },
    { weight: 4, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0) },
  )
  return fc
    .record({
      gaps: fc.array(fc.tuple(fc.integer({ min: 1, max: 40_000 }), value), { maxLength: 40 }),
      firstMs: fc.integer({ min: -50_000, max: 50_000 }),
      startMs: fc.integer({ min: -100_000, max: 200_000 }),
      stepMs: fc.integer({ min: 1, max: 60_000 }),
      steps: fc.integer({ min: 1, max: 30 }),
      rangeMs: fc.integer({ min: 1, max: 300_000 }),
    })
    .map(({ gaps, firstMs, startMs, stepMs, steps, rangeMs }) => {
      let t = firstMs
      const ts = gaps.map(([gap]) => (t += gap))
      const ends = Array.from({ length: steps }, (_, s) => startMs + s * stepMs)
      return { ts, vs: gaps.map(([, v]) => v), ends, rangeMs }
    })
}

function close(a: number, b: number): boolean {
  if (a !== a || b !== b) return a !== a && b !== b
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(1e-3, Math.abs(a), Math.abs(b))
}

/** Infinities and huge values make compensated and plain sums differ in kind; they have cases of their own. */
function comparable(name: string, vs: readonly number[]): boolean {
  const plain = vs.every((v) => Number.isFinite(v))
  return plain || !/^(?:sum|avg|stdvar|stddev)_over_time$/.test(name)
}

for (const [name, obvious] of OBVIOUS) {
  test(`${name} over columns equals the obvious version window by window`, () => {
    fc.assert(
      fc.property(columns(), ({ ts, vs, ends, rangeMs }) => {
        if (!comparable(name, vs)) return
        const times = Float64Array.from(ts)
        const at = Float64Array.from(ends)
        const windows = windowsOver(times, times.length, at, rangeMs, at)
        const out = new Float64Array(ends.length)
        RANGE_KERNELS.get(name)!(windows, [])(Float64Array.from(vs), out)
        for (const [s, endMs] of ends.entries()) {
          const startMs = endMs - rangeMs
          const inside = ts.map((_, i) => i).filter((i) => ts[i]! > startMs && ts[i]! <= endMs)
          const wanted = obvious(
            inside.map((i) => ts[i]!),
            inside.map((i) => vs[i]!),
            { startMs, endMs, evalMs: endMs },
          )
          const text = `${name} step ${s}: ${out[s]} wanted ${wanted}`
          if (wanted === undefined) expect(isAbsent(out[s]!), text).toBe(true)
          else {
            expect(isAbsent(out[s]!), text).toBe(false)
            expect(close(out[s]!, wanted), text).toBe(true)
          }
        }
      }),
      { numRuns: 150 },
    )
  })
}

test('sums with infinities are infinite, and NaN only where infinities cancel or NaN is in', () => {
  const run = (name: string, values: number[]): number => {
    const ts = Float64Array.from(values, (_, i) => i + 1)
    const ends = Float64Array.of(values.length)
    const out = new Float64Array(1)
    const windows = windowsOver(ts, ts.length, ends, values.length, ends)
    RANGE_KERNELS.get(name)!(windows, [])(Float64Array.from(values), out)
    return out[0]!
  }
  expect(run('sum_over_time', [1, Infinity, 2])).toBe(Infinity)
  expect(run('sum_over_time', [Infinity, -Infinity])).toBeNaN()
  expect(run('sum_over_time', [1, NaN, 2])).toBeNaN()
  expect(run('sum_over_time', [1e100, 1, -1e100])).toBe(1)
  expect(run('avg_over_time', [1.7e308, 1.7e308, 1.7e308])).toBeCloseTo(1.7e308, -300)
  expect(run('avg_over_time', [Infinity, 1])).toBe(Infinity)
  expect(run('avg_over_time', [NaN, 1])).toBeNaN()
})

test('windows are open on the left and closed on the right', () => {
  const ts = Float64Array.of(0, 10, 20, 30)
  const ends = Float64Array.of(9, 10, 30, 45, 60)
  const windows = windowsOver(ts, 4, ends, 20, ends)
  expect([...windows.lo]).toEqual([0, 0, 2, 3, 4])
  expect([...windows.hi]).toEqual([1, 2, 4, 4, 4])
  expect(windows.sampleTotal).toBe(6)
  expect(windows.sizeMax).toBe(2)
})

test('a sample exactly as old as the lookback is not seen any more', () => {
  const ts = Float64Array.of(0, 100)
  const refs = Float64Array.of(-1, 0, 49, 50, 100, 149, 150)
  expect([...latestIndices(ts, 2, refs, 50)]).toEqual([-1, 0, 0, -1, 1, 1, -1])
})

test('ABSENT survives being written to and read from a row', () => {
  const row = new Float64Array(3).fill(ABSENT)
  expect([...row].every(isAbsent)).toBe(true)
  row[1] = NaN
  expect(isAbsent(row[1])).toBe(false)
})

test('sums and means of windows that overlap are within one bit of those added up one by one', () => {
  const size = fc.integer({ min: -12, max: 12 })
  const value = fc
    .tuple(fc.double({ min: -1, max: 1, noNaN: true }), size)
    .map(([m, e]) => m * 10 ** e)
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 40, maxLength: 80 }),
      fc.constantFrom('sum_over_time', 'avg_over_time'),
      (values, func) => {
        const ts = Float64Array.from(values, (_, i) => i * 1000)
        const vs = Float64Array.from(values)
        const ends = Float64Array.from({ length: values.length }, (_, i) => i * 1000)
        const out = new Float64Array(ends.length)
        RANGE_KERNELS.get(func)!(windowsOver(ts, ts.length, ends, 20_000, ends), [])(vs, out)
        const alone = new Float64Array(1)
        for (let s = 0; s < ends.length; s++) {
          const end = ends.subarray(s, s + 1)
          RANGE_KERNELS.get(func)!(windowsOver(ts, ts.length, end, 20_000, end), [])(vs, alone)
          const bit = Math.abs(alone[0]!) * 2 ** -52
          expect(Math.abs(out[s]! - alone[0]!), `step ${s}`).toBeLessThanOrEqual(bit)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('large numbers that cancel, and columns that are not finite, are summed as ever', () => {
  const check = (values: readonly number[], wanted: readonly number[]): void => {
    const ts = Float64Array.from(values, (_, i) => i * 1000)
    const ends = Float64Array.from({ length: 60 }, (_, i) => (values.length - 1) * 1000 + i)
    const out = new Float64Array(60)
    const windows = windowsOver(ts, ts.length, ends, values.length * 1000, ends)
    RANGE_KERNELS.get('sum_over_time')!(windows, [])(Float64Array.from(values), out)
    expect([...out].slice(0, wanted.length)).toEqual(wanted)
  }
  check([0.5, 1e100, 1.5, -1e100], [2])
  check([1e300, 0.1, -1e300, 0.25], [0.35])
  check([0.5, Infinity, 1], [Infinity])
  check([0.5, NaN, 1], [NaN])
  check([0.5, 1.7e308, 1.7e308], [Infinity])
})
