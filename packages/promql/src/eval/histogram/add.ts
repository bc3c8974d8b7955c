// Sums and differences of native histograms.

import type { NativeHistogram } from '@pharos/model'
import { countWithin } from './bounds.ts'
import {
  emptySide,
  hasCustomBuckets,
  kahanAt,
  narrowed,
  reducedSide,
  reduceResolution,
  type Side,
  type WideHistogram,
  widened,
} from './wide.ts'
import { reconcileZeroBuckets } from './zero-bucket.ts'

/** What happened in an addition; `undefined` instead of it means exponential and custom buckets do not mix. */
export interface AdditionNotes {
  /** One side said counter reset, the other none. */
  readonly hintsCollide: boolean
  /** Custom bounds differed; only the common ones are left. */
  readonly boundsReconciled: boolean
}

/** h += other, in place. The schema becomes the lower one, the zero bucket the wider one. */
export function addTo(h: WideHistogram, other: WideHistogram): AdditionNotes | undefined {
  return combine(h, other, 1, false)
}

/** h −= other, in place. */
export function subtractFrom(h: WideHistogram, other: WideHistogram): AdditionNotes | undefined {
  return combine(h, other, -1, false)
}

/** h += other with compensation, in place; `foldCompensation` makes the better values of it. */
export function kahanAdd(h: WideHistogram, other: WideHistogram): AdditionNotes | undefined {
  return combine(h, other, 1, true)
}

/** Adds the compensations to what they compensate. */
export function foldCompensation(h: WideHistogram): void {
  h.zeroCount += h.zeroComp
  h.count += h.countComp
  h.sum += h.sumComp
  h.zeroComp = h.countComp = h.sumComp = 0
  for (const side of [h.positive, h.negative]) {
    for (let i = 0; i < side.counts.length; i++) {
      side.counts[i]! += side.comps[i]!
      side.comps[i] = 0
    }
  }
}

export function addHistograms(
  a: NativeHistogram,
  b: NativeHistogram,
): { histogram: NativeHistogram; notes: AdditionNotes | undefined } {
  const sum = widened(a)
  const notes = addTo(sum, widened(b))
  return { histogram: narrowed(sum), notes }
}

export function subtractHistograms(
  a: NativeHistogram,
  b: NativeHistogram,
): { histogram: NativeHistogram; notes: AdditionNotes | undefined } {
  const difference = widened(a)
  const notes = subtractFrom(difference, widened(b))
  return { histogram: narrowed(difference), notes }
}

function combine(
  h: WideHistogram,
  other: WideHistogram,
  sign: 1 | -1,
  compensated: boolean,
): AdditionNotes | undefined {
  if (hasCustomBuckets(h) !== hasCustomBuckets(other)) return undefined
  const hintsCollide = adjustHint(h, other)
  const custom = hasCustomBuckets(h)
  const zeroCount = custom ? 0 : reconcileZeroBuckets(h, other)
  addTotals(h, other, sign, compensated, zeroCount)
  if (custom) {
    if (sameBounds(h.customValues, other.customValues)) {
      h.positive = mergedSide(h.positive, other.positive, 0, sign, compensated)
      return { hintsCollide, boundsReconciled: false }
    }
    mergeMismatched(h, other, sign)
    return { hintsCollide, boundsReconciled: true }
  }
  let { positive, negative } = other
  if (other.schema < h.schema) reduceResolution(h, other.schema)
  else if (other.schema > h.schema) {
    positive = reducedSide(positive, other.schema - h.schema)
    negative = reducedSide(negative, other.schema - h.schema)
  }
  const skip = (side: Side): number => countWithin(side, h.schema, h.zeroThreshold)
  h.positive = mergedSide(h.positive, positive, skip(positive), sign, compensated)
  h.negative = mergedSide(h.negative, negative, skip(negative), sign, compensated)
  return { hintsCollide, boundsReconciled: false }
}

function addTotals(
  h: WideHistogram,
  other: WideHistogram,
  sign: number,
  compensated: boolean,
  zeroCount: number,
): void {
  if (!compensated) {
    h.zeroCount += sign * zeroCount
    h.count += sign * other.count
    h.sum += sign * other.sum
    return
  }
  const totals: Side = {
    indices: [],
    counts: [h.zeroCount, h.count, h.sum],
    comps: [h.zeroComp, h.countComp, h.sumComp],
  }
  kahanAt(totals, 0, zeroCount)
  kahanAt(totals, 1, other.count)
  kahanAt(totals, 2, other.sum)
  ;[h.zeroCount, h.count, h.sum] = totals.counts as [number, number, number]
  ;[h.zeroComp, h.countComp, h.sumComp] = totals.comps as [number, number, number]
}

/**
 * Counters and gauges in one sum: a gauge makes a gauge, unknown makes unknown.
 * @returns true when reset and no reset meet
 */
function adjustHint(h: WideHistogram, other: WideHistogram): boolean {
  if (h.hint === other.hint || h.hint === 'gauge') return false
  if (other.hint === 'gauge') {
    h.hint = 'gauge'
    return false
  }
  const collide = h.hint !== 'unknown' && other.hint !== 'unknown'
  h.hint = 'unknown'
  return collide
}

export function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((bound, i) => bound === b[i]))
}

/** Both sides' buckets by index. @param skip  leading buckets of `b` that lie in the zero bucket */
function mergedSide(a: Side, b: Side, skip: number, sign: number, compensated: boolean): Side {
  const merged = emptySide()
  let i = 0
  let j = skip
  while (i < a.indices.length || j < b.indices.length) {
    const x = a.indices[i] ?? Infinity
    const y = b.indices[j] ?? Infinity
    merged.indices.push(Math.min(x, y))
    if (x <= y) {
      merged.counts.push(a.counts[i]!)
      merged.comps.push(a.comps[i]!)
      i++
    } else {
      merged.counts.push(0)
      merged.comps.push(0)
    }
    if (y > x) continue
    const last = merged.counts.length - 1
    if (compensated) {
      kahanAt(merged, last, sign * b.counts[j]!)
      merged.comps[last]! += sign * b.comps[j]!
    } else if (x === y) merged.counts[last]! += sign * b.counts[j]!
    else merged.counts[last] = sign * b.counts[j]!
    j++
  }
  return merged
}

/** Custom buckets with different bounds: both are mapped to the bounds they share. */
function mergeMismatched(h: WideHistogram, other: WideHistogram, sign: number): void {
  const shared = h.customValues.filter((bound) => other.customValues.includes(bound))
  const target: Side = {
    indices: Array.from({ length: shared.length + 1 }, (_, i) => i),
    counts: Array.from({ length: shared.length + 1 }, () => 0),
    comps: Array.from({ length: shared.length + 1 }, () => 0),
  }
  const map = (from: WideHistogram, factor: number): void => {
    for (let i = 0; i < from.positive.indices.length; i++) {
      const bound = from.customValues[from.positive.indices[i]!] ?? Infinity
      let at = 0
      while (at < shared.length && shared[at]! < bound) at++
      kahanAt(target, at, factor * from.positive.counts[i]!)
      if (from.positive.comps[i] !== 0) kahanAt(target, at, factor * from.positive.comps[i]!)
    }
  }
  map(h, 1)
  map(other, sign)
  h.customValues = shared
  h.positive = emptySide()
  for (const index of target.indices) {
    if (target.counts[index] === 0 && target.comps[index] === 0) continue
    h.positive.indices.push(index)
    h.positive.counts.push(target.counts[index]!)
    h.positive.comps.push(target.comps[index]!)
  }
}
