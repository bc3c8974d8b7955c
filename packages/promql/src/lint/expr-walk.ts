import type { Expr, VectorSelector } from '../ast.ts'

/** The name a selector asks for; undefined when it takes several. */
export function metricNameOf(selector: VectorSelector): string | undefined {
  return selector.matchers.find(({ name, type }) => name === '__name__' && type === '=')?.value
}

export function selectorsIn(expr: Expr): VectorSelector[] {
  if (expr.kind === 'vector') return [expr]
  return operandsOf(expr).flatMap((operand) => selectorsIn(operand))
}

export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr]
    case 'matrix':
      return [expr.selector]
    case 'binary':
      return [expr.lhs, expr.rhs]
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
    case 'call':
      return expr.args
    default:
      return []
  }
}

/** Without the parentheses around it. */
export function bare(expr: Expr): Expr {
  return expr.kind === 'paren' ? bare(expr.expr) : expr
}
