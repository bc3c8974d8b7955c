// Native histograms in the form that arithmetic wants: one entry a bucket, index and count, with the
// compensation of Kahan sums beside each number. Wide histograms are private to the operation that made
// them and may be changed; stored ones never are.

import {
  type CounterResetHint,
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  type Span,
} from '@pharos/model'

/** Buckets of one sign, ascending by index. */
export interface Side {
  indices: number[]
  counts: number[]
  /** Compensations; zeros until `kahanAdd` is used. */
  comps: number[]
}

export interface WideHistogram {
  schema: number
  zeroThreshold: number
  zeroCount: number
  zeroComp: number
  count: number
  countComp: number
  sum: number
  sumComp: number
  positive: Side
  negative: Side
  customValues: readonly number[]
  hint: CounterResetHint
}

export function widened(h: NativeHistogram): WideHistogram {
  return {
    schema: h.schema,
    zeroThreshold: h.zeroThreshold,
    zeroCount: h.zeroCount,
    zeroComp: 0,
    count: h.count,
    countComp: 0,
    sum: h.sum,
    sumComp: 0,
    positive: sideOf(h.positiveSpans, h.positiveBuckets),
    negative: sideOf(h.negativeSpans, h.negativeBuckets),
    customValues: h.customValues,
    hint: h.counterResetHint,
  }
}

/** The stored form; compensations are left out. */
export function narrowed(w: WideHistogram): NativeHistogram {
  return {
    schema: w.schema,
    zeroThreshold: w.zeroThreshold,
    zeroCount: w.zeroCount,
    count: w.count,
    sum: w.sum,
    positiveSpans: spansOf(w.positive.indices),
    positiveBuckets: w.positive.counts,
    negativeSpans: spansOf(w.negative.indices),
    negativeBuckets: w.negative.counts,
    customValues: w.customValues,
    counterResetHint: w.hint,
  }
}

export function copied(w: WideHistogram): WideHistogram {
  return { ...w, positive: copiedSide(w.positive), negative: copiedSide(w.negative) }
}

function copiedSide(side: Side): Side {
  return { indices: [...side.indices], counts: [...side.counts], comps: [...side.comps] }
}

export function hasCustomBuckets(h: { readonly schema: number }): boolean {
  return h.schema === CUSTOM_BUCKETS_SCHEMA
}

export function emptySide(): Side {
  return { indices: [], counts: [], comps: [] }
}

function sideOf(spans: readonly Span[], counts: readonly number[]): Side {
  const indices: number[] = []
  let index = 0
  for (const span of spans) {
    index += span.offset
    for (let i = 0; i < span.length; i++) indices.push(index++)
  }
  return { indices, counts: [...counts], comps: counts.map(() => 0) }
}

function spansOf(indices: readonly number[]): Span[] {
  const spans: { offset: number; length: number }[] = []
  let end = 0
  for (const index of indices) {
    const last = spans.at(-1)
    if (last !== undefined && index === end) last.length++
    else spans.push({ offset: index - end, length: 1 })
    end = index + 1
  }
  return spans
}

/** Applies `f` to every count and compensation, sums included. */
function scale(w: WideHistogram, f: (v: number) => number): void {
  w.zeroCount = f(w.zeroCount)
  w.zeroComp = f(w.zeroComp)
  w.count = f(w.count)
  w.countComp = f(w.countComp)
  w.sum = f(w.sum)
  w.sumComp = f(w.sumComp)
  for (const side of [w.positive, w.negative]) {
    for (let i = 0; i < side.counts.length; i++) {
      side.counts[i] = f(side.counts[i]!)
      side.comps[i] = f(side.comps[i]!)
    }
  }
}

/** Multiplies in place. A negative factor makes a gauge of it. */
export function multiply(w: WideHistogram, factor: number): void {
  scale(w, (v) => v * factor)
  if (factor < 0) w.hint = 'gauge'
}

/** Divides in place; by zero no bucket is left. */
export function divide(w: WideHistogram, divisor: number): void {
  scale(w, (v) => v / divisor)
  if (divisor === 0) {
    w.positive = emptySide()
    w.negative = emptySide()
  } else if (divisor < 0) w.hint = 'gauge'
}

/** Removes empty buckets, in place. */
export function compact(w: WideHistogram): void {
  compactSide(w.positive)
  compactSide(w.negative)
}

function compactSide(side: Side): void {
  let kept = 0
  for (let i = 0; i < side.indices.length; i++) {
    if (side.counts[i] === 0) continue
    side.indices[kept] = side.indices[i]!
    side.counts[kept] = side.counts[i]!
    side.comps[kept] = side.comps[i]!
    kept++
  }
  side.indices.length = side.counts.length = side.comps.length = kept
}

/** Any number has left the range of floats. */
export function overflows(w: WideHistogram): boolean {
  const isInfinite = (v: number): boolean => v === Infinity || v === -Infinity
  return (
    [w.zeroCount, w.count, w.sum].some(isInfinite) ||
    w.positive.counts.some(isInfinite) ||
    w.negative.counts.some(isInfinite)
  )
}

/** Merges buckets so that the schema becomes `schema`, which is lower, in place. */
export function reduceResolution(w: WideHistogram, schema: number): void {
  if (schema === w.schema) return
  w.positive = reducedSide(w.positive, w.schema - schema)
  w.negative = reducedSide(w.negative, w.schema - schema)
  w.schema = schema
}

/** @param levels  by how much the schema falls */
export function reducedSide(side: Side, levels: number): Side {
  const reduced = emptySide()
  for (let i = 0; i < side.indices.length; i++) {
    const index = ((side.indices[i]! - 1) >> levels) + 1
    const last = reduced.indices.length - 1
    if (last >= 0 && reduced.indices[last] === index) {
      kahanAt(reduced, last, side.counts[i]!)
      reduced.comps[last]! += side.comps[i]!
    } else {
      reduced.indices.push(index)
      reduced.counts.push(side.counts[i]!)
      reduced.comps.push(side.comps[i]!)
    }
  }
  return reduced
}

/** Adds to the count at a place, with compensation. */
export function kahanAt(side: Side, i: number, v: number): void {
  const sum = side.counts[i]!
  const t = sum + v
  if (t === Infinity || t === -Infinity) side.comps[i] = 0
  else if (Math.abs(sum) >= Math.abs(v)) side.comps[i]! += sum - t + v
  else side.comps[i]! += v - t + sum
  side.counts[i] = t
}
