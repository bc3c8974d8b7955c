import { Counter, type CounterOptions } from './counter.ts'
import { contentTypeOf, type Format, TEXT } from './format.ts'
import { Gauge, type GaugeOptions } from './gauge.ts'
import { Histogram, type HistogramOptions } from './histogram.ts'
import type { Collector, Registers } from './metric.ts'
import { Summary, type SummaryOptions } from './summary.ts'

export interface ExpositionOptions {
  /** Default: the classic text format. */
  readonly format?: Format
  /** Only families with these names. Default: all. */
  readonly names?: readonly string[]
}

/** A set of metrics that are exposed together. */
export class Registry implements Registers {
  readonly #metrics = new Map<string, Collector>()
  /** Who owns a sample name such as `x_count`. */
  readonly #sampleNames = new Map<string, Collector>()

  /** Content-Type of `metrics()` without options. */
  get contentType(): string {
    return contentTypeOf(TEXT)
  }

  /**
   * Adds a metric. Adding the same one twice is fine.
   * @throws Error when another metric has its name, or one of the names of its samples
   */
  register(metric: Collector): void {
    const known = this.#metrics.get(metric.name)
    if (known === metric) return
    if (known !== undefined) {
      throw new Error(`a metric named ${JSON.stringify(metric.name)} is already registered`)
    }
    this.#refuseCollision(metric)
    this.#metrics.set(metric.name, metric)
    for (const name of metric.sampleNames) this.#sampleNames.set(name, metric)
  }

  /** Takes a metric out; true when it was in. */
  unregister(metric: Collector | string): boolean {
    const name = typeof metric === 'string' ? metric : metric.name
    const known = this.#metrics.get(name)
    if (known === undefined || (typeof metric !== 'string' && known !== metric)) return false
    this.#metrics.delete(name)
    for (const sample of known.sampleNames) this.#sampleNames.delete(sample)
    return true
  }

  getSingleMetric(name: string): Collector | undefined {
    return this.#metrics.get(name)
  }

  /** All metrics, sorted by name. */
  all(): Collector[] {
    return [...this.#metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Takes all metrics out. */
  clear(): void {
    this.#metrics.clear()
    this.#sampleNames.clear()
  }

  /** All series of all metrics back to the beginning. */
  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset()
  }

  counter<const L extends string = never>(options: CounterOptions<L>): Counter<L> {
    return this.#added(new Counter(options))
  }

  gauge<const L extends string = never>(options: GaugeOptions<L>): Gauge<L> {
    return this.#added(new Gauge(options))
  }

  histogram<const L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    return this.#added(new Histogram(options))
  }

  summary<const L extends string = never>(options: SummaryOptions<L>): Summary<L> {
    return this.#added(new Summary(options))
  }

  /**
   * Everything as text. All `collect` callbacks run first, side by side.
   * @throws what a `collect` callback threw; then nothing is returned
   */
  async metrics(options: ExpositionOptions = {}): Promise<string> {
    const format = options.format ?? TEXT
    const wanted =
      options.names === undefined || options.names.length === 0 ? undefined : new Set(options.names)
    const metrics = this.all().filter((one) => wanted === undefined || wanted.has(one.name))
    const pending: Promise<void>[] = []
    for (const metric of metrics) {
      const result = metric.collect()
      if (result !== undefined) pending.push(result)
    }
    if (pending.length > 0) await Promise.all(pending)
    let text = ''
    for (const metric of metrics) text += metric.text(format)
    return format.kind === 'openmetrics' ? `${text}# EOF\n` : text
  }

  #added<M extends Collector>(metric: M): M {
    this.register(metric)
    return metric
  }

  /** A counter `x_count` beside a histogram `x` would give one sample name to two families. */
  #refuseCollision(metric: Collector): void {
    const owner = this.#sampleNames.get(metric.name)
    if (owner !== undefined) throw collision(metric.name, owner)
    for (const name of metric.sampleNames) {
      const other = this.#metrics.get(name)
      if (other !== undefined) throw collision(name, metric)
    }
  }
}

/** The reference's words. */
function collision(name: string, owner: Collector): Error {
  return new Error(
    `collected metric named ${JSON.stringify(name)} collides with previously collected ${owner.type} named ${JSON.stringify(owner.name)}`,
  )
}
