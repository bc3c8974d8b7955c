// One variable of a dashboard: its definition, what can be chosen, and what is.
import type { VariableModel } from '../dashboard.ts'
import type { PrometheusData } from '../prometheus-answer.ts'
import type { TimeRange } from '../time/time-range.ts'

/** What stands for everything in `current.value`. */
export const ALL_VALUE = '$__all'
export const ALL_TEXT = 'All'

export interface VariableOption {
  readonly text: string
  readonly value: string
}

/** What is chosen; lists for variables that take several. */
export interface VariableValue {
  readonly text: string | readonly string[]
  readonly value: string | readonly string[]
}

/** One condition of an adhoc variable, to be laid over every query. */
export interface AdhocFilter {
  readonly key: string
  /** `=`, `!=`, `=~`, `!~`. */
  readonly operator: string
  readonly value: string
}

export interface Variable {
  readonly model: VariableModel
  readonly name: string
  readonly label: string
  readonly options: readonly VariableOption[]
  readonly current: VariableValue
  readonly filters: readonly AdhocFilter[]
  /** Why its options could not be loaded. */
  readonly problem?: string
}

export interface DataSourceInfo {
  readonly uid: string
  readonly name: string
  /** `prometheus` is drawn; others show a notice. */
  readonly type: string
  readonly isDefault: boolean
}

/** Where options come from: the API of the data source that the variable names. */
export interface VariableSource {
  labelNames(matchers: readonly string[], range: TimeRange): Promise<readonly string[]>
  labelValues(
    label: string,
    matchers: readonly string[],
    range: TimeRange,
  ): Promise<readonly string[]>
  /** An instant query at the end of the range. */
  query(expr: string, range: TimeRange): Promise<PrometheusData>
  series(matcher: string, range: TimeRange): Promise<readonly Readonly<Record<string, string>>[]>
}

export function isAll({ value }: VariableValue): boolean {
  return value === ALL_VALUE || (Array.isArray(value) && value[0] === ALL_VALUE)
}

export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
