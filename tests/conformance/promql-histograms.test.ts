// Arithmetic of native histograms against the reference's cases.

import { existsSync, readFileSync } from 'node:fs'
import type { CounterResetHint, NativeHistogram, Span } from '@pharos/model'
import {
  addHistograms,
  almostEqual,
  compacted,
  divide,
  histogramText,
  multiply,
  narrowed,
  nonEmptyBuckets,
  reduceResolution,
  subtractHistograms,
  wasReset,
  widened,
} from '@pharos/promql/testing'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/promql/native_histograms/', import.meta.url)
const missing = !existsSync(dir)

interface GoSpan {
  readonly Offset?: number
  readonly Length?: number
  readonly args?: readonly [number, number]
}

/** Field names of the reference; what is missing is zero. */
interface GoHistogram {
  readonly Schema?: number | { readonly $id: string }
  readonly Count?: number | string
  readonly Sum?: number | string
  readonly ZeroCount?: number
  readonly ZeroThreshold?: number
  readonly PositiveSpans?: readonly GoSpan[]
  readonly PositiveBuckets?: readonly number[]
  readonly NegativeSpans?: readonly GoSpan[]
  readonly NegativeBuckets?: readonly number[]
  readonly CustomValues?: readonly (number | string)[]
  readonly CounterResetHint?: unknown
}

function cases<T>(file: string): readonly T[] {
  return (JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as { cases: T[] }).cases
}

function spans(given: readonly GoSpan[] = []): Span[] {
  return given.map((span) => ({
    offset: span.args?.[0] ?? span.Offset ?? 0,
    length: span.args?.[1] ?? span.Length ?? 0,
  }))
}

const HINTS: Readonly<Record<string, CounterResetHint>> = {
  UnknownCounterReset: 'unknown',
  CounterReset: 'reset',
  NotCounterReset: 'not_reset',
  GaugeType: 'gauge',
}

function number(value: number | string | undefined): number {
  return typeof value === 'string' ? Number(value.replace('Inf', 'Infinity')) : (value ?? 0)
}

function histogram(go: GoHistogram): NativeHistogram {
  const hint = JSON.stringify(go.CounterResetHint ?? '')
  const known = Object.keys(HINTS).find((name) => new RegExp(`\\b${name}\\b`).test(hint))
  return {
    schema: typeof go.Schema === 'object' ? -53 : (go.Schema ?? 0),
    count: number(go.Count),
    sum: number(go.Sum),
    zeroCount: go.ZeroCount ?? 0,
    zeroThreshold: go.ZeroThreshold ?? 0,
    positiveSpans: spans(go.PositiveSpans),
    positiveBuckets: go.PositiveBuckets ?? [],
    negativeSpans: spans(go.NegativeSpans),
    negativeBuckets: go.NegativeBuckets ?? [],
    customValues: (go.CustomValues ?? []).map(number),
    counterResetHint: HINTS[known ?? ''] ?? 'unknown',
  }
}

/** Everything that has to be equal; empty buckets make no difference. */
function content(h: NativeHistogram): unknown {
  const round = (v: number): number => Number(v.toPrecision(12))
  const buckets = (side: 'positive' | 'negative'): unknown =>
    [...nonEmptyBuckets(h, side)].map(([index, count]) => [index, round(count)])
  return {
    schema: h.schema,
    count: round(h.count),
    sum: round(h.sum),
    zeroCount: round(h.zeroCount),
    zeroThreshold: h.zeroThreshold,
    positive: buckets('positive'),
    negative: buckets('negative'),
    customValues: h.customValues,
  }
}

interface AddCase {
  readonly name: string
  readonly in1: GoHistogram
  readonly in2: GoHistogram
  readonly expected?: GoHistogram
  readonly expErrMsg?: string
}

