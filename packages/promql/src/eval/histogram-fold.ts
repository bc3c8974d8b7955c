// sum and avg of histograms in one group: one running histogram a step.

import type { NativeHistogram } from '@pharos/model'
import { goQuote } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'
import { foldCompensation, kahanAdd, type AdditionNotes } from './histogram/add.ts'
import {
  compact,
  copied,
  divide,
  multiply,
  narrowed,
  overflows,
  type WideHistogram,
  widened,
} from './histogram/wide.ts'

/** One step of one group. */
interface Running {
  value: WideHistogram
  count: number
  /** `value` is the mean; the sum would have left the range of floats. */
  isMean: boolean
  /** Exponential and custom buckets met; there is no result. */
  isIncompatible: boolean
  sawReset: boolean
  sawNoReset: boolean
}

export class HistogramFold {
  readonly #context: EvalContext
  readonly #op: 'sum' | 'avg'
  readonly #pos: Pos
  readonly #steps: (Running | undefined)[]

  constructor(context: EvalContext, op: 'sum' | 'avg', pos: Pos, stepCount: number) {
    this.#context = context
    this.#op = op
    this.#pos = pos
    this.#steps = Array.from({ length: stepCount })
  }

  has(s: number): boolean {
    return this.#steps[s] !== undefined
  }

  /** @param metric  name of the series the histogram is from */
  add(s: number, h: NativeHistogram, metric: string): void {
    let running = this.#steps[s]
    if (running === undefined) {
      running = {
        value: widened(h),
        count: 1,
        isMean: false,
        isIncompatible: false,
        sawReset: false,
        sawNoReset: false,
      }
      this.#steps[s] = running
    } else {
      if (running.isIncompatible) return
      running.count++
      const notes = this.#op === 'sum' ? this.#addToSum(running, h) : addToMean(running, h)
      this.#note(running, notes, metric)
    }
    if (h.counterResetHint === 'reset') running.sawReset = true
    if (h.counterResetHint === 'not_reset') running.sawNoReset = true
  }

  /** Undefined when the histograms did not go together. */
  result(s: number): NativeHistogram | undefined {
    const running = this.#steps[s]
    if (running === undefined || running.isIncompatible) return undefined
    if (running.sawReset && running.sawNoReset)
      this.#context.annotations.warn(
        'conflicting counter resets during histogram aggregation',
        this.#pos,
      )
    const value = copied(running.value)
    if (this.#op === 'avg' && !running.isMean) divide(value, running.count)
    foldCompensation(value)
    compact(value)
    return narrowed(value)
  }

  #addToSum(running: Running, h: NativeHistogram): AdditionNotes | undefined {
    return kahanAdd(running.value, widened(h))
  }

  #note(running: Running, notes: AdditionNotes | undefined, metric: string): void {
    if (notes === undefined) {
      running.isIncompatible = true
      this.#context.annotations.warn(mixedSchemas(metric), this.#pos)
    } else if (notes.boundsReconciled)
      this.#context.annotations.info(
        'mismatched custom buckets were reconciled during aggregation',
        this.#pos,
      )
  }
}

export function mixedSchemas(metric: string): string {
  return `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${goQuote(metric)}`
}

/** A mean that is a sum as long as the sum fits. */
export interface RunningMean {
  value: WideHistogram
  /** With the histogram that is being added. */
  count: number
  isMean: boolean
}

export function addToMean(running: RunningMean, h: NativeHistogram): AdditionNotes | undefined {
  if (!running.isMean) {
    const sum = copied(running.value)
    const notes = kahanAdd(sum, widened(h))
    if (notes === undefined || !overflows(sum)) {
      if (notes !== undefined) running.value = sum
      return notes
    }
    running.isMean = true
    divide(running.value, running.count - 1)
  }
  multiply(running.value, (running.count - 1) / running.count)
  const part = widened(h)
  divide(part, running.count)
  return kahanAdd(running.value, part)
}
