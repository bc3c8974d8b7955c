// What ends an alert, and what must not: the value behind the comparison, and targets that are merely down.

import { goQuote } from '@pharos/model'
import { parseExpr, printExpr, SYNTAX_FEATURES } from '@pharos/promql'
import type { ActiveAlert } from './active-alert.ts'
import { type EvaluationContext, samplesOf } from './rule.ts'

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<='])

/** The side of a comparison whose values an alert shows: `a / b` of `a / b > 0.9`; undefined when there is none. */
export function comparedSide(text: string): string | undefined {
  let expr = parseExpr(text, { features: new Set(SYNTAX_FEATURES) })
  while (expr.kind === 'paren') expr = expr.expr
  if (expr.kind !== 'binary' || !COMPARISONS.has(expr.op) || expr.returnBool) return undefined
  // `5 < a` gives the values of `a`.
  const side = expr.lhs.kind === 'number' ? expr.rhs : expr.lhs
  return printExpr(side)
}

/**
 * Keys of the alerts whose target, told by `job` and `instance`, is down or not there: that it gives no result then
 * says nothing. An alert without either label is never one of them.
 */
export async function alertsOfDownTargets(
  alerts: readonly ActiveAlert[],
  context: EvaluationContext,
): Promise<ReadonlySet<string>> {
  const down = new Set<string>()
  for (const { labels } of alerts) {
    const matchers = ['job', 'instance']
      .filter((name) => labels.has(name))
      .map((name) => `${name}=${goQuote(labels.get(name))}`)
    if (matchers.length === 0) continue
    const selector = `up{${matchers.join()}}`
    const timeMs = context.timeMs - context.queryOffsetMs
    const samples = samplesOf(await context.run(selector, timeMs))
    if (samples.every(({ value }) => value === 0)) down.add(labels.key)
  }
  return down
}
