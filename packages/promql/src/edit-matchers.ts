// Changing the label matchers of all selectors of an expression. Trees are never changed in place: what is
// above an edited selector is made anew.

import { Matcher, type MatchType } from '@pharos/model'
import type { Expr, MatrixSelector, VectorSelector } from './ast.ts'

/**
 * Every selector gets the matcher; those on the same label are replaced where they stand.
 * @throws UserError `model/regex` when the value is a regex that does not compile
 * @source promtool promql label-matchers set
 */
export function setLabelMatcher(expr: Expr, type: MatchType, name: string, value: string): Expr {
  const matcher = new Matcher(type, name, value)
  return withMatchers(expr, (matchers) =>
    matchers.some((one) => one.name === name)
      ? matchers.map((one) => (one.name === name ? matcher : one))
      : [...matchers, matcher],
  )
}

/** No selector has a matcher on the label. @source promtool promql label-matchers delete */
export function deleteLabelMatchers(expr: Expr, name: string): Expr {
  return withMatchers(expr, (matchers) => matchers.filter((one) => one.name !== name))
}

type Edit = (matchers: readonly Matcher[]) => readonly Matcher[]

function withMatchers(expr: Expr, edit: Edit): Expr {
  switch (expr.kind) {
    case 'vector':
      return edited(expr, edit)
    case 'matrix':
      return { ...expr, selector: edited(expr.selector, edit) } satisfies MatrixSelector
    case 'paren':
    case 'unary':
    case 'subquery':
      return { ...expr, expr: withMatchers(expr.expr, edit) }
    case 'binary':
      return { ...expr, lhs: withMatchers(expr.lhs, edit), rhs: withMatchers(expr.rhs, edit) }
    case 'aggregate':
      return {
        ...expr,
        expr: withMatchers(expr.expr, edit),
        param: expr.param && withMatchers(expr.param, edit),
      }
    case 'call':
      return { ...expr, args: expr.args.map((arg) => withMatchers(arg, edit)) }
    default:
      return expr
  }
}

function edited(selector: VectorSelector, edit: Edit): VectorSelector {
  return { ...selector, matchers: edit(selector.matchers) }
}
