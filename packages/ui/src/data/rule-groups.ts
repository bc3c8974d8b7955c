// Rule groups, filtered for the page; the groups with failing rules come first.
import type { AlertingRule, RecordingRule, RuleGroup } from './api-types.ts'
import { labelText } from './alert-rules.ts'
import { everyWordIn, wordsOf } from './search.ts'

export type AnyRule = AlertingRule | RecordingRule

export interface ShownGroup {
  readonly key: string
  readonly group: RuleGroup
  readonly failing: number
  /** An evaluation that takes longer than the interval makes the next one late. */
  readonly isSlow: boolean
  /** Those that pass the filter, in the order of the file. */
  readonly rules: readonly AnyRule[]
}

export interface RuleFilter {
  readonly kind: AnyRule['type'] | undefined
  readonly onlyFailing: boolean
  readonly text: string
}

export function shownGroups(groups: readonly RuleGroup[], filter: RuleFilter): ShownGroup[] {
  const words = wordsOf(filter.text)
  const shown: ShownGroup[] = []
  for (const group of groups) {
    const groupText = `${group.name} ${group.file}`
    const rules = group.rules.filter(
      (rule) =>
        (filter.kind === undefined || rule.type === filter.kind) &&
        (!filter.onlyFailing || rule.health === 'err') &&
        everyWordIn(words, `${groupText} ${ruleText(rule)}`.toLowerCase()),
    )
    if (rules.length === 0) continue
    shown.push({
      key: `${group.file};${group.name}`,
      group,
      failing: failingCount(group),
      isSlow: group.evaluationTime > group.interval,
      rules,
    })
  }
  return shown.sort((a, b) => Number(a.failing === 0) - Number(b.failing === 0))
}

function ruleText(rule: AnyRule): string {
  const annotations = rule.type === 'alerting' ? labelText(rule.annotations) : ''
  return `${rule.name} ${rule.query} ${labelText(rule.labels)} ${annotations} ${rule.lastError ?? ''}`
}

export function failingCount(group: RuleGroup): number {
  let count = 0
  for (const { health } of group.rules) if (health === 'err') count++
  return count
}
