import type { LineKind } from './family-text.ts'
import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions, SeriesHandle } from './metric.ts'
import { SlidingQuantiles } from './sliding-quantiles.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'
import { startTimer } from './timer.ts'

export interface SummaryOptions<L extends string = string> extends MetricOptions<L, Summary<L>> {
  /** Quantiles with the error that their rank may have: `{ 0.5: 0.05, 0.99: 0.001 }`. Default: none. */
  readonly objectives?: Readonly<Record<number, number>>
  /** How long an observation counts for quantiles. Default 600. */
  readonly maxAgeSeconds?: number
  /** In how many steps old observations leave. Default 5. */
  readonly ageBuckets?: number
}

/** One series of a summary, looked up once. */
export interface SummarySeries {
  observe(value: number): void
  startTimer(): () => number
}

/** Sum, count, and quantiles over a sliding window. Cells of a series: sum, count. */
export class Summary<L extends string = string> implements Collector {
  readonly type = 'summary'
  readonly sampleNames: readonly string[]
  readonly #family: Family<L>
  readonly #quantiles: readonly number[]
  readonly #make: () => SlidingQuantiles
  readonly #windows: (SlidingQuantiles | undefined)[] = []
  readonly #collect: ((metric: Summary<L>) => void | Promise<void>) | undefined

  constructor(options: SummaryOptions<L>) {
    const targets = Object.entries(options.objectives ?? {})
      .map(([quantile, error]) => ({ quantile: Number(quantile), error }))
      .sort((a, b) => a.quantile - b.quantile)
    for (const { quantile, error } of targets) {
      if (!(quantile > 0 && quantile < 1 && error > 0 && error < 1)) {
        throw new RangeError(
          `${options.name}: objective ${quantile}: ${error} is not between 0 and 1`,
        )
      }
    }
    const maxAgeMs = 1000 * (options.maxAgeSeconds ?? 600)
    const ageBuckets = options.ageBuckets ?? 5
    if (!(maxAgeMs > 0) || !(ageBuckets >= 1)) {
      throw new RangeError(`${options.name}: maxAgeSeconds and ageBuckets must be positive`)
    }
    const lines: LineKind[] = targets.map(({ quantile }) => ({
      suffix: '',
      label: ['quantile', quantile],
    }))
    lines.push({ suffix: '_sum' }, { suffix: '_count' })
    this.#quantiles = targets.map((one) => one.quantile)
    this.#family = new Family(options, {
      type: 'summary',
      lines,
      stride: 2,
      fill: (slot, row) => this.#fill(slot, row),
      onFree: (slot) => (this.#windows[slot] = undefined),
    })
    this.#make = () =>
      new SlidingQuantiles({ targets, maxAgeMs, ageBuckets, now: options.now ?? Date.now })
    this.sampleNames = ['_sum', '_count'].map((suffix) => this.name + suffix)
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

  /** `observe(0.2)` or `observe({ method: 'GET' }, 0.2)`. */
  observe(labels: LabelValues<L> | number, value = 0): void {
    if (typeof labels === 'number') this.#observeAt(this.#family.table.place(undefined), labels)
    else this.#observeAt(this.#family.table.place(labels), value)
  }

  /** The function that is returned observes and returns the seconds since now; it may add labels. */
  startTimer(labels?: LabelValues<L>): (more?: LabelValues<L>) => number {
    return startTimer((seconds, more) =>
      this.observe({ ...labels, ...more } as LabelValues<L>, seconds),
    )
  }

  /** A series to keep, for hot paths. */
  labels(labels: LabelValues<L>): SummarySeries {
    const handle = new SeriesHandle(this.#family.table, labels)
    const observe = (value: number): void => this.#observeAt(handle.place, value)
    return { observe, startTimer: () => startTimer(observe) }
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
    const { table } = this.#family
    return this.#family.series((slot) => ({
      summary: {
        sum: table.cells[slot * 2]!,
        count: table.cells[slot * 2 + 1]!,
        quantiles: this.#quantiles.map((quantile) => ({
          quantile,
          value: this.#windows[slot]?.query(quantile) ?? NaN,
        })),
      },
    }))
  }

  #fill(slot: number, row: Float64Array): void {
    const { cells } = this.#family.table
    const quantiles = this.#quantiles
    for (let i = 0; i < quantiles.length; i++) {
      row[i] = this.#windows[slot]?.query(quantiles[i]!) ?? NaN
    }
    row[quantiles.length] = cells[slot * 2]!
    row[quantiles.length + 1] = cells[slot * 2 + 1]!
  }

  #observeAt(place: number, value: number): void {
    const { cells } = this.#family.table
    cells[place]! += value
    cells[place + 1]! += 1
    if (this.#quantiles.length > 0) (this.#windows[place / 2] ??= this.#make()).observe(value)
  }
}
