// Rows of a downsampled tile, as what is to be made of them wants them.

import { Aggregate } from '../tile/tile-format.ts'
import type { TileView } from '../tile/tile-view.ts'
import { type Part, rowRange } from './part.ts'
import { greater, lesser, type StepAggregates } from './step-aggregates.ts'

/** An aggregate of the steps whose last row is in [startMs, endMs], with the number of samples beside a sum. */
export function aggregatePart(
  samples: TileView,
  steps: StepAggregates,
  aggregate: Aggregate,
  stepMs: number,
  startMs: number,
  endMs: number,
): Part | undefined {
  const { times } = steps
  const [from, to] = rowRange(times, times.length, startMs, endMs)
  if (from >= to) return undefined
  const whole = new Float64Array(times.length)
  const read = (column: number, wanted: Aggregate, out: Float64Array, at: number): void => {
    steps.read(column, wanted, whole, 0)
    out.set(whole.subarray(from, to), at)
  }
  return {
    times: times.subarray(from, to),
    isLate: samples.isLate,
    readValues(column, out, at) {
      read(column, aggregate, out, at)
      return true
    },
    // What has histograms is not downsampled.
    hasHistograms: () => false,
    readHistograms: () => {},
    downsampled: {
      stepMs,
      combine: combining(aggregate),
      readCounts: (column, out, at) => read(column, Aggregate.count, out, at),
    },
  }
}

function combining(aggregate: Aggregate): (a: number, b: number) => number {
  if (aggregate === Aggregate.min) return lesser
  return aggregate === Aggregate.max ? greater : (a, b) => a + b
}

/** The samples of `part`, with how many there were, and what a counter had before resets that none of them shows. */
export function risePart(part: Part, steps: StepAggregates, stepMs: number): Part {
  const { times } = part
  const numbers = new Float64Array(steps.times.length)
  const readAtLasts =
    (aggregate: Aggregate) =>
    (column: number, out: Float64Array, at: number): void => {
      steps.read(column, aggregate, numbers, 0)
      out.fill(0, at, at + times.length)
      let row = 0
      for (let step = 0; step < numbers.length; step++) {
        const tMs = steps.times[step]!
        while (row < times.length && times[row]! < tMs) row++
        if (times[row] === tMs) out[at + row] = numbers[step]!
      }
    }
  return {
    ...part,
    downsampled: {
      stepMs,
      readCounts: readAtLasts(Aggregate.count),
      readLost: readAtLasts(Aggregate.lost),
    },
  }
}
