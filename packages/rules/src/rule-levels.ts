// Which rules of a group may run at once. A rule stands on a level above the rules before it whose results it
// reads, and never below the rules before it that read its own results: they want those of the last iteration.

import type { RuleSettings } from '@pharos/config'
import type { Matcher } from '@pharos/model'
import { METRIC_NAME } from '@pharos/model'
import { parseExpr } from '@pharos/promql'
import { matchersIn } from './selectors.ts'

/** The level of each rule, from 0. */
export function ruleLevels(
  rules: readonly RuleSettings[],
  features: ReadonlySet<string>,
): readonly number[] {
  const reads = rules.map((rule) => matchersIn(parseExpr(rule.expr, { features })))
  const levels: number[] = []
  rules.forEach((rule, j) => {
    let level = 0
    for (let i = 0; i < j; i++) {
      if (readsResultOf(reads[j]!, rules[i]!)) level = Math.max(level, levels[i]! + 1)
      else if (readsResultOf(reads[i]!, rule)) level = Math.max(level, levels[i]!)
    }
    levels.push(level)
  })
  return levels
}

function readsResultOf(selectors: readonly (readonly Matcher[])[], rule: RuleSettings): boolean {
  const names = rule.kind === 'recording' ? [rule.name] : ['ALERTS', 'ALERTS_FOR_STATE']
  return selectors.some((matchers) =>
    names.some((name) => matchers.every((m) => m.name !== METRIC_NAME || m.matches(name))),
  )
}
