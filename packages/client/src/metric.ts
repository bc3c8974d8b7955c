// What all metrics have in common: their description, checked once, and the way into a registry.
import { type Exemplar, Exemplars, exemplarText } from './exemplars.ts'
import type { Format } from './format.ts'
import {
  familyHead,
  linePrefix,
  type Labels,
  type LineKind,
  type MetricType,
  PrefixCache,
} from './family-text.ts'
import { formatNumber, formatOpenMetricsNumber } from './go-number.ts'
import { type LabelValues, SeriesTable } from './series-table.ts'
import type { FamilySnapshot, SeriesSnapshot } from './snapshot.ts'

/** A metric may have this many series unless told otherwise: a label with an unbounded value is a mistake. */
const MAX_SERIES = 100_000
const MAX_LABELS = 64

/** What a registry takes. */
export interface Collector {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  /** Names of the samples besides `name` itself, which no other metric may have. */
  readonly sampleNames: readonly string[]
  /** Called before each exposition, to bring values up to date. */
  collect(): void | Promise<void>
  /** The whole family in a format, or '' when it has no series. */
  text(format: Format): string
  /** The whole family as data. */
  snapshot(): FamilySnapshot
  /** All series back to the beginning. */
  reset(): void
}

/** Where a new metric is registered at once. */
export interface Registers {
  register(metric: Collector): void
}

export interface MetricOptions<L extends string, Self> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly L[]
  /** The same on every series. */
  readonly constLabels?: Readonly<Record<string, string>>
  readonly registers?: readonly Registers[]
  /** Called before each exposition with the metric, to set its values. */
  readonly collect?: (metric: Self) => void | Promise<void>
  /** Default 100,000; one more series is refused with an error. */
  readonly maxSeries?: number
  /** Wall clock in ms. Default Date.now. */
  readonly now?: () => number
}

/** Series, description and text of one metric; the metric classes hold one of these. */
export class Family<L extends string> {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly table: SeriesTable
  readonly now: () => number
  readonly #constLabels: Labels
  readonly #lines: readonly LineKind[]
  readonly #prefixes = new PrefixCache()
  readonly #exemplars = new Exemplars()

  /**
   * @param lines   the lines of each series, in order
   * @param stride  cells that each series needs
   */
  constructor(
    options: MetricOptions<L, never>,
    type: MetricType,
    lines: readonly LineKind[],
    stride: number,
  ) {
    const labelNames = options.labelNames ?? []
    const constLabels = Object.entries(options.constLabels ?? {})
    checkNames(options.name, [...labelNames, ...constLabels.map(([name]) => name)], lines)
    this.name = options.name
    this.help = options.help
    this.type = type
    this.#lines = lines
    this.#constLabels = constLabels
    this.now = options.now ?? Date.now
    this.table = new SeriesTable(labelNames, stride, options.maxSeries ?? MAX_SERIES, this.now)
  }

  /**
   * Calls `valuesOf` for each series with its slot; it gives the values of its lines in order. Exemplars stand
   * in the cells of the first `exemplarLines` lines.
   */
  text(format: Format, valuesOf: (slot: number) => ArrayLike<number>, exemplarLines = 0): string {
    const slots = this.table.slots()
    if (slots.length === 0) return ''
    const isOpen = format.kind === 'openmetrics'
    const print = isOpen ? formatOpenMetricsNumber : formatNumber
    const shown = isOpen ? exemplarLines : 0
    let text = familyHead(this.name, this.help, this.type, format)
    for (const slot of slots) {
      const prefixes = this.#prefixes.row(slot, this.table.valuesOf(slot), format, () =>
        this.#prefixesOf(slot, format),
      )
      const values = valuesOf(slot)
      for (let i = 0; i < prefixes.length; i++) {
        text += prefixes[i]! + print(values[i]!)
        if (i < shown) text += exemplarText(this.#exemplars.of(slot * this.table.stride + i))
        text += '\n'
      }
    }
    return text
  }

  /** `valuesOf` gives what the slot's series holds. */
  snapshot(valuesOf: (slot: number) => Partial<SeriesSnapshot>): FamilySnapshot {
    const series = this.table.slots().map((slot) => {
      const values = valuesOf(slot)
      return { labels: this.#labelsOf(slot), createdMs: this.table.createdMs[slot]!, ...values }
    })
    return { name: this.name, help: this.help, type: this.type, series }
  }

  /** Notes where an observation came from; the cell is the one it went to. */
  exemplify(cell: number, exemplar: Exemplar): void {
    this.#exemplars.set(cell, exemplar)
  }

  exemplarAt(cell: number): Exemplar | undefined {
    return this.#exemplars.of(cell)
  }

  /** Takes a series away; true when it was there. */
  remove(labels: LabelValues | undefined): boolean {
    const place = this.table.find(labels)
    if (place !== undefined) this.#exemplars.forget(place, place + this.table.stride)
    return this.table.remove(labels)
  }

  /** Forgets all series. */
  clear(): void {
    this.table.clear()
    this.#exemplars.clear()
    this.#prefixes.clear()
  }

  /** The labels of a slot, sorted by name. */
  #labelsOf(slot: number): Labels {
    const values = this.table.valuesOf(slot)
    const own = this.table.labelNames.map((name, i) => [name, values[i]!] as const)
    return [...this.#constLabels, ...own].sort((a, b) => (a[0] < b[0] ? -1 : 1))
  }

  #prefixesOf(slot: number, format: Format): readonly string[] {
    const labels = this.#labelsOf(slot)
    return this.#lines.map((kind) => linePrefix(this.name, labels, kind, format))
  }
}

/** A series that was looked up once. Survives `remove` and `reset` by looking itself up again. */
export class SeriesHandle {
  readonly #table: SeriesTable
  readonly #labels: LabelValues | undefined
  #place: number
  #epoch: number

  constructor(table: SeriesTable, labels: LabelValues | undefined) {
    this.#table = table
    this.#labels = labels === undefined ? undefined : { ...labels }
    this.#place = table.place(labels)
    this.#epoch = table.epoch
  }

  /** Index of the first cell. */
  get place(): number {
    if (this.#epoch !== this.#table.epoch) {
      this.#place = this.#table.place(this.#labels)
      this.#epoch = this.#table.epoch
    }
    return this.#place
  }
}

function checkNames(name: string, labelNames: readonly string[], lines: readonly LineKind[]): void {
  if (name === '' || !name.isWellFormed()) {
    throw new Error(`${JSON.stringify(name)} is not a valid metric name`)
  }
  if (labelNames.length > MAX_LABELS) throw new Error(`${name}: more than ${MAX_LABELS} labels`)
  const reserved = new Set(lines.map((line) => line.label?.[0]))
  const seen = new Set<string>()
  for (const label of labelNames) {
    if (label === '' || label.startsWith('__') || !label.isWellFormed()) {
      throw new Error(`${name}: ${JSON.stringify(label)} is not a valid label name`)
    }
    if (reserved.has(label)) throw new Error(`${name}: label ${label} is the metric's own`)
    if (seen.has(label)) throw new Error(`${name}: label ${label} is there twice`)
    seen.add(label)
  }
}
