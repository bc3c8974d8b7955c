// prom-client's Histogram and Summary.
import { Histogram as CoreHistogram } from '../histogram.ts'
import { Summary as CoreSummary } from '../summary.ts'
import { snapshotOf } from '../snapshot.ts'
import { startTimer } from '../timer.ts'
import {
  checkedConfiguration,
  checkLabels,
  labelsFrom,
  type LabelValues,
  type MetricConfiguration,
  registerIn,
  shown,
} from './configuration.ts'
import { type Aggregator, type MetricLike, type MetricObject, valuesOf } from './values.ts'

export interface HistogramConfiguration<T extends string> extends MetricConfiguration<
  T,
  Histogram<T>
> {
  buckets?: readonly number[]
}

export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T, Summary<T>> {
  percentiles?: readonly number[]
  maxAgeSeconds?: number
  ageBuckets?: number
  pruneAgedBuckets?: boolean
  /** Taken and not needed: quantiles here are never compressed late. */
  compressCount?: number
}

export interface ObserveDataWithExemplar<T extends string> {
  value: number
  labels?: LabelValues<T>
  exemplarLabels?: Record<string, string>
}

interface ObserverInternal<T extends string> {
  observe(value: number): void
  startTimer(): (labels?: LabelValues<T>) => number
}

type EndTimer<T extends string> = (
  labels?: LabelValues<T>,
  exemplarLabels?: Record<string, string>,
) => number

const DEFAULT_PERCENTILES: readonly number[] = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999]
/** Allowed error of a percentile's rank; prom-client declares none. */
const RANK_ERROR = 0.001

export class Histogram<T extends string = string> implements MetricLike {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly aggregator: Aggregator
  readonly labelNames: readonly string[]
  collect: (() => void | Promise<void>) | undefined
  readonly #core: CoreHistogram
  readonly #hasExemplars: boolean

  constructor(config: HistogramConfiguration<T>) {
    const { name, help, labelNames, aggregator, hasExemplars } = checkedConfiguration(config)
    if (labelNames.includes('le')) throw new Error('le is a reserved label keyword')
    this.name = name
    this.help = help
    this.aggregator = aggregator
    this.labelNames = labelNames
    this.collect = config.collect
    this.#hasExemplars = hasExemplars
    const { buckets } = config
    this.#core = new CoreHistogram({
      name,
      help,
      labelNames,
      seriesOrder: 'creation',
      ...(buckets !== undefined && { buckets }),
    })
    registerIn(this, config.registers, hasExemplars)
  }

  observe(value: number): void
  observe(labels: LabelValues<T>, value: number): void
  observe(data: ObserveDataWithExemplar<T>): void
  observe(first: LabelValues<T> | ObserveDataWithExemplar<T> | number, second?: number): void {
    if (this.#hasExemplars) {
      const { labels = {}, value, exemplarLabels } = first as ObserveDataWithExemplar<T>
      this.#observe(labels, value, exemplarLabels)
    } else {
      this.#observe(...apart(first, second))
    }
  }

  startTimer(labels?: LabelValues<T>, exemplarLabels?: Record<string, string>): EndTimer<T> {
    const start = performance.now()
    return (more, moreExemplar) => {
      const seconds = (performance.now() - start) / 1000
      const exemplar = { ...exemplarLabels, ...moreExemplar }
      const hasExemplar = this.#hasExemplars && Object.keys(exemplar).length > 0
      this.#observe({ ...labels, ...more }, seconds, hasExemplar ? exemplar : undefined)
      return seconds
    }
  }

  labels(...values: (string | number)[]): ObserverInternal<T>
  labels(labels: LabelValues<T>): ObserverInternal<T>
  labels(...args: unknown[]): ObserverInternal<T> {
    const labels = labelsFrom(this.labelNames, args) as LabelValues<T>
    checkLabels(this.labelNames, labels)
    return {
      observe: (value) => this.#observe(labels, value),
      startTimer: () => this.startTimer(labels),
    }
  }

  /** Makes a series appear with zeros. */
  zero(labels: LabelValues<T>): void {
    checkLabels(this.labelNames, labels)
    this.#core.remove(labels)
    this.#core.zero(labels)
  }

  async get(): Promise<MetricObject> {
    await this.collect?.()
    const { help, name, type, aggregator } = this
    return {
      help,
      name,
      type,
      values: valuesOf(name, this.#core.series(), this.labelNames),
      aggregator,
    }
  }

  remove(...values: (string | number)[]): void
  remove(labels: LabelValues<T>): void
  remove(...args: unknown[]): void {
    const labels = labelsFrom(this.labelNames, args)
    checkLabels(this.labelNames, labels)
    this.#core.remove(labels)
  }

  reset(): void {
    this.#core.reset()
  }

  #observe(labels: object, value: unknown, exemplar?: Record<string, string>): void {
    checkObservation(value)
    checkLabels(this.labelNames, labels)
    this.#core.observe(labels, value, exemplar)
  }
}

