// Samples looked at and read, by step of one evaluation grid. Kept only when somebody wants them: statistics
// per step, and subqueries whose windows leave gaps.

import { ABSENT_LOW_WORD } from '@pharos/model'
import type { Row } from './frame.ts'
import { histogramSampleCount } from './histogram-size.ts'
import type { Steps } from './steps.ts'
import type { Windows } from './windows.ts'

export class StepTally {
  readonly steps: Steps
  /** Every window counts in full. */
  readonly total: Float64Array
  /** Only what the step before had not read. */
  readonly read: Float64Array

  constructor(steps: Steps) {
    this.steps = steps
    this.total = new Float64Array(steps.count)
    this.read = new Float64Array(steps.count)
  }

  addAt(step: number, total: number, read: number): void {
    if (step >= this.total.length) return
    this.total[step]! += total
    this.read[step]! += read
  }

  /** Samples of an instant selector. */
  addRow({ values, words, cells }: Row): void {
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      const cell = cells?.[s]
      if (cell !== undefined) this.addAt(s, histogramSampleCount(cell), histogramSampleCount(cell))
      else if (v === v || words[2 * s] !== ABSENT_LOW_WORD) this.addAt(s, 1, 1)
    }
  }

  /**
   * Samples of windows.
   * @param sizes  running sums of the samples' sizes, one longer than the column; undefined: each counts one
   */
  addWindows(windows: Windows, isStored: boolean, sizes: readonly number[] | undefined): void {
    const { lo, hi, stepCount } = windows
    for (let s = 0; s < stepCount; s++) {
      const fresh = s === 0 ? lo[s]! : Math.max(lo[s]!, hi[s - 1]!)
      const total = span(lo[s]!, hi[s]!, sizes)
      this.addAt(s, total, isStored ? span(fresh, hi[s]!, sizes) : 0)
    }
  }
}

function span(from: number, to: number, sizes: readonly number[] | undefined): number {
  if (to <= from) return 0
  return sizes === undefined ? to - from : sizes[to]! - sizes[from]!
}

/** Samples that the windows of all steps cover, each once. */
export function freshSamples(windows: Windows, sizes?: readonly number[]): number {
  const { lo, hi, stepCount } = windows
  let fresh = 0
  for (let s = 0; s < stepCount; s++)
    fresh += span(s === 0 ? lo[s]! : Math.max(lo[s]!, hi[s - 1]!), hi[s]!, sizes)
  return fresh
}

/** What a subquery read, told to the steps that use it. */
interface Consumer {
  readonly steps: Steps
  readonly offsetMs: number
  readonly rangeMs: number
}

/** Calls `add` for each inner step whose reading an outer step's window uses; gaps between windows are left out. */
export function spreadReads(
  inner: StepTally,
  { steps, offsetMs, rangeMs }: Consumer,
  add: (step: number, read: number) => void,
): void {
  for (let k = 0; k < inner.read.length; k++) {
    const read = inner.read[k]!
    if (read === 0) continue
    const atMs = inner.steps.startMs + k * inner.steps.stepMs + offsetMs
    const wanted = Math.max(0, Math.ceil((atMs - steps.startMs) / steps.stepMs))
    const step = Math.min(wanted, steps.count - 1)
    if (atMs <= steps.startMs + step * steps.stepMs - rangeMs) continue
    add(step, read)
  }
}
