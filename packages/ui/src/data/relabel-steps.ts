// What each relabelling rule did to a target: the server gives the labels after each rule, this gives the difference.
import type { LabelSet } from './api-types.ts'

interface RelabelRuleData {
  readonly source_labels?: readonly string[]
  readonly separator?: string
  readonly regex?: string
  readonly modulus?: number
  readonly target_label?: string
  readonly replacement?: string
  readonly action: string
}

export interface RelabelStepsData {
  readonly steps: readonly {
    readonly rule: RelabelRuleData
    readonly output: LabelSet
    readonly keep: boolean
  }[]
}

export interface LabelChange {
  readonly name: string
  /** Undefined for a label that was not there. */
  readonly before: string | undefined
  /** Undefined for one that is gone. */
  readonly after: string | undefined
}

export interface RelabelStep {
  readonly rule: RelabelRuleData
  /** `skipped`: the target was dropped before. */
  readonly outcome: 'changed' | 'nothing' | 'dropped' | 'skipped'
  readonly changes: readonly LabelChange[]
}

export function relabelSteps(discovered: LabelSet, data: RelabelStepsData): readonly RelabelStep[] {
  let before = discovered
  let isKept = true
  return data.steps.map(({ rule, output, keep }) => {
    if (!isKept) return { rule, outcome: 'skipped', changes: [] }
    isKept = keep
    if (!keep) return { rule, outcome: 'dropped', changes: [] }
    const changes = changesBetween(before, output)
    before = output
    return { rule, outcome: changes.length === 0 ? 'nothing' : 'changed', changes }
  })
}

function changesBetween(before: LabelSet, after: LabelSet): LabelChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => before[name] !== after[name])
    .sort()
    .map((name) => ({ name, before: before[name], after: after[name] }))
}

const FULL_MATCH = '(.*)'

/** A rule in one line, as its author thinks of it; what has its default is left out. */
export function ruleText(rule: RelabelRuleData): string {
  const { source_labels: sources = [], regex = FULL_MATCH, target_label: target = '' } = rule
  const parts = [rule.action]
  if (sources.length > 0) {
    const { separator = ';' } = rule
    parts.push(`[${sources.join(', ')}]${separator === ';' ? '' : ` "${separator}"`}`)
  }
  if (regex !== FULL_MATCH) parts.push(`=~ ${regex}`)
  if (rule.modulus !== undefined) parts.push(`mod ${rule.modulus}`)
  if (target !== '') parts.push(`→ ${target}`)
  const { replacement = '$1' } = rule
  if (rule.action === 'replace' && replacement !== '$1') parts.push(`= ${replacement}`)
  if (rule.action === 'labelmap') parts.push(`→ ${replacement}`)
  return parts.join(' ')
}
