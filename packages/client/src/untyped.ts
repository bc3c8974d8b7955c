import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export type UntypedOptions<L extends string = string> = MetricOptions<L, Untyped<L>>

/** Numbers of which nobody knows whether they only go up, handed on from elsewhere. */
export class Untyped<L extends string = string> implements Collector {
  readonly type = 'unknown'
  readonly sampleNames: readonly string[] = []
  readonly #family: Family<L>
  readonly #collect: ((metric: Untyped<L>) => void | Promise<void>) | undefined

  constructor(options: UntypedOptions<L>) {
    this.#family = new Family(options, {
      type: 'unknown',
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
    const { table } = this.#family
    const [own, number] = typeof labels === 'number' ? [undefined, labels] : [labels, value]
    const place = table.place(own)
    table.cells[place] = number
  }

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
}
