// An operator on two samples, each a float or a histogram.

import type { NativeHistogram } from '@pharos/model'
import type { BinaryOp } from '../ast.ts'
import { arithmetic, comparison, type FloatComparison, type FloatOperator } from './arithmetic.ts'
import type { EvalContext } from './context.ts'
import { type AdditionNotes, addTo, subtractFrom } from './histogram/add.ts'
import { equalHistograms } from './histogram/compare.ts'
import { trimmed } from './histogram/trim.ts'
import { compact, divide, multiply, narrowed, widened } from './histogram/wide.ts'
import type { BinaryPlan } from './plan.ts'

/** The outcome of `apply` stands in the fields until the next call, so nothing is allocated. */
export class SampleOperator {
  float = 0
  histogram: NativeHistogram | undefined = undefined
  /** The sample passes the filter; always true for arithmetic. */
  keep = true
  readonly #context: EvalContext
  readonly #plan: BinaryPlan
  readonly #calculate: FloatOperator | undefined
  readonly #compare: FloatComparison | undefined

  constructor(context: EvalContext, plan: BinaryPlan) {
    this.#context = context
    this.#plan = plan
    this.#calculate = arithmetic(plan.op)
    this.#compare = comparison(plan.op)
  }

  /** @returns false when the types do not go together; an annotation has been made */
  apply(
    lhs: number,
    lhsHistogram: NativeHistogram | undefined,
    rhs: number,
    rhsHistogram: NativeHistogram | undefined,
  ): boolean {
    this.histogram = undefined
    this.keep = true
    if (lhsHistogram === undefined)
      return rhsHistogram === undefined ? this.#floats(lhs, rhs) : this.#scaled(lhs, rhsHistogram)
    if (rhsHistogram === undefined) return this.#histogramAndFloat(lhsHistogram, rhs)
    return this.#histograms(lhsHistogram, rhsHistogram)
  }

  #floats(lhs: number, rhs: number): boolean {
    if (this.#calculate !== undefined) {
      this.float = this.#calculate(lhs, rhs)
      return true
    }
    if (this.#compare === undefined) return this.#mismatch('float', 'float')
    this.float = lhs
    this.keep = this.#compare(lhs, rhs)
    return true
  }

  #scaled(factor: number, h: NativeHistogram): boolean {
    if (this.#plan.op !== '*') return this.#mismatch('float', 'histogram')
    this.histogram = scaledHistogram(h, '*', factor)
    return true
  }

  #histogramAndFloat(h: NativeHistogram, v: number): boolean {
    const { op } = this.#plan
    switch (op) {
      case '*':
      case '/':
        this.histogram = scaledHistogram(h, op, v)
        return true
      case '</':
      case '>/':
        this.histogram = trimmed(h, v, op === '</' ? 'upper' : 'lower')
        return true
      default:
        return this.#mismatch('histogram', 'float')
    }
  }

  #histograms(lhs: NativeHistogram, rhs: NativeHistogram): boolean {
    const { op, pos } = this.#plan
    switch (op) {
      case '==':
      case '!=':
        this.histogram = lhs
        this.keep = equalHistograms(lhs, rhs) === (op === '==')
        return true
      case '+':
      case '-': {
        const wide = widened(lhs)
        const notes = op === '+' ? addTo(wide, widened(rhs)) : subtractFrom(wide, widened(rhs))
        if (notes === undefined) {
          this.#context.annotations.warn(
            `incompatible bucket layout encountered for binary operator ${op}`,
            pos,
          )
          return false
        }
        if (op === '-') wide.hint = 'gauge'
        compact(wide)
        this.histogram = narrowed(wide)
        this.#note(notes, op)
        return true
      }
      default:
        return this.#mismatch('histogram', 'histogram')
    }
  }

  #note(notes: AdditionNotes, op: BinaryOp): void {
    const operation = op === '+' ? 'addition' : 'subtraction'
    const { annotations } = this.#context
    const { pos } = this.#plan
    if (notes.hintsCollide)
      annotations.warn(`conflicting counter resets during histogram ${operation}`, pos)
    if (notes.boundsReconciled)
      annotations.info(`mismatched custom buckets were reconciled during ${operation}`, pos)
  }

  #mismatch(left: string, right: string): boolean {
    const { op, pos } = this.#plan
    this.#context.annotations.info(
      `incompatible sample types encountered for binary operator "${op}": ${left} ${op} ${right}`,
      pos,
    )
    return false
  }
}

/** Every count and the sum times, or over, a number; empty buckets are left out. */
function scaledHistogram(h: NativeHistogram, op: '*' | '/', v: number): NativeHistogram {
  const wide = widened(h)
  if (op === '*') multiply(wide, v)
  else divide(wide, v)
  compact(wide)
  return narrowed(wide)
}
