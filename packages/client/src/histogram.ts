import { checkedBuckets, DEFAULT_BUCKETS } from './buckets.ts'
import { checkedExemplar, type ExemplarLabels } from './exemplars.ts'
import type { LineKind } from './family-text.ts'
import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions, SeriesHandle } from './metric.ts'
import {
  NativeCounts,
  type NativeHistogramOptions,
  nativeSettings,
  type NativeSettings,
} from './native-counts.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, HistogramSnapshot, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'
import { startTimer } from './timer.ts'

export interface HistogramOptions<L extends string = string>
  extends MetricOptions<L, Histogram<L>>, NativeHistogramOptions {
  /**
   * Upper bounds, ascending; +Inf is always there. Default: seconds of an ordinary web service, or none when there
   * are native buckets.
   */
  readonly buckets?: readonly number[]
}

/** One series of a histogram, looked up once. */
export interface HistogramSeries {
  observe(value: number, exemplar?: ExemplarLabels): void
  /** The function that is returned observes and returns the seconds since now. */
  startTimer(): () => number
}

/**
 * Counts observations in classic buckets, native buckets or both. Cells of a series: one for each classic bound,
 * one for +Inf, the sum.
 */
export class Histogram<L extends string = string> implements Collector {
  readonly type = 'histogram'
  readonly sampleNames: readonly string[]
  readonly #family: Family<L>
  readonly #bounds: Float64Array
  readonly #collect: ((metric: Histogram<L>) => void | Promise<void>) | undefined
  /** The lines of one series, filled anew for each. */
  readonly #values: Float64Array
  readonly #native: NativeSettings | undefined
  /** By slot. */
  readonly #natives: (NativeCounts | undefined)[] = []
  readonly #now: () => number

