// An operator on two samples, each a float or a histogram.

import type { NativeHistogram } from '@pharos/model'
import { arithmetic, comparison } from './arithmetic.ts'
import type { EvalContext } from './context.ts'
import type { BinaryPlan } from './plan.ts'

/** Called with two samples; the outcome stands in its fields until the next call, so nothing is allocated. */
export interface SampleOperator {
  /**
   * @returns false when the types do not go together; an annotation has been made
   */
  (
    lhs: number,
    lhsHistogram: NativeHistogram | undefined,
    rhs: number,
    rhsHistogram: NativeHistogram | undefined,
  ): boolean
  float: number
  histogram: NativeHistogram | undefined
  /** The sample passes the filter; always true for arithmetic. */
  keep: boolean
}

export function operatorFor(context: EvalContext, plan: BinaryPlan): SampleOperator {
  const calculate = arithmetic(plan.op)
  const compare = comparison(plan.op)
  const operate: SampleOperator = Object.assign(
    (
      lhs: number,
      lhsHistogram: NativeHistogram | undefined,
      rhs: number,
      rhsHistogram: NativeHistogram | undefined,
    ): boolean => {
      operate.histogram = undefined
      operate.keep = true
      if (lhsHistogram === undefined && rhsHistogram === undefined) {
        if (calculate !== undefined) {
          operate.float = calculate(lhs, rhs)
          return true
        }
        if (compare !== undefined) {
          operate.float = lhs
          operate.keep = compare(lhs, rhs)
          return true
        }
      }
      const left = lhsHistogram === undefined ? 'float' : 'histogram'
      const right = rhsHistogram === undefined ? 'float' : 'histogram'
      context.annotations.info(
        `incompatible sample types encountered for binary operator "${plan.op}": ${left} ${plan.op} ${right}`,
        plan.pos,
      )
      return false
    },
    { float: 0, histogram: undefined as NativeHistogram | undefined, keep: true },
  )
  return operate
}
