import { checkedExemplar, type ExemplarLabels } from './exemplars.ts'
import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions, SeriesHandle } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export type CounterOptions<L extends string = string> = MetricOptions<L, Counter<L>>

/** One series of a counter, looked up once. */
export interface CounterSeries {
  /** @throws RangeError when `by` is negative or not a number */
  inc(by?: number, exemplar?: ExemplarLabels): void
}

/** Only goes up. */
export class Counter<L extends string = string> implements Collector {
  readonly type = 'counter'
  readonly sampleNames: readonly string[] = []
  readonly #family: Family<L>
  readonly #collect: ((metric: Counter<L>) => void | Promise<void>) | undefined
  /**
   * How often a counter without labels was counted up by one since its cell was brought up to date: adding to a small
   * whole number takes a third of the time of adding to a double in memory. -1 for a counter that has labels.
   */
  #ones = -1

  constructor(options: CounterOptions<L>) {
    this.#family = new Family(options, {
      type: 'counter',
      lines: [{ suffix: '' }],
      stride: 1,
      exemplarLines: 1,
      fill: (slot, row) => {
        this.#settle()
        row[0] = this.#family.table.cells[slot]!
      },
    })
    if (this.labelNames.length === 0) this.#ones = 0
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
   * Adds 1 or `by`: `inc()`, `inc(5)`, `inc({ method: 'GET' })`, `inc({ method: 'GET' }, 5)`. An exemplar is
   * shown to those who ask for OpenMetrics.
   * @throws RangeError when `by` is negative or not a number
   */
  inc(labels?: LabelValues<L> | number, by = 1, exemplar?: ExemplarLabels): void {
    if (labels === undefined && by === 1 && exemplar === undefined && this.#ones >= 0) {
      this.#ones++
    } else if (typeof labels === 'number') {
      this.#add(undefined, labels, undefined)
    } else {
      this.#add(labels, by, exemplar)
    }
  }

  /**
   * Takes over a total that is counted elsewhere, for `collect` callbacks.
   * @throws RangeError when it is negative or not a number
   */
  setTotal(labels: LabelValues<L> | number, total = 0): void {
    const { table } = this.#family
    this.#settle()
    const [own, value] = typeof labels === 'number' ? [undefined, labels] : [labels, total]
    const place = table.place(own)
    table.cells[place] = increment(value)
  }

  /** A series to keep, for hot paths. */
  labels(labels: LabelValues<L>): CounterSeries {
    const { table } = this.#family
    const handle = new SeriesHandle(table, labels)
    return {
      inc: (by = 1, exemplar) => {
        const step = increment(by)
        const place = handle.place
        table.cells[place]! += step
        if (exemplar !== undefined) this.#exemplify(place, exemplar, step)
      },
    }
  }

  /** The value of a series, 0 when there is none. */
  value(labels?: LabelValues<L>): number {
    const { table } = this.#family
    this.#settle()
    const place = table.find(labels)
    return place === undefined ? 0 : table.cells[place]!
  }

  /** Takes a series away; true when it was there. */
  remove(labels?: LabelValues<L>): boolean {
    this.#settle()
    return this.#family.table.remove(labels)
  }

  reset(): void {
    this.#settle()
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
    this.#settle()
    return this.#family.series((slot) => ({
      value: table.cells[slot]!,
      exemplar: this.#family.exemplarAt(slot),
    }))
  }

  #add(labels: LabelValues<L> | undefined, by: number, exemplar: ExemplarLabels | undefined): void {
    const { table } = this.#family
    const step = increment(by)
    const place = table.place(labels)
    table.cells[place]! += step
    if (exemplar !== undefined) this.#exemplify(place, exemplar, step)
  }

  /** Brings the cell of a counter without labels up to date. To be called before it is read or written as a whole. */
  #settle(): void {
    if (this.#ones <= 0) return
    this.#family.table.cells[0]! += this.#ones
    this.#ones = 0
  }

  #exemplify(place: number, labels: ExemplarLabels, step: number): void {
    this.#family.exemplify(place, checkedExemplar(labels, step, this.#family.now()))
  }
}

function increment(by: number): number {
  if (by >= 0) return by
  throw new RangeError(`a counter cannot decrease: ${by}`)
}
