// Rule groups, filtered for the page; the groups with failing rules come first.
import type { AlertingRule, RecordingRule, RuleGroup } from './api-types.ts'
import { labelText } from './alert-rules.ts'
import { everyWordIn, SearchTexts, wordsOf } from './search.ts'

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

interface IndexedGroup extends ShownGroup {
  /** Where the texts of its rules are among all. */
  readonly textAt: number
}

/** Groups in the order of the page, with the texts that a filter looks in. Made once per answer. */
export interface RuleIndex {
  readonly groups: readonly IndexedGroup[]
  readonly texts: SearchTexts
}

export function indexRuleGroups(groups: readonly RuleGroup[]): RuleIndex {
  const sources: [RuleGroup, AnyRule][] = []
  const indexed = groups.map((group): IndexedGroup => {
    const textAt = sources.length
    for (const rule of group.rules) sources.push([group, rule])
    return {
      key: `${group.file};${group.name}`,
      group,
      failing: failingCount(group),
      isSlow: group.evaluationTime > group.interval,
      rules: group.rules,
      textAt,
    }
  })
  indexed.sort((a, b) => Number(a.failing === 0) - Number(b.failing === 0))
  return {
    groups: indexed,
    texts: new SearchTexts(sources.length, (at) => ruleText(...sources[at]!)),
  }
}

/** @returns groups with at least one passing rule; one that passes as a whole is the same object as before */
export function shownGroups({ groups, texts }: RuleIndex, filter: RuleFilter): ShownGroup[] {
  const words = wordsOf(filter.text)
  const shown: ShownGroup[] = []
  for (const one of groups) {
    const rules = one.rules.filter(
      (rule, place) =>
        (filter.kind === undefined || rule.type === filter.kind) &&
        (!filter.onlyFailing || rule.health === 'err') &&
        (words.length === 0 || everyWordIn(words, texts.of(one.textAt + place))),
    )
    if (rules.length === one.rules.length) shown.push(one)
    else if (rules.length > 0) shown.push({ ...one, rules })
  }
  return shown
}

function ruleText({ name, file }: RuleGroup, rule: AnyRule): string {
  const annotations = rule.type === 'alerting' ? labelText(rule.annotations) : ''
  return `${name} ${file} ${rule.name} ${rule.query} ${labelText(rule.labels)} ${annotations} ${rule.lastError ?? ''}`
}

function failingCount(group: RuleGroup): number {
  let count = 0
  for (const { health } of group.rules) if (health === 'err') count++
  return count
}
