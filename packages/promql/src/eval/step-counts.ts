// Sample accounting of operators that the reference runs step by step: at each step it holds the inputs, the
// step's input samples once more, the results so far and the step's result.

import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { histogramSampleCount } from './histogram-size.ts'
import { inPortions } from './steps.ts'

type Operand = Frame | Float64Array

/**
 * Accounts for an operator that turned `inputs` into `output`.
 * @param before  samples held before the inputs were evaluated
 */
export function* countedSteps(
  context: EvalContext,
  before: number,
  inputs: readonly Operand[],
  output: Operand,
): Task<void> {
  const { samples } = context
  const stepCount = output instanceof Frame ? output.stepCount : output.length
  const gathered = new Float64Array(stepCount)
  for (const input of inputs) yield* addCounts(context, input, gathered, false)
  const made = new Float64Array(stepCount)
  yield* addCounts(context, output, made, true)
  let results = 0
  yield* inPortions(context.budget, stepCount, (from, to) => {
    for (let s = from; s < to; s++) {
      results += made[s]!
      samples.touch(gathered[s]! + results)
    }
  })
  samples.current = before + results
  samples.touch(0)
}

/** Adds the samples of each step; a histogram counts as one, or by its size. */
function* addCounts(
  context: EvalContext,
  operand: Operand,
  counts: Float64Array,
  bySize: boolean,
): Task<void> {
  const stepCount = counts.length
  if (!(operand instanceof Frame)) {
    yield* inPortions(context.budget, stepCount, (from, to) => {
      for (let s = from; s < to; s++) counts[s]!++
    })
    return
  }
  for (let r = 0; r < operand.rowCount; r++) {
    const cells = operand.cells[r]
    yield* inPortions(context.budget, stepCount, (from, to) => {
      for (let s = from; s < to; s++) {
        if (operand.hasFloat(r, s)) counts[s]!++
        else {
          const cell = cells?.[s]
          if (cell !== undefined) counts[s]! += bySize ? histogramSampleCount(cell) : 1
        }
      }
    })
  }
}
