import type { TextFormat } from './format.ts'
import { type Collector, Family, type MetricOptions } from './metric.ts'
import type { LabelValues } from './series-table.ts'
import type { Aggregation, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export interface StateSetOptions<S extends string, L extends string = string> extends MetricOptions<
  L,
  StateSet<S, L>
> {
  /** All states there are. */
  readonly states: readonly S[]
}

/** States of which some hold: a series for each, 1 or 0, told apart by a label with the metric's name. */
export class StateSet<S extends string = string, L extends string = string> implements Collector {
  readonly type = 'stateset'
  readonly sampleNames: readonly string[] = []
  readonly states: readonly S[]
  readonly #family: Family<L>
  readonly #collect: ((metric: StateSet<S, L>) => void | Promise<void>) | undefined

  /** @throws Error when there is no state, or one is there twice */
  constructor(options: StateSetOptions<S, L>) {
    const { states } = options
    if (states.length === 0 || new Set(states).size < states.length) {
      throw new Error(`${options.name}: states must be there, each once`)
    }
    this.states = states
    this.#family = new Family(options, {
      type: 'stateset',
      lines: states.map((state) => ({ suffix: '', label: [options.name, state] })),
      stride: states.length,
      fill: (slot, row) => {
        for (let i = 0; i < states.length; i++) {
          row[i] = this.#family.table.cells[slot * states.length + i]!
        }
      },
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

  get aggregator(): Aggregation | undefined {
    return this.#family.description.aggregator
  }

  get labelNames(): readonly string[] {
    return this.#family.table.labelNames
  }

  get dropped(): number {
    return this.#family.table.dropped
  }

  /** This state holds and no other: `set('ready')`, `set('ready', { pool: 'a' })`. */
  set(state: S, labels?: LabelValues<L>): void {
    const index = this.#indexOf(state)
    const { table } = this.#family
    const place = table.place(labels)
    table.cells.fill(0, place, place + table.stride)
    table.cells[place + index] = 1
  }

  /** Whether one state holds; the others stay as they are. */
  toggle(state: S, holds: boolean, labels?: LabelValues<L>): void {
    const index = this.#indexOf(state)
    const { table } = this.#family
    const place = table.place(labels)
    table.cells[place + index] = holds ? 1 : 0
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

  *series(): Generator<SeriesSnapshot> {
    const { table } = this.#family
    for (const slot of table.slots()) {
      for (const one of this.#family.seriesAt(slot)) {
        for (let i = 0; i < this.states.length; i++) {
          const labels = [...one.labels, [this.name, this.states[i]!] as const]
          labels.sort(([a], [b]) => (a < b ? -1 : 1))
          yield { ...one, labels, value: table.cells[slot * table.stride + i]! }
        }
      }
    }
  }

  #indexOf(state: S): number {
    const index = this.states.indexOf(state)
    if (index < 0) throw new Error(`${this.name}: ${JSON.stringify(state)} is none of its states`)
    return index
  }
}
