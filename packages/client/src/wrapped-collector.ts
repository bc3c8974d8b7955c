import { sampleNamesOf } from './fixed-family.ts'
import { writeSnapshots } from './family-text.ts'
import type { TextFormat } from './format.ts'
import type { Collector } from './metric.ts'
import type { Description, Labels, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

export interface WrapOptions {
  /** Put before each name. */
  readonly prefix?: string
  /** Added to each series. */
  readonly labels?: Readonly<Record<string, string>>
}

/** A metric under another name, with more labels. @source client_golang WrapCollectorWith, WrapCollectorWithPrefix */
export class WrappedCollector implements Collector {
  readonly name: string
  readonly help: string
  readonly type: Description['type']
  readonly unit: string | undefined
  readonly sampleNames: readonly string[]
  readonly #inner: Collector
  readonly #labels: Labels

  constructor(inner: Collector, options: WrapOptions) {
    this.name = (options.prefix ?? '') + inner.name
    this.help = inner.help
    this.type = inner.type
    this.unit = inner.unit
    this.sampleNames = sampleNamesOf(this)
    this.#inner = inner
    this.#labels = Object.entries(options.labels ?? {})
  }

  get aggregator(): Description['aggregator'] {
    return this.#inner.aggregator
  }

  get dropped(): number {
    return this.#inner.dropped ?? 0
  }

  collect(): void | Promise<void> {
    return this.#inner.collect()
  }

  write(out: PageWriter, format: TextFormat): Iterable<undefined> {
    return writeSnapshots(out, this, this.series(), format)
  }

  /** @throws Error when a series has one of the labels already */
  *series(): Generator<SeriesSnapshot> {
    for (const one of this.#inner.series()) {
      const labels = [...one.labels, ...this.#labels].sort(([a], [b]) => (a < b ? -1 : 1))
      for (let i = 1; i < labels.length; i++) {
        if (labels[i]![0] === labels[i - 1]![0]) {
          throw new Error(`${this.name}: label ${labels[i]![0]} is there twice`)
        }
      }
      yield { ...one, labels }
    }
  }

  reset(): void {
    this.#inner.reset()
  }
}
