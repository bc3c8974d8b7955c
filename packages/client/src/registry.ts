import { Counter, type CounterOptions } from './counter.ts'
import { Collecting, type ExpositionOptions, page, pageText } from './exposition.ts'
import { FixedFamily } from './fixed-family.ts'
import { contentTypeOf, TEXT } from './format.ts'
import { Gauge, type GaugeOptions } from './gauge.ts'
import { Histogram, type HistogramOptions } from './histogram.ts'
import { Info, type InfoOptions } from './info.ts'
import { lint } from './lint.ts'
import type { Collector, Registers } from './metric.ts'
import type { SeriesSnapshot } from './snapshot.ts'
import { StateSet, type StateSetOptions } from './state-set.ts'
import { Summary, type SummaryOptions } from './summary.ts'
import { Untyped, type UntypedOptions } from './untyped.ts'
import { WrappedCollector, type WrapOptions } from './wrapped-collector.ts'

export interface RegistryOptions {
  /** `warn` says what is against the conventions in a metric when it is registered. Default `off`. */
  readonly lint?: 'off' | 'warn'
  /** Where to say it. Default console.warn. */
  readonly warn?: (message: string) => void
}

/** A set of metrics that are exposed together. */
export class Registry implements Registers {
  readonly #metrics = new Map<string, Collector>()
  /** Who owns a sample name such as `x_count`. */
  readonly #sampleNames = new Map<string, Collector>()
  readonly #collecting = new Collecting()
  /** Where what is registered here is registered too, and how. */
  readonly #outer: { readonly registry: Registry; readonly options: WrapOptions } | undefined

  readonly #warn: ((message: string) => void) | undefined

  /** @param outer  of a registry that `wrap` made */
  constructor(
    options: RegistryOptions = {},
    outer?: { readonly registry: Registry; readonly options: WrapOptions },
  ) {
    this.#outer = outer
    // A library of its own has no logger; who lints has asked to be told.
    // oxlint-disable-next-line no-console
    this.#warn = options.lint === 'warn' ? (options.warn ?? console.warn) : undefined
  }

  /**
   * One registry with the metrics that several have now.
   * @throws Error when two of them have a metric of the same name
   */
  static merge(registries: readonly Registry[]): Registry {
    const merged = new Registry()
    for (const registry of registries) {
      for (const metric of registry.all()) merged.register(metric)
    }
    return merged
  }

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
    this.#outer?.registry.register(new WrappedCollector(metric, this.#outer.options))
    this.#metrics.set(metric.name, metric)
    for (const name of metric.sampleNames) this.#sampleNames.set(name, metric)
    if (this.#warn !== undefined) {
      for (const problem of lint(metric)) this.#warn(`${metric.name}: ${problem}`)
    }
  }

  /** Takes a metric out; true when it was in. */
  unregister(metric: Collector | string): boolean {
    const name = typeof metric === 'string' ? metric : metric.name
    const known = this.#metrics.get(name)
    if (known === undefined || (typeof metric !== 'string' && known !== metric)) return false
    this.#outer?.registry.unregister((this.#outer.options.prefix ?? '') + name)
    this.#metrics.delete(name)
    for (const sample of known.sampleNames) this.#sampleNames.delete(sample)
    return true
  }

  /** A registry whose metrics are shown here too, with a prefix before their names and more labels. */
  wrap(options: WrapOptions): Registry {
    return new Registry({}, { registry: this, options })
  }

  getSingleMetric(name: string): Collector | undefined {
    return this.#metrics.get(name)
  }

  /** All metrics, sorted by name. */
  all(): Collector[] {
    return [...this.#metrics.values()].sort(byName)
  }

  /** Takes all metrics out. */
  clear(): void {
    for (const name of this.#metrics.keys()) this.unregister(name)
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

  info<const L extends string = never>(options: InfoOptions<L>): Info<L> {
    return this.#added(new Info(options))
  }

  stateSet<const S extends string, const L extends string = never>(
    options: StateSetOptions<S, L>,
  ): StateSet<S, L> {
    return this.#added(new StateSet(options))
  }

  untyped<const L extends string = never>(options: UntypedOptions<L>): Untyped<L> {
    return this.#added(new Untyped(options))
  }

  /**
   * Everything as text. All `collect` callbacks run first, side by side; a family whose callback throws or hangs
   * is left out and counted in `pharos_client_collect_errors_total`.
   * @throws TypeError for a protobuf format, which is bytes: see `portions`; and what a callback threw when
   *   `onCollectError` is `throw`
   */
  metrics(options: ExpositionOptions = {}): Promise<string> {
    return pageText(this.portions(options), options.format)
  }

  /** The same in portions of bytes. Between them the service goes on. */
  async *portions(options: ExpositionOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield* page(await this.collected(options), options.format ?? TEXT, (metric, error) =>
      this.#collecting.failed(metric, error, options),
    )
  }

  /** The metrics that would be on a page, their values up to date, sorted by name. */
  async collected(options: ExpositionOptions = {}): Promise<Collector[]> {
    const { names = [] } = options
    const wanted = names.length === 0 ? undefined : new Set(names)
    const isWanted = (one: Collector): boolean => wanted === undefined || wanted.has(one.name)
    const fresh = await this.#collecting.run(this.all().filter(isWanted), options)
    const own = this.#own().filter(isWanted)
    return own.length === 0 ? fresh : [...fresh, ...own].sort(byName)
  }

  #added<M extends Collector>(metric: M): M {
    this.register(metric)
    return metric
  }

  /** What the registry has to say about itself; nothing as long as all is well. */
  #own(): Collector[] {
    const dropped = [...this.#metrics.values()].filter((metric) => (metric.dropped ?? 0) > 0)
    const { errors } = this.#collecting
    const families: Collector[] = []
    if (dropped.length > 0) {
      families.push(
        counted(
          'pharos_client_series_dropped_total',
          'Observations of new series that found no place because their metric has too many.',
          dropped.map((metric) => ({
            labels: [['metric', metric.name]],
            value: metric.dropped ?? 0,
          })),
        ),
      )
    }
    if (errors.size > 0) {
      families.push(
        counted(
          'pharos_client_collect_errors_total',
          'Families that were left out of a page because collecting them failed.',
          [...errors]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]) => {
              const [metric = '', reason = ''] = key.split('\0')
              return {
                labels: [
                  ['metric', metric],
                  ['reason', reason],
                ],
                value,
              }
            }),
        ),
      )
    }
    return families.filter((one) => !this.#metrics.has(one.name))
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

function counted(name: string, help: string, series: readonly SeriesSnapshot[]): Collector {
  return new FixedFamily({ name, help, type: 'counter' }, () => series)
}

function byName(a: Collector, b: Collector): number {
  return a.name < b.name ? -1 : 1
}

/** The reference's words. */
function collision(name: string, owner: Collector): Error {
  return new Error(
    `collected metric named ${JSON.stringify(name)} collides with previously collected ${owner.type} named ${JSON.stringify(owner.name)}`,
  )
}
