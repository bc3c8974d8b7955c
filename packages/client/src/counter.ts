import { checkedExemplar, type ExemplarLabels } from './exemplars.ts'
import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions, SeriesHandle } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'

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

  constructor(options: CounterOptions<L>) {
    this.#family = new Family(options, {
      type: 'counter',
      lines: [{ suffix: '' }],
      stride: 1,
      exemplarLines: 1,
      fill: (slot, row) => (row[0] = this.#family.table.cells[slot]!),
    })
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
    const { table } = this.#family
    if (typeof labels === 'number') {
      this.inc(undefined, labels)
    } else {
      const step = increment(by)
      const place = table.place(labels)
      table.cells[place]! += step
      if (exemplar !== undefined) this.#exemplify(place, exemplar, step)
    }
  }

  /**
   * Takes over a total that is counted elsewhere, for `collect` callbacks.
   * @throws RangeError when it is negative or not a number
   */
  setTotal(labels: LabelValues<L> | number, total = 0): void {
    const { table } = this.#family
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
    const place = table.find(labels)
    return place === undefined ? 0 : table.cells[place]!
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

  pieces(format: TextFormat): Iterable<string> {
    return this.#family.pieces(format)
  }

  series(): Iterable<SeriesSnapshot> {
    const { table } = this.#family
    return this.#family.series((slot) => ({
      value: table.cells[slot]!,
      exemplar: this.#family.exemplarAt(slot),
    }))
  }

  #exemplify(place: number, labels: ExemplarLabels, step: number): void {
    this.#family.exemplify(place, checkedExemplar(labels, step, this.#family.now()))
  }
}

function increment(by: number): number {
  if (by >= 0) return by
  throw new RangeError(`a counter cannot decrease: ${by}`)
}
