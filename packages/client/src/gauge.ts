import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions, SeriesHandle } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export type GaugeOptions<L extends string = string> = MetricOptions<L, Gauge<L>>

/** One series of a gauge, looked up once. */
export interface GaugeSeries {
  set(value: number): void
  inc(by?: number): void
  dec(by?: number): void
  setToCurrentTime(): void
}

/** Goes up and down. */
export class Gauge<L extends string = string> implements Collector {
  readonly type = 'gauge'
  readonly sampleNames: readonly string[] = []
  readonly #family: Family<L>
  readonly #collect: ((metric: Gauge<L>) => void | Promise<void>) | undefined

  constructor(options: GaugeOptions<L>) {
    this.#family = new Family(options, {
      type: 'gauge',
      lines: [{ suffix: '' }],
      stride: 1,
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

  /** `set(5)` or `set({ pool: 'a' }, 5)`. */
  set(labels: LabelValues<L> | number, value = 0): void {
    if (typeof labels === 'number') this.#set(undefined, labels)
    else this.#set(labels, value)
  }

  /** Adds 1 or `by`: `inc()`, `inc(5)`, `inc({ pool: 'a' })`, `inc({ pool: 'a' }, 5)`. */
  inc(labels?: LabelValues<L> | number, by = 1): void {
    if (typeof labels === 'number') this.#add(undefined, labels)
    else this.#add(labels, by)
  }

  dec(labels?: LabelValues<L> | number, by = 1): void {
    if (typeof labels === 'number') this.#add(undefined, -labels)
    else this.#add(labels, -by)
  }

  /** Seconds since 1970. */
  setToCurrentTime(labels?: LabelValues<L>): void {
    this.#set(labels, this.#family.now() / 1000)
  }

  /** A series to keep, for hot paths. */
  labels(labels: LabelValues<L>): GaugeSeries {
    const { table } = this.#family
    const handle = new SeriesHandle(table, labels)
    const add = (by: number): void => {
      const place = handle.place
      table.cells[place]! += by
    }
    const set = (value: number): void => {
      const place = handle.place
      table.cells[place] = value
    }
    return {
      set,
      inc: (by = 1) => add(by),
      dec: (by = 1) => add(-by),
      setToCurrentTime: () => set(this.#family.now() / 1000),
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

  write(out: PageWriter, format: TextFormat): Iterable<undefined> {
    return this.#family.write(out, format)
  }

  series(): Iterable<SeriesSnapshot> {
    const { table } = this.#family
    return this.#family.series((slot) => ({ value: table.cells[slot]! }))
  }

  #set(labels: LabelValues<L> | undefined, value: number): void {
    const { table } = this.#family
    // The place first: finding it may replace the cells.
    const place = table.place(labels)
    table.cells[place] = value
  }

  #add(labels: LabelValues<L> | undefined, by: number): void {
    const { table } = this.#family
    const place = table.place(labels)
    table.cells[place]! += by
  }
}
