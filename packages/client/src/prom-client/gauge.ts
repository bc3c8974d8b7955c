import { Gauge as Core } from '../gauge.ts'
import { startTimer } from '../timer.ts'
import {
  checkedConfiguration,
  checkLabels,
  labelsFrom,
  type LabelValues,
  type MetricConfiguration,
  registerIn,
  shown,
} from './configuration.ts'
import { type Aggregator, type MetricLike, type MetricObject, valuesOf } from './values.ts'

export type GaugeConfiguration<T extends string> = MetricConfiguration<T, Gauge<T>>

interface GaugeInternal<T extends string> {
  inc(value?: number): void
  dec(value?: number): void
  set(value: number): void
  setToCurrentTime(): void
  startTimer(): (labels?: LabelValues<T>) => number
}

/** prom-client's Gauge. */
export class Gauge<T extends string = string> implements MetricLike {
  readonly type = 'gauge'
  readonly name: string
  readonly help: string
  readonly aggregator: Aggregator
  readonly labelNames: readonly string[]
  collect: (() => void | Promise<void>) | undefined
  readonly #core: Core

  constructor(config: GaugeConfiguration<T>) {
    const { name, help, labelNames, aggregator, hasExemplars } = checkedConfiguration(config)
    this.name = name
    this.help = help
    this.aggregator = aggregator
    this.labelNames = labelNames
    this.collect = config.collect
    this.#core = new Core({ name, help, labelNames, seriesOrder: 'creation' })
    registerIn(this, config.registers, hasExemplars)
  }

  set(labels: LabelValues<T>, value: number): void
  set(value: number): void
  set(first: LabelValues<T> | number, second?: number): void {
    const [labels, value] = apart(first, second)
    if (typeof value !== 'number')
      throw new TypeError(`Value is not a valid number: ${shown(value)}`)
    checkLabels(this.labelNames, labels)
    this.#core.set(labels, value)
  }

  inc(labels: LabelValues<T>, value?: number): void
  inc(value?: number): void
  inc(first?: LabelValues<T> | number, second?: number): void {
    const [labels, value = 1] = apart(first, second)
    this.#add(labels, value)
  }

  dec(labels: LabelValues<T>, value?: number): void
  dec(value?: number): void
  dec(first?: LabelValues<T> | number, second?: number): void {
    const [labels, value = 1] = apart(first, second)
    this.#add(labels, typeof value === 'number' ? -value : value)
  }

  setToCurrentTime(labels: LabelValues<T> = {}): void {
    this.set(labels, Date.now() / 1000)
  }

  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    return startTimer((seconds, more) =>
      this.set({ ...labels, ...more } as LabelValues<T>, seconds),
    )
  }

  labels(...values: (string | number)[]): GaugeInternal<T>
  labels(labels: LabelValues<T>): GaugeInternal<T>
  labels(...args: unknown[]): GaugeInternal<T> {
    const labels = labelsFrom(this.labelNames, args) as LabelValues<T>
    checkLabels(this.labelNames, labels)
    return {
      inc: (value) => this.inc(labels, value),
      dec: (value) => this.dec(labels, value),
      set: (value) => this.set(labels, value),
      setToCurrentTime: () => this.setToCurrentTime(labels),
      startTimer: () => this.startTimer(labels),
    }
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

  #add(labels: object, value: unknown): void {
    if (typeof value !== 'number')
      throw new TypeError(`Delta is not a valid number: ${shown(value)}`)
    checkLabels(this.labelNames, labels)
    this.#core.inc(labels, value)
  }
}

function apart(first: unknown, second: unknown): [labels: object, value: unknown] {
  return typeof first === 'object' && first !== null ? [first, second] : [{}, first]
}
