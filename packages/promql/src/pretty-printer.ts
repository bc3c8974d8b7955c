// A tree as text for people: what does not fit on a line is broken, one level of two spaces for each depth.

import type { Expr } from './ast.ts'
import { aggregationText, operatorText, printExpr, subqueryText } from './printer.ts'

const INDENT = '  '

/**
 * The expression broken into lines.
 *
 * @param lineLength  bytes a sub-expression may have before it is broken
 * @source Prometheus 3.14, Prettify(); conformance promql/print-pretty.json
 */
export function prettyExpr(expr: Expr, lineLength = 100): string {
  return pretty(expr, 0, { lineLength, texts: new Map() })
}

interface Layout {
  readonly lineLength: number
  /** What sub-expressions print as; each is asked for at every level above it. */
  readonly texts: Map<Expr, string>
}

function pretty(expr: Expr, level: number, layout: Layout): string {
  const indent = INDENT.repeat(level)
  // Signs and subqueries look at what they hold.
  if (expr.kind === 'unary') return indent + expr.op + pretty(expr.expr, level, layout).trim()
  const text = textOf(expr, layout)
  // In the reference a subquery that fits is written without its indentation.
  if (expr.kind === 'subquery')
    return fits(text, layout) ? text : pretty(expr.expr, level, layout) + subqueryText(expr)
  if (fits(text, layout)) return indent + text
  switch (expr.kind) {
    case 'paren':
      return `${indent}(\n${pretty(expr.expr, level + 1, layout)}\n${indent})`
    case 'binary': {
      const lhs = pretty(expr.lhs, level + 1, layout)
      const rhs = pretty(expr.rhs, level + 1, layout)
      return `${lhs}\n${indent}${operatorText(expr)}\n${rhs}`
    }
    case 'call': {
      const args = expr.args.map((arg) => pretty(arg, level + 1, layout)).join(',\n')
      return `${indent}${expr.func}(\n${args}\n${indent})`
    }
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${pretty(expr.param, level + 1, layout)},\n`
      const inner = pretty(expr.expr, level + 1, layout)
      return `${indent}${aggregationText(expr)}(\n${param}${inner}\n${indent})`
    }
    default:
      return indent + text
  }
}

function fits(text: string, layout: Layout): boolean {
  return text.length <= layout.lineLength
}

function textOf(expr: Expr, layout: Layout): string {
  const known = layout.texts.get(expr)
  if (known !== undefined) return known
  const text = printExpr(expr)
  layout.texts.set(expr, text)
  return text
}
