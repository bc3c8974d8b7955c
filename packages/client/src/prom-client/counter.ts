import { Counter as Core } from '../counter.ts'
import {
  checkedConfiguration,
  checkLabels,
  type Configuration,
  labelsFrom,
  type LabelValues,
  type MetricConfiguration,
  registerIn,
  shown,
} from './configuration.ts'
import { type Aggregator, type MetricLike, type MetricObject, valuesOf } from './values.ts'

export type CounterConfiguration<T extends string> = MetricConfiguration<T, Counter<T>>

export interface IncreaseDataWithExemplar<T extends string> {
  value?: number
  labels?: LabelValues<T>
  exemplarLabels?: Record<string, string>
}

/** prom-client's Counter. */
export class Counter<T extends string = string> implements MetricLike {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  readonly aggregator: Aggregator
  readonly labelNames: readonly string[]
  collect: (() => void | Promise<void>) | undefined
  readonly #core: Core
  readonly #hasExemplars: boolean

  constructor(config: CounterConfiguration<T>) {
    const checked: Configuration = checkedConfiguration(config)
    this.name = checked.name
    this.help = checked.help
    this.aggregator = checked.aggregator
    this.labelNames = checked.labelNames
    this.collect = config.collect
    this.#hasExemplars = checked.hasExemplars
    this.#core = new Core({
      name: checked.name,
      help: checked.help,
      labelNames: checked.labelNames,
      seriesOrder: 'creation',
    })
    registerIn(this, config.registers, checked.hasExemplars)
  }

  inc(labels: LabelValues<T>, value?: number): void
  inc(value?: number | null): void
  inc(data: IncreaseDataWithExemplar<T>): void
  inc(first?: LabelValues<T> | IncreaseDataWithExemplar<T> | number | null, second?: number): void {
    if (first === undefined && second === undefined) {
      this.#core.inc()
    } else if (this.#hasExemplars) {
      const { labels = {}, value, exemplarLabels } = (first ?? {}) as IncreaseDataWithExemplar<T>
      this.#add(labels, value, exemplarLabels)
    } else if (typeof first === 'object' && first !== null) {
      this.#add(first as LabelValues<T>, second)
    } else {
      this.#add(undefined, first)
    }
  }

  labels(...values: (string | number)[]): { inc(value?: number): void }
  labels(labels: LabelValues<T>): { inc(value?: number): void }
  labels(...args: unknown[]): { inc(value?: number): void } {
    const labels = labelsFrom(this.labelNames, args)
    return { inc: (value) => this.#add(labels, value) }
  }

  async get(): Promise<MetricObject> {
    await this.collect?.()
    const { help, name, type, aggregator } = this
    return {
      help,
      name,
      type,
      values: valuesOf(name, this.#core.series(), this.labelNames),
      aggregator,
    }
  }

  remove(...values: (string | number)[]): void
  remove(labels: LabelValues<T>): void
  remove(...args: unknown[]): void {
    const labels = labelsFrom(this.labelNames, args)
    checkLabels(this.labelNames, labels)
    this.#core.remove(labels)
  }

  reset(): void {
    this.#core.reset()
  }

  #add(labels: object | undefined, value: unknown, exemplar?: Record<string, string>): void {
    if (value && !Number.isFinite(value)) {
      throw new TypeError(`Value is not a valid number: ${shown(value)}`)
    }
    const step = (value ?? 1) as number
    if (step < 0) throw new Error('It is not possible to decrease a counter')
    if (labels === undefined) return this.#core.inc(step)
    checkLabels(this.labelNames, labels)
    this.#core.inc(labels, step, exemplar)
  }
}
