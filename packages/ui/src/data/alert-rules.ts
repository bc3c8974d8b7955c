// Alerting rules and their active alerts, filtered and ordered for the page: what fires comes first.
import type { ActiveAlert, AlertingRule, AlertState, LabelSet, RuleGroup } from './api-types.ts'
import { firingCount } from './firing-count.ts'
import { formatValue } from './format.ts'
import { everyWordIn, SearchTexts, wordsOf } from './search.ts'

export interface AlertEntry {
  /** Stays the same from one answer of the server to the next. */
  readonly key: string
  readonly rule: AlertingRule
  readonly group: RuleGroup
  readonly firing: number
  readonly pending: number
  /** Those that pass the filter; firing first, then the oldest. */
  readonly alerts: readonly ActiveAlert[]
  /** Where its own text is among all; those of its alerts come behind. */
  readonly textAt: number
}

/** Entries in the order of the page, with the texts that a filter looks in. Made once per answer. */
export interface AlertIndex {
  readonly entries: readonly AlertEntry[]
  readonly texts: SearchTexts
}

interface AlertFilter {
  readonly state: AlertState | undefined
  readonly text: string
}

const ORDER: Readonly<Record<AlertState, number>> = {
  firing: 0,
  pending: 1,
  unknown: 3,
  inactive: 4,
}
const FAILED_ORDER = 2

export function indexAlertRules(groups: readonly RuleGroup[]): AlertIndex {
  const entries: AlertEntry[] = []
  const sources: (() => string)[] = []
  for (const group of groups)
    group.rules.forEach((rule, place) => {
      if (rule.type !== 'alerting') return
      const alerts = [...(rule.alerts ?? [])].sort(
        (a, b) => ORDER[a.state] - ORDER[b.state] || (a.activeAt < b.activeAt ? -1 : 1),
      )
      const key = `${group.file};${group.name};${place};${rule.name}`
      const firing = firingCount(alerts)
      const textAt = sources.length
      entries.push({ key, rule, group, firing, pending: alerts.length - firing, alerts, textAt })
      sources.push(() => ruleText(rule, group))
      for (const { labels, annotations } of alerts)
        sources.push(() => `${labelText(labels)} ${labelText(annotations)}`)
    })
  const order = ({ rule }: AlertEntry) =>
    rule.health === 'err' ? Math.min(FAILED_ORDER, ORDER[rule.state]) : ORDER[rule.state]
  entries.sort((a, b) => order(a) - order(b) || (a.rule.name < b.rule.name ? -1 : 1))
  return { entries, texts: new SearchTexts(sources.length, (place) => sources[place]!()) }
}

function ruleText(rule: AlertingRule, group: RuleGroup): string {
  return `${rule.name} ${rule.query} ${group.name} ${labelText(rule.labels)} ${labelText(rule.annotations)}`
}

/**
 * Rules that match the words keep all their alerts; of the others those alerts stay that complete the match, so that
 * an instance's name finds its alerts among hundreds.
 */
export function filterAlertRules(index: AlertIndex, filter: AlertFilter): AlertEntry[] {
  const words = wordsOf(filter.text)
  const found: AlertEntry[] = []
  for (const entry of index.entries) {
    if (filter.state !== undefined && entry.rule.state !== filter.state) continue
    const text = index.texts.of(entry.textAt)
    const missing = words.filter((word) => !text.includes(word))
    if (missing.length === 0) {
      found.push(entry)
      continue
    }
    const alerts = entry.alerts.filter((_, place) =>
      everyWordIn(missing, index.texts.of(entry.textAt + 1 + place)),
    )
    if (alerts.length > 0) found.push({ ...entry, alerts })
  }
  return found
}

/** Labels in the forms that people type: `name=value` and `name="value"`. */
export function labelText(labels: LabelSet | undefined): string {
  let text = ''
  for (const name in labels) text += ` ${name}=${labels[name]} ${name}="${labels[name]}"`
  return text
}

/** The value of an alert comes in Go's exponent form; what is no number is shown as it came. */
export function alertValue(value: string): string {
  const number = Number(value)
  return number === number ? formatValue(number) : value
}
