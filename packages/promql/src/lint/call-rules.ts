// Functions against the kind of their argument.

import { formatDuration } from '@pharos/model'
import type { CallExpr, Expr, MatrixSelector } from '../ast.ts'
import type { LintKnowledge, LintNode, Report } from './lint-knowledge.ts'
import { bare, metricNameOf, selectorsIn } from './expr-walk.ts'
import { isRawCounter, kindOf } from './metric-kind.ts'

/** They take counter resets for what they are, so their argument has to be a counter. */
const COUNTER_FUNCTIONS: ReadonlySet<string> = new Set(['rate', 'increase', 'irate', 'resets'])
/** A reset spoils them, so their argument has to be a gauge. */
const GAUGE_FUNCTIONS: ReadonlySet<string> = new Set([
  'delta',
  'deriv',
  'double_exponential_smoothing',
  'idelta',
  'predict_linear',
])
/** Over a counter they say when the process started rather than what it did. */
const VALUE_FUNCTIONS: ReadonlySet<string> = new Set([
  'avg_over_time',
  'mad_over_time',
  'quantile_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'sum_over_time',
])
/** Windows below this many scrape intervals lose values when one scrape fails. */
const LEAST_INTERVALS = 4
/** Of irate and idelta, which use the last two samples. */
const LEAST_INTERVALS_OF_TWO = 2

export function lintCall(
  { expr }: LintNode<CallExpr>,
  knowledge: LintKnowledge,
  report: Report,
): void {
  lintQuantile(expr, report)
  if (expr.func === 'histogram_quantile') lintHistogramQuantile(expr, knowledge, report)
  const range = expr.args.find((arg) => arg.kind === 'matrix' || arg.kind === 'subquery')
  if (range?.kind === 'matrix') lintRange(expr, range, knowledge, report)
  if (range?.kind === 'subquery' && COUNTER_FUNCTIONS.has(expr.func))
    lintRateOfMade(expr, bare(range.expr), knowledge, report)
}

function lintRange(
  call: CallExpr,
  range: MatrixSelector,
  knowledge: LintKnowledge,
  report: Report,
): void {
  const { func } = call
  const kind = kindOf(range.selector, knowledge)
  const name = metricNameOf(range.selector)
  if (COUNTER_FUNCTIONS.has(func) && (kind === 'gauge' || kind === 'quantiles')) {
    const instead =
      func === 'resets' ? 'changes()' : func === 'increase' ? 'delta()' : 'deriv() or delta()'
    report(
      'not-a-counter',
      call.pos,
      `${func}() wants a counter, and ${name} goes up and down; use ${instead}`,
    )
  }
  if (kind === 'counter') {
    if (GAUGE_FUNCTIONS.has(func))
      report(
        'not-a-gauge',
        call.pos,
        `${func}() takes the resets of the counter ${name} for falling values; use rate() or increase()`,
      )
    if (VALUE_FUNCTIONS.has(func))
      report(
        'counter-without-rate',
        call.pos,
        `${func}() of the counter ${name} depends on when it started; use rate() or increase() first`,
      )
  }
  const intervalMs = name === undefined ? undefined : knowledge.metrics.get(name)?.intervalMs
  if (intervalMs === undefined || range.rangeExpr !== undefined) return
  const least = leastIntervals(func) * intervalMs
  if (range.rangeMs < least)
    report(
      'range-too-short',
      range.pos,
      `[${formatDuration(range.rangeMs)}] is short for samples every ${formatDuration(Math.round(intervalMs))}; ${func}() wants at least ${formatDuration(Math.round(least))}`,
    )
}

function leastIntervals(func: string): number {
  if (func === 'rate' || func === 'increase' || func === 'delta' || func === 'deriv')
    return LEAST_INTERVALS
  if (func === 'irate' || func === 'idelta') return LEAST_INTERVALS_OF_TWO
  // Of the others one sample in each window is enough.
  return 1
}

function lintRateOfMade(
  call: CallExpr,
  inner: Expr,
  knowledge: LintKnowledge,
  report: Report,
): void {
  if (inner.kind === 'aggregate' && isRawCounter(inner.expr, knowledge))
    report(
      'sum-before-rate',
      call.pos,
      `${inner.op}() hides the resets of single counters from ${call.func}(); take the rate first: ${inner.op}(rate(…))`,
    )
  if (inner.kind === 'call' && COUNTER_FUNCTIONS.has(inner.func))
    report(
      'rate-of-rate',
      call.pos,
      `${inner.func}() gives no counter, so ${call.func}() of it takes falling values for resets; use deriv()`,
    )
}

function lintQuantile(call: CallExpr, report: Report): void {
  if (call.func !== 'histogram_quantile' && call.func !== 'quantile_over_time') return
  checkQuantile(call.args[0]!, report)
}

/** A literal quantile, of a function or of the aggregation. */
export function checkQuantile(expr: Expr, report: Report): void {
  const q = bare(expr)
  if (q.kind !== 'number' || (q.value >= 0 && q.value <= 1)) return
  report(
    'quantile-out-of-range',
    q.pos,
    `a quantile lies between 0 and 1; for a percentile divide by 100: ${q.value / 100}`,
  )
}

function lintHistogramQuantile(call: CallExpr, knowledge: LintKnowledge, report: Report): void {
  const argument = bare(call.args[1]!)
  for (const selector of selectorsIn(argument)) {
    const kind = kindOf(selector, knowledge)
    const name = metricNameOf(selector)
    if (
      name !== undefined &&
      (kind === 'gauge' ||
        kind === 'quantiles' ||
        (kind === 'counter' && !name.endsWith('_bucket')))
    )
      report(
        'not-a-histogram',
        selector.pos,
        `histogram_quantile() wants the buckets of a histogram, and ${name} has none`,
      )
  }
  const isClassic = selectorsIn(argument).some((selector) =>
    metricNameOf(selector)?.endsWith('_bucket'),
  )
  if (!isClassic || argument.kind !== 'aggregate') return
  if (argument.grouping.includes('le') === argument.without)
    report(
      'quantile-without-le',
      argument.pos,
      `the aggregation drops the label le, without which buckets are no histogram; ${argument.without ? 'take le out of without()' : `write by (${[...argument.grouping, 'le'].join(', ')})`}`,
    )
}
