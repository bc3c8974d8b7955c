// The page under construction: families by name, in the order their samples come.

import { compareText, type MetricType } from '@pharos/model'
import type { Metric, MetricFamily } from '@pharos/exposition'

interface Building {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly metrics: Metric[]
}

export class Page {
  readonly #families = new Map<string, Building>()

  /** One gauge sample. Labels are `name, value, name, value, …` in alphabetical order of names. */
  gauge(name: string, help: string, value: number, ...labels: readonly string[]): void {
    this.add('gauge', name, help, value, labels)
  }

  counter(name: string, help: string, value: number, ...labels: readonly string[]): void {
    this.add('counter', name, help, value, labels)
  }

  untyped(name: string, help: string, value: number, ...labels: readonly string[]): void {
    this.add('unknown', name, help, value, labels)
  }

  /**
   * Type and HELP of the first sample of a family stay.
   * @throws Error when the value is no number: the kernel file was not what the collector took it for
   */
  add(
    type: MetricType,
    name: string,
    help: string,
    value: number,
    labels: readonly string[],
  ): void {
    if (value !== value) throw new Error(`${name}: not a number`)
    let family = this.#families.get(name)
    if (family === undefined) {
      family = { name, help, type, metrics: [] }
      this.#families.set(name, family)
    }
    family.metrics.push({ labels, value })
  }

  /** A family made elsewhere, such as in a text file. False when the page has one of that name and another type. */
  addFamily(added: MetricFamily): boolean {
    const family = this.#families.get(added.name)
    if (family === undefined) {
      const { name, type, help = '' } = added
      this.#families.set(name, { name, type, help, metrics: [...added.metrics] })
      return true
    }
    if (family.type !== added.type) return false
    family.metrics.push(...added.metrics)
    return true
  }

  /** Everything of `other`, for a collector that came to its end. */
  merge(other: Page): void {
    for (const family of other.#families.values()) this.addFamily(family)
  }

  /** Sorted by name, and within a family by label values, as the reference's page is. */
  families(): MetricFamily[] {
    const families = [...this.#families.values()]
    families.sort((a, b) => compareText(a.name, b.name))
    for (const { metrics } of families) if (metrics.length > 1) metrics.sort(byLabelValues)
    return families
  }
}

function byLabelValues(a: Metric, b: Metric): number {
  const count = a.labels.length - b.labels.length
  if (count !== 0) return count
  for (let i = 1; i < a.labels.length; i += 2) {
    const order = compareText(a.labels[i]!, b.labels[i]!)
    if (order !== 0) return order
  }
  return 0
}
