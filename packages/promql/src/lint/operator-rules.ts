// Aggregations and binary operators.

import { FUNCTIONS } from '../function-table.ts'
import type { AggregateExpr, BinaryExpr, BinaryOp, Expr } from '../ast.ts'
import { checkQuantile } from './call-rules.ts'
import type { LintKnowledge, LintNode, Report } from './lint-knowledge.ts'
import { bare, metricNameOf, operandsOf, selectorsIn } from './expr-walk.ts'
import { isRawCounter, kindOf, selectorOf } from './metric-kind.ts'

/** Aggregations that look at values rather than count series. */
const VALUE_AGGREGATES: ReadonlySet<string> = new Set([
  'avg',
  'bottomk',
  'max',
  'min',
  'quantile',
  'stddev',
  'stdvar',
  'sum',
  'topk',
])

export function lintAggregate(
  { expr, path }: LintNode<AggregateExpr>,
  knowledge: LintKnowledge,
  report: Report,
): void {
  if (expr.op === 'quantile' && expr.param !== undefined) checkQuantile(expr.param, report)
  lintGrouping(expr, knowledge, report)
  const selector = selectorOf(expr.expr)
  if (selector !== undefined) {
    const kind = kindOf(selector, knowledge)
    const name = metricNameOf(selector)
    const isInRate = path.some((node) => node.kind === 'subquery')
    const isFixed = selector.atMs !== undefined || selector.atEdge !== undefined
    if (kind === 'counter' && VALUE_AGGREGATES.has(expr.op) && !isInRate && !isFixed)
      report(
        'counter-without-rate',
        expr.pos,
        `${expr.op}() of the counter ${name} mixes how long processes have been running into the result; aggregate rate(${name}[…])`,
      )
    if (kind === 'quantiles' && (expr.op === 'avg' || expr.op === 'sum'))
      report(
        'average-of-quantiles',
        expr.pos,
        `quantiles cannot be combined by ${expr.op}(); ${name} would have to be a histogram for that`,
      )
  }
  lintBucketSum(expr, path, report)
}

/** Buckets are cumulative: summed over le they count every observation several times. */
function lintBucketSum(expr: AggregateExpr, path: readonly Expr[], report: Report): void {
  if (expr.op !== 'sum' && expr.op !== 'avg') return
  const keepsLe = expr.grouping.includes('le') !== expr.without
  const isQuantile = path.some((node) => node.kind === 'call' && node.func.startsWith('histogram_'))
  if (keepsLe || isQuantile) return
  const inner = bare(expr.expr)
  const selectors = inner.kind === 'call' ? selectorsIn(inner) : []
  const isBuckets = selectors.some(
    (selector) =>
      metricNameOf(selector)?.endsWith('_bucket') === true &&
      !selector.matchers.some(({ name }) => name === 'le'),
  )
  if (isBuckets)
    report(
      'bucket-sum-without-le',
      expr.pos,
      `buckets are cumulative, so ${expr.op}() without le counts each observation several times; use the _count series, or keep le`,
    )
}

/** Grouping by a label that none of the series below has. */
function lintGrouping(expr: AggregateExpr, knowledge: LintKnowledge, report: Report): void {
  if (expr.without || makesLabels(expr.expr)) return
  const metrics = selectorsIn(expr.expr).map((selector) => {
    const name = metricNameOf(selector)
    return name === undefined ? undefined : knowledge.metrics.get(name)
  })
  if (metrics.length === 0) return
  for (const label of expr.grouping) {
    const isAbsent = metrics.every(
      (metric) => metric !== undefined && !metric.isPartial && !metric.labels.has(label),
    )
    if (isAbsent && label !== '__name__')
      report(
        'grouping-never-matches',
        expr.pos,
        `by (${label}) does not divide anything: no series here has the label ${label}`,
      )
  }
}

/** Labels may come from label_replace, label_join, count_values or info. */
function makesLabels(expr: Expr): boolean {
  if (expr.kind === 'call' && /^(?:label_|info$|histogram_quantiles$)/.test(expr.func)) return true
  if (expr.kind === 'aggregate' && expr.op === 'count_values') return true
  return operandsOf(expr).some((operand) => makesLabels(operand))
}

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['==', '!=', '<', '<=', '>', '>='])

export function lintBinary(
  { expr }: LintNode<BinaryExpr>,
  knowledge: LintKnowledge,
  report: Report,
): void {
  const { op } = expr
  const lhs = bare(expr.lhs)
  const rhs = bare(expr.rhs)
  if (COMPARISONS.has(op)) {
    if ([lhs, rhs].some((side) => side.kind === 'number' && Number.isNaN(side.value)))
      report(
        'comparison-with-nan',
        expr.pos,
        `a comparison with NaN is ${op === '!=' ? 'always' : 'never'} true; x != x finds NaN`,
      )
    for (const [side, other] of [
      [lhs, rhs],
      [rhs, lhs],
    ] as const)
      if (isRawCounter(side, knowledge) && other.kind === 'number' && other.value !== 0)
        report(
          'counter-without-rate',
          expr.pos,
          `the counter ${metricNameOf(selectorOf(side)!)} passes any limit in time; compare its rate() or increase()`,
        )
  }
  lintMeeting(expr, lhs, rhs, report)
}

/** Sides aggregated to different labels, matched on all of them. */
function lintMeeting(expr: BinaryExpr, lhs: Expr, rhs: Expr, report: Report): void {
  const { matching } = expr
  if (matching === undefined || matching.on || expr.op === 'or' || expr.op === 'unless') return
  const left = labelsOf(lhs)
  const right = labelsOf(rhs)
  if (left === undefined || right === undefined) return
  const ignored = new Set(matching.labels)
  const only = (a: readonly string[], b: readonly string[]): string[] =>
    a.filter((label) => !b.includes(label) && !ignored.has(label))
  const odd = [...only(left, right), ...only(right, left)]
  if (odd.length > 0)
    report(
      'labels-never-meet',
      expr.pos,
      `the two sides are aggregated by different labels (${left.join(', ')} and ${right.join(', ')}), so that nothing meets; ignore ${odd.join(', ')}, or match on() what they share`,
    )
}

/** The labels of a result, when its last aggregation says them. */
function labelsOf(expr: Expr): readonly string[] | undefined {
  const inner = bare(expr)
  if (inner.kind === 'aggregate')
    return inner.without || !VALUE_AGGREGATES.has(inner.op) || /^(?:top|bottom)k$/.test(inner.op)
      ? undefined
      : inner.grouping
  if (inner.kind !== 'binary' || inner.matching !== undefined) return undefined
  // With a scalar on the other side the labels stay.
  const vector = [inner.lhs, inner.rhs].find((side) => !isScalar(bare(side)))
  return vector === undefined ? undefined : labelsOf(vector)
}

function isScalar(expr: Expr): boolean {
  return (
    expr.kind === 'number' ||
    (expr.kind === 'call' && FUNCTIONS.get(expr.func)?.returns === 'scalar')
  )
}
