import type { DurationExpr } from '../ast.ts'
import { executionError } from './errors.ts'
import { power } from './arithmetic.ts'

/** What step() and range() stand for inside a duration. */
export interface DurationContext {
  /** ms; 0 in an instant query. */
  readonly stepMs: number
  /** End minus start of the query, ms. */
  readonly rangeMs: number
}

/**
 * The value of a duration expression in whole ms.
 * @throws UserError with the reference's words when it is not finite, or not positive where it must be
 * @source Prometheus 3.14, promql/durations.go; conformance promql/duration-expr-eval.json
 */
export function durationMs(
  expr: DurationExpr,
  context: DurationContext,
  mayBeNegative: boolean,
): number {
  const seconds = evaluate(expr, context)
  const at = `${expr.pos.start}:${expr.pos.end}`
  if (!Number.isFinite(seconds)) throw executionError(`${at}: duration is NaN or infinite`)
  if (seconds <= 0 && !mayBeNegative) throw executionError(`${at}: duration must be greater than 0`)
  if (Math.abs(seconds) > 2 ** 63 / 1e9) throw executionError(`${at}: duration is out of range`)
  return Math.trunc(seconds * 1000)
}

/** Seconds. */
function evaluate(expr: DurationExpr, context: DurationContext): number {
  switch (expr.kind) {
    case 'duration':
      return expr.ms / 1000
    case 'step':
      return context.stepMs / 1000
    case 'range':
      return context.rangeMs / 1000
    case 'start':
    case 'end':
      throw executionError(`unexpected duration expression operator "${expr.kind}"`)
    case 'op':
      return operate(expr, context)
  }
}

function operate(expr: DurationExpr & { kind: 'op' }, context: DurationContext): number {
  const rhs = evaluate(expr.rhs, context)
  if (expr.lhs === undefined) return expr.op === '-' ? -rhs : rhs
  const lhs = evaluate(expr.lhs, context)
  const at = `${expr.pos.start}:${expr.pos.end}`
  switch (expr.op) {
    case '+':
      return lhs + rhs
    case '-':
      return lhs - rhs
    case '*':
      return lhs * rhs
    case '/':
      if (rhs === 0) throw executionError(`${at}: division by zero`)
      return lhs / rhs
    case '%':
      if (rhs === 0) throw executionError(`${at}: modulo by zero`)
      return lhs % rhs
    case '^':
      return power(lhs, rhs)
    case 'min':
    case 'min_of':
      return Math.min(lhs, rhs)
    case 'max':
    case 'max_of':
      return Math.max(lhs, rhs)
  }
}
