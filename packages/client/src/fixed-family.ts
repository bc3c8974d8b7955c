import { writeSnapshots } from './family-text.ts'
import type { TextFormat } from './format.ts'
import type { Collector } from './metric.ts'
import type { Description, SeriesSnapshot } from './snapshot.ts'
import type { PageWriter } from './page-writer.ts'

/**
 * A family whose series are told by a function at each exposition, for what is counted elsewhere.
 * @param read  called for each page
 */
export class FixedFamily implements Collector {
  readonly name: string
  readonly help: string
  readonly type: Description['type']
  readonly unit: string | undefined
  readonly sampleNames: readonly string[]
  readonly #read: () => Iterable<SeriesSnapshot>

  constructor(description: Description, read: () => Iterable<SeriesSnapshot>) {
    this.name = description.name
    this.help = description.help
    this.type = description.type
    this.unit = description.unit
    this.sampleNames = sampleNamesOf(description)
    this.#read = read
  }

  collect(): void {}

  write(out: PageWriter, format: TextFormat): Iterable<undefined> {
    return writeSnapshots(out, this, this.#read(), format)
  }

  series(): Iterable<SeriesSnapshot> {
    return this.#read()
  }

  /** What is counted elsewhere cannot be reset from here. */
  reset(): void {}
}

/** Names that a family's samples have besides its own. */
export function sampleNamesOf({ name, type }: Description): string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`]
  return type === 'summary' ? [`${name}_sum`, `${name}_count`] : []
}