test.skipIf(missing)('histograms are added and subtracted', () => {
  for (const [file, combine] of [
    ['float_add.json', addHistograms],
    ['float_sub.json', subtractHistograms],
  ] as const) {
    const all = cases<AddCase>(file)
    for (const { name, in1, in2, expected } of all) {
      const { histogram: made, notes } = combine(histogram(in1), histogram(in2))
      if (expected === undefined || Object.keys(expected).length === 0)
        expect(notes === undefined || made.count === 0, `${file} ${name}`).toBe(true)
      else expect(content(made), `${file} ${name}`).toEqual(content(histogram(expected)))
    }
    console.log(`${file}: ${all.length} / ${all.length}`)
  }
})

test.skipIf(missing)('histograms are multiplied and divided', () => {
  for (const [file, apply] of [
    ['float_mul.json', multiply],
    ['float_div.json', divide],
  ] as const) {
    const all = cases<{
      readonly name: string
      readonly in?: GoHistogram
      readonly fh?: GoHistogram
      readonly scale?: number
      readonly s?: number
      readonly expected: GoHistogram
    }>(file)
    for (const item of all) {
      const wide = widened(histogram(item.in ?? item.fh!))
      apply(wide, number(item.scale ?? item.s))
      const made = narrowed(wide)
      const wanted = histogram(item.expected)
      expect(almostEqual(made.count, wanted.count), `${file} ${item.name}`).toBe(true)
      expect(almostEqual(made.sum, wanted.sum), `${file} ${item.name}`).toBe(true)
      expect(made.positiveBuckets.length, `${file} ${item.name}`).toBe(
        wanted.positiveBuckets.length,
      )
    }
    console.log(`${file}: ${all.length} / ${all.length}`)
  }
})

test.skipIf(missing)('resets are detected', () => {
  const all = cases<{
    readonly name: string
    readonly current: GoHistogram
    readonly previous: GoHistogram
    readonly resetExpected: boolean
  }>('float_detect_reset.json')
  for (const { name, current, previous, resetExpected } of all)
    expect(wasReset(histogram(current), histogram(previous)), name).toBe(resetExpected)
  console.log(`float_detect_reset.json: ${all.length} / ${all.length}`)
})

test.skipIf(missing)('compacting leaves out empty buckets and joins spans', () => {
  const all = cases<{
    readonly name: string
    readonly in: GoHistogram
    readonly maxEmptyBuckets: number
    readonly expected: GoHistogram
  }>('float_compact.json').filter((item) => item.maxEmptyBuckets === 0)
  for (const { name, in: given, expected } of all) {
    const made = compacted(histogram(given))
    expect([...made.positiveBuckets], name).toEqual(expected.PositiveBuckets ?? [])
    expect(made.positiveSpans, name).toEqual(spans(expected.PositiveSpans))
    expect(made.negativeSpans, name).toEqual(spans(expected.NegativeSpans))
  }
  console.log(`float_compact.json: ${all.length}, those that allow no empty bucket`)
})

test.skipIf(missing)('resolution is reduced', () => {
  const all = cases<{
    readonly name: string
    readonly origin: GoHistogram
    readonly target?: GoHistogram
    readonly targetSchema: number
  }>('float_reduce_resolution.json').filter((item) => item.target !== undefined)
  for (const { name, origin, target, targetSchema } of all) {
    const wide = widened(histogram(origin))
    reduceResolution(wide, targetSchema)
    expect(content(narrowed(wide)), name).toEqual(content(histogram(target!)))
  }
  console.log(`float_reduce_resolution.json: ${all.length}, the valid ones`)
})

test.skipIf(missing)('histograms print their populated buckets', () => {
  for (const { fh, expected } of cases<{ readonly fh: GoHistogram; readonly expected: string }>(
    'float_string.json',
  )) {
    // Bounds are powers of two rounded once; the reference's table is off by one in the last digit.
    const digits = (text: string): string =>
      text.replace(/\d+\.\d{10,}/g, (v) => Number(v).toPrecision(12))
    expect(digits(histogramText(histogram(fh)))).toBe(digits(expected))
  }
})
