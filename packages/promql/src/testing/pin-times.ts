// The same query with every selector pinned to one time: it has to give the same at any evaluation time.

import type { Expr } from '../ast.ts'

/** Functions whose value depends on the evaluation time itself. */
const UNSAFE: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'end',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
])

/** Undefined when the query cannot be pinned. A selector or subquery with @ stays as it is. */
export function pinnedTo(expr: Expr, timeMs: number): Expr | undefined {
  let safe = true
  const pin = (node: Expr, isInside: boolean): Expr => {
    switch (node.kind) {
      case 'vector':
        return isInside ? node : { ...node, atMs: node.atMs ?? timeMs }
      case 'matrix':
        return {
          ...node,
          selector: pin(node.selector, isInside) as typeof node.selector, // a selector stays one
        }
      case 'subquery':
        return {
          ...node,
          atMs: isInside ? node.atMs : (node.atMs ?? timeMs),
          expr: pin(node.expr, true),
        }
      case 'paren':
      case 'unary':
        return { ...node, expr: pin(node.expr, isInside) }
      case 'binary':
        return { ...node, lhs: pin(node.lhs, isInside), rhs: pin(node.rhs, isInside) }
      case 'aggregate':
        return {
          ...node,
          expr: pin(node.expr, isInside),
          param: node.param && pin(node.param, isInside),
        }
      case 'call':
        if (!isInside && UNSAFE.has(node.func)) safe = false
        return { ...node, args: node.args.map((arg) => pin(arg, isInside)) }
      default:
        return node
    }
  }
  const pinned = pin(expr, false)
  return safe ? pinned : undefined
}
