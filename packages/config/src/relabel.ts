import type { Labels } from '@pharos/model'

export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'hashmod'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase'
  | 'keepequal'
  | 'dropequal'

/** One relabelling rule, its regex compiled (RE2, anchored). */
export interface RelabelRule {
  readonly action: RelabelAction
  readonly sourceLabels: readonly string[]
  readonly separator: string
  /** As written. */
  readonly regex: string
  readonly targetLabel: string
  readonly replacement: string
  readonly modulus: number
  /** Compiled by `compileRelabelRule`: gives the rule's effect, or undefined when the labels are dropped. */
  apply(labels: Labels): Labels | undefined
}

/** Applies the rules in order; undefined when one of them drops the labels. */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): Labels | undefined {
  let current = labels
  for (const rule of rules) {
    const next = rule.apply(current)
    if (next === undefined) return undefined
    current = next
  }
  return current
}
