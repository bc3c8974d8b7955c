// What both kinds of rules are to their group.

import { Labels, type NativeHistogram } from '@pharos/model'
import type { QueryAnswer } from '@pharos/promql'
import { UserError } from '@pharos/base'
import type { TemplateContext } from './alert-template.ts'

export interface RuleSample {
  readonly labels: Labels
  readonly value: number
  readonly histogram: NativeHistogram | undefined
}

/** Runs an expression at a time, ms since 1970. */
export type RuleQuery = (expr: string, timeMs: number) => Promise<QueryAnswer>

export interface EvaluationContext extends TemplateContext {
  /** The time of the iteration, ms since 1970: the time of what is written. */
  readonly timeMs: number
  /** How far before that the expression looks. */
  readonly queryOffsetMs: number
  readonly run: RuleQuery
  /** Most series or alerts; 0: any number. */
  readonly limit: number
  readonly onTemplateError: (rule: string, error: unknown) => void
}

export type RuleHealth = 'unknown' | 'ok' | 'err'

/** How the last evaluation went. */
export class RuleOutcome {
  health: RuleHealth = 'unknown'
  lastError = ''
  /** ms since 1970; undefined before the first one. */
  evaluatedMs: number | undefined = undefined
  durationMs = 0
}

/** The series of an answer; a scalar is one without labels. @source rules.EngineQueryFunc */
export function samplesOf({ result }: QueryAnswer): readonly RuleSample[] {
  if (result.type === 'vector') return result.series
  if (result.type === 'scalar')
    return [{ labels: Labels.EMPTY, value: result.value, histogram: undefined }]
  throw new UserError('rules/type', 'rule result is not a vector or scalar')
}

export function limitError(limit: number, count: number, what: 'series' | 'alerts'): UserError {
  return new UserError('rules/limit', `exceeded limit of ${limit} with ${count} ${what}`)
}
