import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { checkCount } from './parameter.ts'
import type { AggregatePlan } from './plan.ts'

/**
 * topk and bottomk: the k greatest or least floats of each group at each step, NaN last. Of equal values
 * those that come first in the input stay.
 * @returns at a single step the rows in their rank's order, group by group
 */
export function rankedRows(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  groups: readonly (readonly number[])[],
  k: Float64Array,
): Frame {
  const { stepCount } = input
  if (!checkCount(k)) return new Frame(stepCount)
  const sign = plan.op === 'topk' ? -1 : 1
  const kept = new Frame(stepCount, 0, context.memory)
  for (const rows of groups) {
    const outRow = new Map<number, number>()
    for (let s = 0; s < stepCount; s++) {
      const count = Math.min(Math.trunc(k[s]!), input.rowCount)
      if (count < 1) continue
      for (const r of ranked(context, plan, input, rows, s, sign).slice(0, count)) {
        let out = outRow.get(r)
        if (out === undefined) {
          out = kept.addRow(input.labels[r]!, input.dropName[r]!)
          outRow.set(r, out)
        }
        kept.values[out * stepCount + s] = input.values[r * stepCount + s]!
      }
    }
  }
  return kept
}

/** Rows with a float at the step, best first. */
function ranked(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  rows: readonly number[],
  s: number,
  sign: number,
): number[] {
  const { stepCount, values } = input
  const candidates: number[] = []
  for (const r of rows) {
    if (input.hasFloat(r, s)) candidates.push(r)
    else if (input.histogram(r, s) !== undefined)
      context.annotations.info(`ignored histogram in ${plan.op} aggregation`, plan.pos)
  }
  return candidates.sort((a, b) => {
    const x = values[a * stepCount + s]!
    const y = values[b * stepCount + s]!
    if (x !== x) return y !== y ? 0 : 1
    if (y !== y) return -1
    return x === y ? 0 : x < y ? -sign : sign
  })
}
