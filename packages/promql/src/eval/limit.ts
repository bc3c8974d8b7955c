// limitk and limit_ratio: some of the series, the same ones at each evaluation.

import { formatShortest } from '@pharos/model'
import type { Labels } from '@pharos/model'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import { Frame } from './frame.ts'
import { checkCount, parameterRange } from './parameter.ts'
import type { AggregatePlan } from './plan.ts'
import { xxhash64 } from './xxhash64.ts'

/** The first k samples of each group at each step. */
export function limitRows(
  input: Frame,
  groups: readonly (readonly number[])[],
  k: Float64Array,
): Frame {
  const { stepCount } = input
  if (!checkCount(k)) return new Frame(stepCount)
  const kept = new Frame(stepCount, 0, input.memory)
  for (const rows of groups) {
    const taken = new Int32Array(stepCount)
    for (const r of rows) {
      copySteps(input, r, kept, (s) => {
        if (taken[s]! >= Math.trunc(k[s]!)) return false
        taken[s]!++
        return true
      })
    }
  }
  return kept
}

/** Those series whose place in [0, 1], told by their labels, is below the ratio; negative: the complement. */
export function limitRatioRows(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  groups: readonly (readonly number[])[],
  ratio: Float64Array,
): Frame {
  const { min, max, hasNaN } = parameterRange(ratio)
  if (max === 0 && min === 0) return new Frame(input.stepCount)
  if (hasNaN) throw executionError('Ratio value is NaN')
  const warn = (value: number, to: number): void =>
    context.annotations.warn(
      `ratio value should be between -1 and 1, got ${formatShortest(value)}, capping to ${to}`,
      plan.param!.pos,
    )
  if (max > 1) warn(max, 1)
  if (min < -1) warn(min, -1)
  const kept = new Frame(input.stepCount, 0, input.memory)
  for (const rows of groups) {
    for (const r of rows) {
      const place = placeOf(input.labels[r]!)
      copySteps(input, r, kept, (s) => {
        const limit = Math.max(-1, Math.min(1, ratio[s]!))
        return limit >= 0 ? place < limit : place >= 1 + limit
      })
    }
  }
  return kept
}

function copySteps(input: Frame, r: number, kept: Frame, takes: (s: number) => boolean): void {
  let out = -1
  for (let s = 0; s < input.stepCount; s++) {
    if (!input.has(r, s) || !takes(s)) continue
    if (out < 0) out = kept.addRow(input.labels[r]!, input.dropName[r]!)
    const histogram = input.histogram(r, s)
    if (histogram === undefined)
      kept.values[out * input.stepCount + s] = input.values[r * input.stepCount + s]!
    else kept.setHistogram(out, s, histogram)
  }
}

const MAX_UINT64 = 2 ** 64

/** A number in [0, 1] from the labels, evenly spread. @source promql HashRatioSampler.SampleOffset */
function placeOf(labels: Labels): number {
  return Number(xxhash64(labelBytes(labels))) / MAX_UINT64
}

/** Names and values in turn, each with its length in front: the form in which the reference keeps labels. */
function labelBytes(labels: Labels): Uint8Array {
  const encoder = new TextEncoder()
  const bytes: number[] = []
  for (const text of labels.flat) {
    const utf8 = encoder.encode(text)
    if (utf8.length < 255) bytes.push(utf8.length)
    else bytes.push(255, utf8.length & 255, (utf8.length >> 8) & 255, (utf8.length >> 16) & 255)
    for (const byte of utf8) bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
