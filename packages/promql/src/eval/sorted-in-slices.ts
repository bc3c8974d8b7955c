// Sorting that lets others run: runs of a few hundred are sorted at once, and merged with stops in between.

import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'

const RUN = 512
/** Points of work that a comparison of two label sets is worth. */
const COMPARISON_WORK = 64

/** The same items in order; equal ones keep theirs. `items` may be used for it. */
export function* sortedInSlices<T>(
  { budget }: Pick<EvalContext, 'budget'>,
  items: T[],
  order: (a: T, b: T) => number,
): Task<T[]> {
  if (items.length <= RUN) return items.sort(order)
  let runs: T[][] = []
  for (let from = 0; from < items.length; from += RUN) {
    runs.push(items.slice(from, from + RUN).sort(order))
    if (budget.due(8 * COMPARISON_WORK * RUN)) yield
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let i = 0; i < runs.length; i += 2) {
      const [a, b] = [runs[i]!, runs[i + 1]]
      if (b === undefined) merged.push(a)
      else if (order(a.at(-1)!, b[0]!) <= 0) merged.push(a.concat(b))
      else {
        const both: T[] = []
        for (let x = 0, y = 0; x < a.length || y < b.length;) {
          if (budget.due(COMPARISON_WORK)) yield
          const takesFirst = y === b.length || (x < a.length && order(a[x]!, b[y]!) <= 0)
          both.push(takesFirst ? a[x++]! : b[y++]!)
        }
        merged.push(both)
      }
    }
    runs = merged
  }
  return runs[0]!
}
