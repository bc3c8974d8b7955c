// Shapes of the API's answers, as the reference documents them. Times in strings are RFC 3339, others seconds.

export type LabelSet = Readonly<Record<string, string>>

/** Seconds since 1970 and the value as text. */
export type SamplePair = readonly [number, string]

/** One bucket: boundary rule (0 open left, 1 open right, 2 open both, 3 closed both), left, right, count. */
export type BucketTuple = readonly [number, string, string, string]

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
  readonly scrapeInterval?: string
  readonly scrapeTimeout?: string
}

export interface DroppedTarget {
  readonly discoveredLabels: LabelSet
  readonly scrapePool?: string
}

export interface TargetsData {
  readonly activeTargets: readonly ActiveTarget[]
  readonly droppedTargets: readonly DroppedTarget[]
  readonly droppedTargetCounts?: Readonly<Record<string, number>>
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

export type TextMap = Readonly<Record<string, string | number | boolean>>