  constructor(options: HistogramOptions<L>) {
    this.#now = options.now ?? Date.now
    this.#native = nativeSettings(options, this.#now)
    const given = options.buckets ?? []
    const isClassic = given.length > 0 || this.#native === undefined
    this.#bounds = checkedBuckets(isClassic && given.length === 0 ? DEFAULT_BUCKETS : given)
    const lines: LineKind[] = [...this.#bounds, Infinity].map((bound) => ({
      suffix: '_bucket',
      label: ['le', bound],
    }))
    lines.push({ suffix: '_sum' }, { suffix: '_count' })
    this.#family = new Family(options, {
      type: 'histogram',
      lines,
      stride: this.#bounds.length + 2,
      exemplarLines: this.#bounds.length + 1,
      fill: (slot, row) => this.#fill(slot, row),
      onFree: (slot) => (this.#natives[slot] = undefined),
    })
    this.#values = new Float64Array(lines.length)
    this.sampleNames = ['_bucket', '_sum', '_count'].map((suffix) => this.name + suffix)
    this.#collect = options.collect
    for (const registry of options.registers ?? []) registry.register(this)
  }

  get name(): string {
    return this.#family.description.name
  }

  get help(): string {
    return this.#family.description.help
  }

  get unit(): string | undefined {
    return this.#family.description.unit
  }

  get aggregator(): Aggregation | undefined {
    return this.#family.description.aggregator
  }

  get labelNames(): readonly string[] {
    return this.#family.table.labelNames
  }

  get dropped(): number {
    return this.#family.table.dropped
  }

  /**
   * `observe(0.2)` or `observe({ method: 'GET' }, 0.2)`. An exemplar is shown with its bucket to those who ask
   * for OpenMetrics.
   * @throws RangeError when the exemplar's labels are too long
   */
  observe(labels: LabelValues<L> | number, value = 0, exemplar?: ExemplarLabels): void {
    const { table } = this.#family
    if (typeof labels === 'number') this.#observeAt(table.place(undefined), labels, undefined)
    else this.#observeAt(table.place(labels), value, exemplar)
  }

  /** The function that is returned observes and returns the seconds since now; it may add labels. */
  startTimer(labels?: LabelValues<L>): (more?: LabelValues<L>) => number {
    return startTimer((seconds, more) =>
      this.observe({ ...labels, ...more } as LabelValues<L>, seconds),
    )
  }

  /** A series to keep, for hot paths. */
  labels(labels: LabelValues<L>): HistogramSeries {
    const handle = new SeriesHandle(this.#family.table, labels)
    const observe = (value: number, exemplar?: ExemplarLabels): void =>
      this.#observeAt(handle.place, value, exemplar)
    return { observe, startTimer: () => startTimer((seconds) => observe(seconds)) }
  }

  /** Makes series appear with zeros before they are first observed. */
  zero(labels: LabelValues<L>): void {
    this.#family.table.place(labels)
  }

  /** Takes a series away; true when it was there. */
  remove(labels?: LabelValues<L>): boolean {
    return this.#family.table.remove(labels)
  }

  reset(): void {
    this.#family.clear()
  }

  collect(): void | Promise<void> {
    return this.#collect?.(this)
  }

  write(out: PageWriter, format: TextFormat): Iterable<undefined> {
    return this.#family.write(out, format)
  }

  series(): Iterable<SeriesSnapshot> {
    return this.#family.series((slot) => ({ histogram: this.#histogramOf(slot) }))
  }

  /** Running counts of the buckets, sum, count. */
  #fill(slot: number, row: Float64Array): void {
    const { table } = this.#family
    if (this.#natives[slot]?.isDue === true) this.#startAgain(slot)
    const place = slot * table.stride
    const buckets = this.#bounds.length + 1
    let count = 0
    for (let i = 0; i < buckets; i++) {
      count += table.cells[place + i]!
      row[i] = count
    }
    row[buckets] = table.cells[place + buckets]!
    row[buckets + 1] = count
  }

  #histogramOf(slot: number): HistogramSnapshot {
    const { table } = this.#family
    const values = this.#values
    this.#fill(slot, values)
    const last = this.#bounds.length
    const buckets = [...this.#bounds, Infinity].map((upperBound, i) => ({
      upperBound,
      count: values[i]!,
      exemplar: this.#family.exemplarAt(slot * table.stride + i),
    }))
    return {
      count: values[last + 2]!,
      sum: values[last + 1]!,
      // The reference leaves the last one out as long as it says nothing more than the count.
      buckets: buckets.filter((one, i) => i < last || one.exemplar !== undefined),
      native: this.#native && this.#nativeAt(slot, this.#native).snapshot(),
    }
  }

  #observeAt(place: number, value: number, labels: ExemplarLabels | undefined): void {
    const { table } = this.#family
    const settings = this.#native
    const exemplar = labels && checkedExemplar(labels, value, this.#now())
    if (settings !== undefined) {
      const slot = place / table.stride
      const native = this.#natives[slot] ?? this.#nativeAt(slot, settings)
      if (native.isDue) this.#startAgain(slot)
      if (native.observe(value) && native.reduce()) {
        this.#startAgain(slot)
        native.observe(value)
      }
      if (exemplar !== undefined && value === value) native.exemplars.add(exemplar)
    }
    const { cells } = table
    const bucket = place + this.#bucketOf(value)
    cells[bucket]! += 1
    cells[place + this.#bounds.length + 1]! += value
    if (exemplar !== undefined) this.#family.exemplify(bucket, exemplar)
  }

  #nativeAt(slot: number, settings: NativeSettings): NativeCounts {
    return (this.#natives[slot] ??= new NativeCounts(settings, this.#family.table.createdMs[slot]!))
  }

  /** The native buckets became too many, or their resolution is to be restored: classic ones go with them. */
  #startAgain(slot: number): void {
    const { table } = this.#family
    this.#natives[slot]!.startAgain()
    table.cells.fill(0, slot * table.stride, (slot + 1) * table.stride)
    table.createdMs[slot] = this.#natives[slot]!.sinceMs
  }

  /** The first bound at or above the value; NaN is in no bucket but the last. */
  #bucketOf(value: number): number {
    const bounds = this.#bounds
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (bounds[middle]! >= value) high = middle
      else low = middle + 1
    }
    return low
  }
}
