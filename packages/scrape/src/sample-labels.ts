// What becomes of a scraped series' labels. Runs once for each new series, never for a sample.

import type { ScrapeSettings } from '@pharos/config'
import { relabel } from '@pharos/config'
import {
  areValidLabels,
  compareText,
  goQuote,
  Labels,
  LabelsBuilder,
  METRIC_NAME,
} from '@pharos/model'
import { LABEL_NAME_BYTES_DEFAULT, LABEL_VALUE_BYTES_DEFAULT, LABELS_DEFAULT } from './limits.ts'

/** The series has no legal identity or breaks a limit: the scrape fails with this message. */
interface LabelFault {
  readonly kind: 'labels' | 'limit'
  readonly message: string
}

type LabelRules = Pick<
  ScrapeSettings,
  | 'honorLabels'
  | 'metricRelabelRules'
  | 'labelLimit'
  | 'labelNameLengthLimit'
  | 'labelValueLengthLimit'
>

/**
 * The labels under which a series is stored, undefined when relabelling drops it, or why the scrape fails.
 *
 * @param exposed  as the target wrote them, with `__name__`
 * @param target   the target's own labels, none of them `__…`
 * @param emptyLabels  names that the target wrote with an empty value
 * @source Prometheus 3.14 scrape mutateSampleLabels, verifyLabelLimits
 */
export function sampleLabels(
  exposed: Labels,
  target: Labels,
  rules: LabelRules,
  emptyLabels: readonly string[] = [],
): Labels | LabelFault | undefined {
  const merged = rules.honorLabels
    ? honored(exposed, target, emptyLabels)
    : overridden(exposed, target)
  const kept = relabel(merged, rules.metricRelabelRules)
  if (kept === undefined || kept.size === 0) return undefined
  if (!kept.has(METRIC_NAME))
    return { kind: 'labels', message: 'missing metric name (__name__ label)' }
  if (!areValidLabels(kept)) {
    return { kind: 'labels', message: `invalid metric name or label names: ${labelsText(kept)}` }
  }
  const message = limitFault(kept, rules)
  return message === undefined ? kept : { kind: 'limit', message }
}

/** Equal when the same line leads to the same series. Compiled regexes are left out: their text is in. */
export function rulesKey(settings: ScrapeSettings): string {
  return JSON.stringify([
    settings.honorLabels,
    settings.metricRelabelRules,
    settings.labelLimit,
    settings.labelNameLengthLimit,
    settings.labelValueLengthLimit,
    settings.nativeHistograms,
    settings.alwaysClassicHistograms,
    settings.convertClassicHistograms,
  ])
}

/** Labels of `up` and the other series about the scrape. */
export function reportLabels(metric: string, target: Labels): Labels {
  return new LabelsBuilder(target).set(METRIC_NAME, metric).labels()
}

function honored(exposed: Labels, target: Labels, emptyLabels: readonly string[]): Labels {
  const builder = new LabelsBuilder(exposed)
  // An empty value in the exposition is a label too: it keeps the target's away, and then vanishes. A push gateway says
  // so that its own instance is not that of what was pushed.
  for (const [name, value] of target)
    if (!exposed.has(name) && !emptyLabels.includes(name)) builder.set(name, value)
  return builder.labels()
}

function overridden(exposed: Labels, target: Labels): Labels {
  return merged(exposed.flat, target.flat) ?? renamed(exposed, target)
}

/** Two sorted lists without a common name as one; undefined when there is one. A first body has thousands of them. */
function merged(a: readonly string[], b: readonly string[]): Labels | undefined {
  const flat: string[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const order = i >= a.length ? 1 : j >= b.length ? -1 : compareText(a[i]!, b[j]!)
    if (order === 0) return undefined
    if (order < 0) flat.push(a[i++]!, a[i++]!)
    else flat.push(b[j++]!, b[j++]!)
  }
  return new Labels(flat)
}

function renamed(exposed: Labels, target: Labels): Labels {
  const builder = new LabelsBuilder(exposed)
  const conflicts: [string, string][] = []
  for (const [name, value] of target) {
    const before = exposed.get(name)
    if (before !== '') conflicts.push([name, before])
    builder.set(name, value)
  }
  conflicts.sort(([a], [b]) => a.length - b.length)
  for (const [name, value] of conflicts) {
    let exported = `exported_${name}`
    while (builder.get(exported) !== '') exported = `exported_${exported}`
    builder.set(exported, value)
  }
  return builder.labels()
}

function limitFault(labels: Labels, rules: LabelRules): string | undefined {
  const metric = firstCharacters(labels.get(METRIC_NAME))
  const countMax = rules.labelLimit === 0 ? LABELS_DEFAULT : rules.labelLimit
  if (labels.size > countMax) {
    return `label_limit exceeded (metric: ${metric}, number of labels: ${labels.size}, limit: ${countMax})`
  }
  const nameMax =
    rules.labelNameLengthLimit === 0 ? LABEL_NAME_BYTES_DEFAULT : rules.labelNameLengthLimit
  const valueMax =
    rules.labelValueLengthLimit === 0 ? LABEL_VALUE_BYTES_DEFAULT : rules.labelValueLengthLimit
  const { flat } = labels
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    const value = flat[i + 1]!
    const nameBytes = bytesOf(name, nameMax)
    if (nameBytes > nameMax) {
      return `label_name_length_limit exceeded (metric: ${metric}, label name: ${firstCharacters(name)}, length: ${nameBytes}, limit: ${nameMax})`
    }
    const valueBytes = bytesOf(value, valueMax)
    if (valueBytes > valueMax) {
      return `label_value_length_limit exceeded (metric: ${metric}, label name: ${firstCharacters(name)}, value: ${goQuote(firstCharacters(value))}, length: ${valueBytes}, limit: ${valueMax})`
    }
  }
  return undefined
}

/** Length in UTF-8; only counted when three bytes a code unit could pass the limit. */
function bytesOf(text: string, limit: number): number {
  return text.length * 3 <= limit ? text.length : Buffer.byteLength(text, 'utf8')
}

function firstCharacters(text: string): string {
  return text.length <= 50 ? text : Array.from(text.slice(0, 100)).slice(0, 50).join('')
}

function labelsText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${goQuote(firstCharacters(value))}`).join(', ')}}`
}
