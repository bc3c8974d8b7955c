// What a relabelling rule is, as written and as compiled.

import type { Labels } from '@pharos/model'

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
] as const

export type RelabelAction = (typeof RELABEL_ACTIONS)[number]

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

/** A rule as it is written; what is missing has the reference's default. */
export interface RelabelInput {
  readonly action?: RelabelAction
  readonly sourceLabels?: readonly string[]
  readonly separator?: string
  /** Undefined is `(.*)`, and different from writing `(.*)` where a regex is not wanted. */
  readonly regex?: string | undefined
  readonly targetLabel?: string
  readonly replacement?: string
  readonly modulus?: number
}
