// Shapes of the API's answers, as the reference documents them. Times in strings are RFC 3339, others seconds.

export type LabelSet = Readonly<Record<string, string>>

/** Seconds since 1970 and the value as text. */
export type SamplePair = readonly [number, string]

/** One bucket: boundary rule (0 open left, 1 open right, 2 open both, 3 closed both), left, right, count. */
type BucketTuple = readonly [number, string, string, string]

export interface HistogramValue {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly BucketTuple[]
}

export interface VectorSample {
  readonly metric: LabelSet
  readonly value?: SamplePair
  readonly histogram?: readonly [number, HistogramValue]
}

export interface MatrixSeries {
  readonly metric: LabelSet
  readonly values?: readonly SamplePair[]
  readonly histograms?: readonly (readonly [number, HistogramValue])[]
}

export type QueryData =
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: SamplePair }

export type Health = 'up' | 'down' | 'unknown'

export interface ActiveTarget {
  readonly discoveredLabels: LabelSet
  readonly labels: LabelSet
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly globalUrl: string
  readonly lastError: string
  readonly lastScrape: string
  readonly lastScrapeDuration: number
  readonly health: Health
  /** The first series over a limit; the reference does not say. */
  readonly lastErrorSeries?: string
  /** Ours: the target is cut off until then. */
  readonly quarantine?: { readonly reason: string; readonly until: string }
  readonly scrapeInterval?: string
  readonly scrapeTimeout?: string
}

interface DroppedTarget {
  readonly discoveredLabels: LabelSet
  /** Prometheus 2 does not say which. */
  readonly scrapePool?: string
  /** Which rule dropped it; the reference does not say. */
  readonly reason?: string
}

export interface TargetsData {
  readonly activeTargets: readonly ActiveTarget[]
  readonly droppedTargets: readonly DroppedTarget[]
  readonly droppedTargetCounts?: Readonly<Record<string, number>> | null
}

export interface NamedCount {
  readonly name: string
  readonly value: number
}

export interface TsdbData {
  readonly headStats: {
    readonly numSeries: number
    readonly numLabelPairs?: number
    readonly chunkCount: number
    readonly minTime: number
    readonly maxTime: number
  }
  readonly seriesCountByMetricName: readonly NamedCount[] | null
  readonly labelValueCountByLabelName: readonly NamedCount[] | null
  readonly memoryInBytesByLabelName: readonly NamedCount[] | null
  readonly seriesCountByLabelValuePair: readonly NamedCount[] | null
}

export type AlertState = 'firing' | 'pending' | 'inactive' | 'unknown'
export type RuleHealth = 'ok' | 'err' | 'unknown'

export interface ActiveAlert {
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly state: 'firing' | 'pending'
  readonly activeAt: string
  /** In Go's exponent form: `3.9e+00`. */
  readonly value: string
}

interface RuleBase {
  readonly name: string
  readonly query: string
  readonly labels?: LabelSet
  readonly health: RuleHealth
  readonly lastError?: string
  /** Seconds. */
  readonly evaluationTime: number
  readonly lastEvaluation: string
}

export interface AlertingRule extends RuleBase {
  readonly type: 'alerting'
  readonly state: AlertState
  /** How long the expression must hold before an alert fires, and how long it fires on after it, seconds. */
  readonly duration: number
  readonly keepFiringFor?: number
  readonly annotations: LabelSet
  readonly alerts: readonly ActiveAlert[]
}

export interface RecordingRule extends RuleBase {
  readonly type: 'recording'
}

export interface RuleGroup {
  readonly name: string
  readonly file: string
  readonly rules: readonly (AlertingRule | RecordingRule)[]
  /** Both in seconds. */
  readonly interval: number
  readonly evaluationTime: number
  readonly lastEvaluation: string
}

export interface RulesData {
  readonly groups: readonly RuleGroup[]
}

export interface AlertsData {
  readonly alerts: readonly ActiveAlert[]
}

export interface MetricMetadata {
  readonly type: string
  readonly unit: string
  readonly help: string
}

export type TextMap = Readonly<Record<string, string | number | boolean>>
