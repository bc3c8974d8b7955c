// A tree as text again, on one line, in the reference's normal form: parsing it gives the same tree.

import {
  formatDecimal,
  formatDuration,
  formatShortest,
  goQuote,
  isValidLabelName,
  METRIC_NAME,
  compareText,
} from '@pharos/model'
import type {
  AggregateExpr,
  BinaryExpr,
  DurationExpr,
  Expr,
  SubqueryExpr,
  TimeModifiers,
  VectorSelector,
} from './ast.ts'

/**
 * The expression as text.
 *
 * @source Prometheus 3.14, String() of the syntax tree; conformance promql/print-string.json
 */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return numberText(expr.value, expr.isDuration)
    case 'string':
      return goQuote(expr.value)
    case 'paren':
      return `(${printExpr(expr.expr)})`
    case 'unary':
      return expr.op + printExpr(expr.expr)
    case 'binary':
      return `${printExpr(expr.lhs)} ${operatorText(expr)} ${printExpr(expr.rhs)}`
    case 'call':
      return `${expr.func}(${expr.args.map(printExpr).join(', ')})`
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${printExpr(expr.param)}, `
      return `${aggregationText(expr)}(${param}${printExpr(expr.expr)})`
    }
    case 'vector':
      return selectorText(expr) + atText(expr) + extensionText(expr) + offsetText(expr)
    case 'matrix': {
      const { selector } = expr
      const range = `[${rangeText(expr.rangeMs, expr.rangeExpr)}]`
      return (
        selectorText(selector) +
        range +
        extensionText(selector) +
        atText(selector) +
        offsetText(selector)
      )
    }
    case 'subquery':
      return printExpr(expr.expr) + subqueryText(expr)
  }
}

/** `sum by (job) `, what stands before the parenthesis. */
export function aggregationText(expr: AggregateExpr): string {
  if (!expr.without && expr.grouping.length === 0) return expr.op
  return `${expr.op} ${expr.without ? 'without' : 'by'} (${labelsText(expr.grouping)}) `
}

/** `== bool on (a) group_left (b)`: the operator with everything that belongs to it. */
export function operatorText(expr: BinaryExpr): string {
  let text: string = expr.op
  if (expr.returnBool) text += ' bool'
  const matching = expr.matching
  if (matching === undefined) return text
  const { card, labels, on, include, fillLeft, fillRight } = matching
  const grouped = card === 'many-to-one' || card === 'one-to-many'
  if (labels.length > 0 || on || grouped)
    text += ` ${on ? 'on' : 'ignoring'} (${labelsText(labels)})`
  if (grouped)
    text += ` group_${card === 'many-to-one' ? 'left' : 'right'} (${labelsText(include)})`
  if (fillLeft !== undefined && fillLeft === fillRight)
    return `${text} fill (${formatShortest(fillLeft)})`
  if (fillLeft !== undefined) text += ` fill_left (${formatShortest(fillLeft)})`
  if (fillRight !== undefined) text += ` fill_right (${formatShortest(fillRight)})`
  return text
}

/** `[1h:5m] @ 0.000 offset 1m`, what stands behind a subquery's expression. */
export function subqueryText(expr: SubqueryExpr): string {
  const range = rangeText(expr.rangeMs, expr.rangeExpr)
  const step =
    expr.stepMs === 0 && expr.stepExpr === undefined ? '' : rangeText(expr.stepMs, expr.stepExpr)
  return `[${range}:${step}]${atText(expr)}${offsetText(expr)}`
}

function labelsText(labels: readonly string[]): string {
  return labels
    .map((label) => (isValidLabelName(label, 'legacy') ? label : goQuote(label)))
    .join(', ')
}

function selectorText(selector: VectorSelector): string {
  const { name } = selector
  const matchers: string[] = []
  for (const matcher of selector.matchers) {
    const isName = matcher.name === METRIC_NAME && matcher.type === '='
    if (!(isName && matcher.value === name && name !== '')) matchers.push(matcher.toString())
  }
  return matchers.length === 0 ? name : `${name}{${matchers.sort(compareText).join(',')}}`
}

function atText({ atMs, atEdge }: TimeModifiers): string {
  if (atMs !== undefined) return ` @ ${(atMs / 1000).toFixed(3)}`
  return atEdge === undefined ? '' : ` @ ${atEdge}()`
}

function offsetText({ offsetMs, offsetExpr }: TimeModifiers): string {
  if (offsetExpr !== undefined) return ` offset ${durationText(offsetExpr)}`
  return offsetMs === 0 ? '' : ` offset ${formatDuration(offsetMs)}`
}

function extensionText({ anchored, smoothed }: VectorSelector): string {
  return anchored ? ' anchored' : smoothed ? ' smoothed' : ''
}

function rangeText(ms: number, expr: DurationExpr | undefined): string {
  return expr === undefined ? formatDuration(ms) : durationText(expr)
}

function durationText(expr: DurationExpr): string {
  if (expr.kind === 'duration') return numberText(expr.ms / 1000, expr.isDuration)
  const text = expr.kind === 'op' ? operationText(expr) : `${expr.kind}()`
  return expr.wrapped ? `(${text})` : text
}

function operationText({ op, lhs, rhs }: DurationExpr & { kind: 'op' }): string {
  const right = durationText(rhs)
  // A plus without left side only carries parentheses.
  if (lhs === undefined) return op === '-' ? `-${right}` : right
  const left = durationText(lhs)
  return op === 'min_of' || op === 'max_of' ? `${op}(${left}, ${right})` : `${left} ${op} ${right}`
}

function numberText(value: number, isDuration: boolean): string {
  if (!isDuration) return formatDecimal(value)
  return formatDuration(Math.trunc(Math.round(value * 1e9) / 1e6))
}
