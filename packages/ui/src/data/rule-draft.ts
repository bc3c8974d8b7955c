// A rule while it is written: from a rule in force or an expression, to the API and to the YAML of its file.
import type { AlertingRule, LabelSet, RuleGroup } from './api-types.ts'
import { formatSpan } from './time.ts'

export interface RuleDraft {
  readonly name: string
  readonly expr: string
  readonly wait: string
  readonly keepFiring: string
  readonly severity: string
  /** `name=value` a line. */
  readonly labels: string
  readonly summary: string
  readonly description: string
  readonly namespace: string
  readonly group: string
}

export const NEW_RULE: RuleDraft = {
  name: '',
  expr: '',
  wait: '5m',
  keepFiring: '',
  severity: 'warning',
  labels: '',
  summary: '',
  description: '',
  namespace: 'ui',
  group: 'alerts',
}

/** The keys of a rule file. */
interface RuleFields {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels?: LabelSet
  readonly annotations?: LabelSet
}

export function fieldsOf(draft: RuleDraft): RuleFields {
  const labels = {
    ...(draft.severity === '' ? {} : { severity: draft.severity }),
    ...labelsOf(draft.labels),
  }
  const annotations = {
    ...(draft.summary === '' ? {} : { summary: draft.summary }),
    ...(draft.description === '' ? {} : { description: draft.description }),
  }
  return {
    alert: draft.name,
    expr: draft.expr,
    ...(isZero(draft.wait) ? {} : { for: draft.wait }),
    ...(isZero(draft.keepFiring) ? {} : { keep_firing_for: draft.keepFiring }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
}

function isZero(duration: string): boolean {
  return duration.trim() === '' || /^0[a-z]*$/.test(duration.trim())
}

/** Lines without `=` are left out. */
export function labelsOf(text: string): LabelSet {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0)
      labels[line.slice(0, at).trim()] = line
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return labels
}

export function draftOfRule(rule: AlertingRule, namespace: string, group: string): RuleDraft {
  const { severity = '', ...labels } = rule.labels ?? {}
  const { summary = '', description = '' } = rule.annotations
  return {
    name: rule.name,
    expr: rule.query,
    wait: spanText(rule.duration),
    keepFiring: spanText(rule.keepFiringFor ?? 0),
    severity,
    labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    summary,
    description,
    namespace,
    group,
  }
}

function spanText(seconds: number): string {
  return seconds === 0 ? '' : formatSpan(seconds).replaceAll(' ', '')
}

/** The namespace of a file below the directory of rules that the API may write; undefined for any other file. */
export function namespaceOf(file: string, directory: string): string | undefined {
  if (directory === '' || !file.startsWith(`${directory}/`) || !file.endsWith('.yml'))
    return undefined
  return file.slice(directory.length + 1, -4)
}

/**
 * The group as YAML, the draft in the place of the rule called `before`, or at its end.
 * @param known  the group as it is in force; undefined: new
 */
export function groupYaml(known: RuleGroup | undefined, draft: RuleDraft, before: string): string {
  const lines = [`name: ${JSON.stringify(draft.group)}`]
  if (known !== undefined) lines.push(`interval: ${spanText(known.interval) || '1m'}`)
  lines.push('rules:')
  let isPlaced = false
  for (const rule of known?.rules ?? []) {
    const isIt = !isPlaced && rule.type === 'alerting' && rule.name === before
    if (isIt) isPlaced = true
    lines.push(...ruleLines(isIt ? fieldsOf(draft) : fieldsOfRule(rule)))
  }
  if (!isPlaced) lines.push(...ruleLines(fieldsOf(draft)))
  return `${lines.join('\n')}\n`
}

type AnyFields = Readonly<Record<string, string | LabelSet>>

function fieldsOfRule(rule: RuleGroup['rules'][number]): AnyFields {
  const labels = rule.labels ?? {}
  const some = (name: string, set: LabelSet): AnyFields =>
    Object.keys(set).length === 0 ? {} : { [name]: set }
  if (rule.type === 'recording')
    return { record: rule.name, expr: rule.query, ...some('labels', labels) }
  return {
    alert: rule.name,
    expr: rule.query,
    ...(rule.duration === 0 ? {} : { for: spanText(rule.duration) }),
    ...((rule.keepFiringFor ?? 0) === 0
      ? {}
      : { keep_firing_for: spanText(rule.keepFiringFor ?? 0) }),
    ...some('labels', labels),
    ...some('annotations', rule.annotations),
  }
}

function ruleLines(fields: object): string[] {
  return Object.entries(fields as AnyFields).flatMap(([key, value], index) => {
    const start = `${index === 0 ? '  - ' : '    '}${key}:`
    if (typeof value === 'string') return [`${start} ${scalar(value)}`]
    return [
      start,
      ...Object.entries(value).map(([name, text]) => `      ${scalar(name)}: ${scalar(text)}`),
    ]
  })
}

/** Plain where YAML cannot misread it, otherwise in double quotes, which JSON's are too. */
function scalar(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text)
}

interface Threshold {
  /** What is compared. */
  readonly expr: string
  readonly value: number
}

/** The last comparison with a number of an expression, for the line in its graph. */
export function thresholdOf(expr: string): Threshold | undefined {
  const match = /^([\s\S]+?)\s*(?:[<>]=?|[!=]=)\s*(-?[0-9][0-9_.]*(?:e[+-]?[0-9]+)?)\s*$/i.exec(
    expr.trim(),
  )
  if (match === null) return undefined
  const [, left = '', number = ''] = match
  return { expr: left, value: Number(number.replaceAll('_', '')) }
}

/** What `/api/v1/rules/test` and `/backtest` answer. */
export interface TrialData {
  readonly alerts: readonly {
    readonly labels: LabelSet
    readonly annotations: LabelSet
    readonly state: 'pending' | 'firing'
    readonly value: string
  }[]
  readonly problems: readonly string[]
}

export interface BacktestData {
  readonly start: string
  readonly end: string
  readonly steps: number
  readonly step: number
  readonly episodes: readonly {
    readonly labels: LabelSet
    readonly activeAt: string
    readonly firedAt: string | null
    readonly endedAt: string | null
    readonly valueMin: string
    readonly valueMax: string
  }[]
  readonly messages: readonly {
    readonly at: string
    readonly receiver: string
    readonly group: LabelSet
    readonly firing: number
    readonly resolved: number
    readonly reason: 'first' | 'news' | 'repeat' | 'resolved'
  }[]
}
