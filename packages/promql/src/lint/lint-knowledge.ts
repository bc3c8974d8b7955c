// What the linter is told of the data. It asks nothing itself: the caller gathers, the rules judge.

import type { MetricType } from '@pharos/model'
import type { Expr, Pos } from '../ast.ts'

/** What is known of one metric name. */
export interface MetricKnowledge {
  /** Of its family, as `# TYPE` said; undefined when nobody said. */
  readonly type: MetricType | undefined
  /** Values by label name, the name's own label left out. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
  /** Not all series were looked at, so a label or value may be missing above. */
  readonly isPartial: boolean
  /** Typical ms between two samples; undefined when unknown. */
  readonly intervalMs: number | undefined
}

export interface LintKnowledge {
  /** By metric name: every name of the expression that has series. */
  readonly metrics: ReadonlyMap<string, MetricKnowledge>
  /** All names there are; undefined when they are not known, and then no metric is called unknown. */
  readonly names: readonly string[] | undefined
}

/** Nothing known: only what the text alone shows is found. */
export const NO_KNOWLEDGE: LintKnowledge = { metrics: new Map(), names: undefined }

export type LintCode =
  | 'average-of-quantiles'
  | 'bucket-sum-without-le'
  | 'comparison-with-nan'
  | 'contradiction'
  | 'counter-without-rate'
  | 'grouping-never-matches'
  | 'label-never-matches'
  | 'labels-never-meet'
  | 'match-everything'
  | 'not-a-counter'
  | 'not-a-gauge'
  | 'not-a-histogram'
  | 'quantile-out-of-range'
  | 'quantile-without-le'
  | 'range-too-short'
  | 'rate-of-rate'
  | 'sum-before-rate'
  | 'unknown-metric'

export interface LintFinding {
  readonly code: LintCode
  /** One sentence: what is wrong, and what to write instead. */
  readonly message: string
  /** UTF-8 bytes of the query. */
  readonly position: Pos
}

/** A node with what encloses it, outermost first. */
export interface LintNode<T extends Expr = Expr> {
  readonly expr: T
  readonly path: readonly Expr[]
}

export type Report = (code: LintCode, position: Pos, message: string) => void
