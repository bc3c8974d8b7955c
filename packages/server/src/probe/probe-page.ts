// What a probe found, and how it came to it.
import { compareText } from '@pharos/model'
import { type MetricFamily, writeText } from '@pharos/exposition'

export class ProbePage {
  readonly #families = new Map<string, { help: string; values: Map<string, Sample> }>()
  readonly #lines: string[] = []

  /** Sets a gauge; a value that is there is replaced. Labels are `name, value, …` in alphabetical order of names. */
  set(name: string, help: string, value: number, ...labels: readonly string[]): void {
    const family = this.#families.get(name) ?? { help, values: new Map<string, Sample>() }
    this.#families.set(name, family)
    family.values.set(labels.join('\0'), { labels, value })
  }

  /** The same, added to what is there: phases over all redirects. */
  add(name: string, help: string, value: number, ...labels: readonly string[]): void {
    const known = this.#families.get(name)?.values.get(labels.join('\0'))?.value ?? 0
    this.set(name, help, known + value, ...labels)
  }

  /** A step, for `debug=true`. */
  note(message: string): void {
    this.#lines.push(message)
  }

  get notes(): readonly string[] {
    return this.#lines
  }

  text(): string {
    const families: MetricFamily[] = [...this.#families]
      .sort(([a], [b]) => compareText(a, b))
      .map(([name, { help, values }]) => ({
        name,
        help,
        type: 'gauge',
        metrics: [...values.values()],
      }))
    return writeText(families)
  }
}

interface Sample {
  readonly labels: readonly string[]
  readonly value: number
}
