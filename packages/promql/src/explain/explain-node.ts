import type { Pos } from '../ast.ts'
import type { SelectHints } from '../queryable.ts'

/** One operator of a query that was run and measured. */
export interface ExplainNode {
  /** `aggregation`, `binary`, `call`, `number`, `rangeSelector`, `selector`, `stepInvariant`, `string`, `subquery`, `unary`. */
  readonly type: string
  /** The operator's or function's name, or what is selected. */
  readonly name: string
  /** Where it stands in the query, UTF-8 bytes. */
  readonly position: Pos
  /** Series it made; for selectors those that the store found. */
  readonly series: number
  /** Samples its selectors looked at, those of its operands included. */
  readonly samples: number
  /** Points it made. */
  readonly points: number
  /** ms with its operands, and alone. */
  readonly totalMs: number
  readonly selfMs: number
  /** Times it was evaluated. */
  readonly evaluations: number
  /** Different values of each label of its series. */
  readonly labels: Readonly<Record<string, number>>
  /** What was asked of the store; selectors and info() only. */
  readonly read: ExplainRead | undefined
  readonly children: readonly ExplainNode[]
}

/** One select. */
export interface ExplainRead {
  readonly matchers: readonly string[]
  readonly hints: SelectHints
  /** Histograms are read without their buckets. */
  readonly statisticsOnly: boolean
}
