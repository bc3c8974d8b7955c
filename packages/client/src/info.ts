import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export type InfoOptions<L extends string = string> = MetricOptions<L, Info<L>>

/** Facts as labels of a series that is always 1: a version, a build. The name ends with `_info`. */
export class Info<L extends string = string> implements Collector {
  readonly type = 'info'
  readonly sampleNames: readonly string[] = []
  readonly #family: Family<L>
  readonly #collect: ((metric: Info<L>) => void | Promise<void>) | undefined

  constructor(options: InfoOptions<L>) {
    const name = options.name.endsWith('_info') ? options.name : `${options.name}_info`
    this.#family = new Family(
      { ...options, name, aggregator: options.aggregator ?? 'first' },
      { type: 'info', lines: [{ suffix: '' }], stride: 1, fill: (_slot, row) => (row[0] = 1) },
    )
    this.#collect = options.collect
    for (const registry of options.registers ?? []) registry.register(this)
  }

  get name(): string {
    return this.#family.description.name
  }

  get help(): string {
    return this.#family.description.help
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

  /** These are the facts now; what was set before goes. */
  set(labels: LabelValues<L>): void {
    if (this.#family.table.size === 1 && this.#family.table.find(labels) !== undefined) return
    this.#family.clear()
    this.#family.table.place(labels)
  }

  /** These are facts too. */
  add(labels: LabelValues<L>): void {
    this.#family.table.place(labels)
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
    return this.#family.series(() => ({ value: 1 }))
  }
}
