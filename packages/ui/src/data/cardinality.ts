// From a row of the store's statistics to the query that says what is behind it.
import { quotedName, selectorOf } from './frame.ts'
import { NEW_PANEL, writeQueryLink } from './query-link.ts'

export type Statistic = 'metric' | 'label' | 'memory' | 'pair'

/** `name` as the statistics write it: a metric, a label, or `label=value`. */
export function drillQuery(statistic: Statistic, name: string): string {
  if (statistic === 'metric') return `count by (job, instance) (${selectorOf(name)})`
  if (statistic === 'pair') {
    const at = name.indexOf('=')
    const [label, value] = [name.slice(0, at), name.slice(at + 1)]
    return `topk(50, count by (__name__) ({${quotedName(label)}=${JSON.stringify(value)}}))`
  }
  const label = quotedName(name)
  return `topk(50, count by (${label}) ({${label}!=""}))`
}

export function drillPath(statistic: Statistic, name: string): string {
  return `/query?${writeQueryLink([{ ...NEW_PANEL, tab: 'table', expr: drillQuery(statistic, name) }])}`
}

/** What the administration API is asked: a selector, and times as they were typed, in local time. */
export function deletionForm(selector: string, from: string, to: string): string {
  const form = new URLSearchParams({ 'match[]': selector })
  if (from !== '') form.set('start', new Date(from).toISOString())
  if (to !== '') form.set('end', new Date(to).toISOString())
  return form.toString()
}