export class Summary<T extends string = string> implements MetricLike {
  readonly type = 'summary'
  readonly name: string
  readonly help: string
  readonly aggregator: Aggregator
  readonly labelNames: readonly string[]
  collect: (() => void | Promise<void>) | undefined
  readonly #core: CoreSummary
  readonly #isPruned: boolean

  constructor(config: SummaryConfiguration<T>) {
    const { name, help, labelNames, aggregator, hasExemplars } = checkedConfiguration(config)
    if (labelNames.includes('quantile')) throw new Error('quantile is a reserved label keyword')
    this.name = name
    this.help = help
    this.aggregator = aggregator
    this.labelNames = labelNames
    this.collect = config.collect
    this.#isPruned = config.pruneAgedBuckets ?? false
    const { maxAgeSeconds, ageBuckets } = config
    const isSliding = Boolean(maxAgeSeconds) && Boolean(ageBuckets)
    this.#core = new CoreSummary({
      name,
      help,
      labelNames,
      seriesOrder: 'creation',
      objectives: Object.fromEntries(
        (config.percentiles ?? DEFAULT_PERCENTILES).map((one) => [one, RANK_ERROR]),
      ),
      maxAgeSeconds: isSliding ? maxAgeSeconds! : Infinity,
      ageBuckets: isSliding ? ageBuckets! : 1,
    })
    registerIn(this, config.registers, hasExemplars)
  }

  observe(value: number): void
  observe(labels: LabelValues<T>, value: number): void
  observe(first: LabelValues<T> | number, second?: number): void {
    this.#observe(...apart(first, second))
  }

  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    return startTimer((seconds, more) => this.#observe({ ...labels, ...more }, seconds))
  }

  labels(...values: (string | number)[]): ObserverInternal<T>
  labels(labels: LabelValues<T>): ObserverInternal<T>
  labels(...args: unknown[]): ObserverInternal<T> {
    const labels = labelsFrom(this.labelNames, args) as LabelValues<T>
    checkLabels(this.labelNames, labels)
    return {
      observe: (value) => this.#observe(labels, value),
      startTimer: () => this.startTimer(labels),
    }
  }

  async get(): Promise<MetricObject> {
    await this.collect?.()
    const { help, name, type, aggregator } = this
    const { series } = snapshotOf(this.#core)
    const kept = this.#isPruned ? series.filter(({ summary }) => !isEmpty(summary)) : series
    return { help, name, type, values: valuesOf(name, kept, this.labelNames), aggregator }
  }

  remove(...values: (string | number)[]): void
  remove(labels: LabelValues<T>): void
  remove(...args: unknown[]): void {
    const labels = labelsFrom(this.labelNames, args)
    checkLabels(this.labelNames, labels)
    this.#core.remove(labels)
  }

  /** Back to zero; the series stay. */
  reset(): void {
    const { series } = snapshotOf(this.#core)
    this.#core.reset()
    for (const { labels } of series) this.#core.labels(Object.fromEntries(labels))
  }

  #observe(labels: object, value: unknown): void {
    checkObservation(value)
    checkLabels(this.labelNames, labels)
    this.#core.observe(labels, value)
  }
}

/** Labels and value; what is neither labels nor a number counts as no labels at all. */
function apart(first: unknown, second: unknown): [labels: object, value: unknown] {
  if (typeof first === 'object' && first !== null) return [first, second]
  return first === 0 || first ? [{}, first] : [{}, second]
}

/** Whether the window of a summary holds nothing. */
function isEmpty(summary: { quantiles: readonly { value: number }[] } | undefined): boolean {
  return summary?.quantiles.every(({ value }) => Number.isNaN(value)) ?? true
}

function checkObservation(value: unknown): asserts value is number {
  if (!Number.isFinite(value)) throw new TypeError(`Value is not a valid number: ${shown(value)}`)
}
