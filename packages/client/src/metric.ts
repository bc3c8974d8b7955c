// What all metrics have in common: their description, checked once, and the way into a registry.
import { type Exemplar, Exemplars, exemplarText } from './exemplars.ts'
import { familyHead, isStep, labelStart, lineFrame, type LineKind } from './family-text.ts'
import type { TextFormat } from './format.ts'
import { type LabelValues, type OnOverflow, type SeriesOrder, SeriesTable } from './series-table.ts'
import type { Aggregation, Description, Labels, MetricType, SeriesSnapshot } from './snapshot.ts'
import { escapedValue, type PageWriter } from './page-writer.ts'

/** A metric may have this many series unless told otherwise: a label with an unbounded value is a mistake. */
const MAX_SERIES = 100_000
const MAX_LABELS = 64

/** What a registry takes. */
export interface Collector extends Description {
  /** Names of the samples besides `name` itself, which no other metric may have. */
  readonly sampleNames: readonly string[]
  /** Names of the labels that series differ by. */
  readonly labelNames?: readonly string[]
  /** Observations of new series that were refused so far because there were too many. */
  readonly dropped?: number
  /** Called before each exposition, to bring values up to date. */
  collect(): void | Promise<void>
  /** Writes the whole family as text, in small steps; nothing when it has no series. */
  write(out: PageWriter, format: TextFormat): Iterable<undefined>
  /** The series as data. */
  series(): Iterable<SeriesSnapshot>
  /** All series back to the beginning. */
  reset(): void
}

/** Where a new metric is registered at once. */
export interface Registers {
  register(metric: Collector): void
}

/** How a metric is called; the parts of its name are joined by `_`. */
export interface NameOptions {
  readonly namespace?: string
  readonly subsystem?: string
  readonly name: string
  readonly help: string
  /** The unit that the name ends with, shown in OpenMetrics; `seconds`, `bytes`. */
  readonly unit?: string
}

export interface MetricOptions<L extends string, Self> extends NameOptions {
  readonly labelNames?: readonly L[]
  /** The same on every series. */
  readonly constLabels?: Readonly<Record<string, string>>
  readonly registers?: readonly Registers[]
  /** Called before each exposition with the metric, to set its values. */
  readonly collect?: (metric: Self) => void | Promise<void>
  /** Default 100,000. */
  readonly maxSeries?: number
  /** What happens to a series that is too much. Default `other`: all of them are counted in one. */
  readonly onOverflow?: OnOverflow
  /** How the values of several processes become one on an aggregated page. Default `sum`. */
  readonly aggregator?: Aggregation
  /** Default `values`. */
  readonly seriesOrder?: SeriesOrder
  /** A series that was not observed for so long goes, at the next exposition. Default: none goes. */
  readonly ttlSeconds?: number
  /** Wall clock in ms. Default Date.now. */
  readonly now?: () => number
}

interface FamilyLayout {
  readonly type: MetricType
  /** The lines of each series, in order. */
  readonly lines: readonly LineKind[]
  /** Cells that each series needs. */
  readonly stride: number
  /** How many of the first lines may have exemplars, which stand in the cells of the same index. */
  readonly exemplarLines?: number
  /** Told when a slot is given back. */
  readonly onFree?: (slot: number) => void
  /** Puts the values of a slot's lines into `row`. */
  readonly fill: (slot: number, row: Float64Array) => void
}

const HAS_CREATED: ReadonlySet<MetricType> = new Set(['counter', 'histogram', 'summary'])

/** Series, description and text of one metric; the metric classes hold one of these. */
export class Family<L extends string> {
  readonly description: Description
  readonly table: SeriesTable
  readonly now: () => number
  readonly #constLabels: Labels
  readonly #layout: FamilyLayout
  readonly #exemplars = new Exemplars()
  readonly #row: Float64Array

  constructor(options: MetricOptions<L, never>, layout: FamilyLayout) {
    const labelNames = options.labelNames ?? []
    const constLabels = Object.entries(options.constLabels ?? {})
    const name = fullName(options)
    checkNames(name, [...labelNames, ...constLabels.map(([label]) => label)], layout.lines)
    checkUnit(name, options.unit, layout.type)
    const { help, unit, aggregator } = options
    this.description = { name, help, type: layout.type, unit, aggregator }
    this.#layout = layout
    this.#row = new Float64Array(layout.lines.length)
    this.#constLabels = constLabels
    this.now = options.now ?? Date.now
    this.table = new SeriesTable({
      labelNames,
      stride: layout.stride,
      maxSeries: options.maxSeries ?? MAX_SERIES,
      onOverflow: options.onOverflow ?? 'other',
      order: options.seriesOrder ?? 'values',
      ttlMs: 1000 * (options.ttlSeconds ?? Infinity),
      now: this.now,
      onFree: (slot) => {
        this.#exemplars.forget(slot * layout.stride, (slot + 1) * layout.stride)
        layout.onFree?.(slot)
      },
    })
  }

  /** Writes the family, some lines at a time. */
  *write(out: PageWriter, format: TextFormat): Generator<undefined> {
    const { table } = this
    table.sweep()
    const slots = yield* table.sortedSlots()
    const line = this.#lineWriter(out, format)
    const lineCount = this.#layout.lines.length
    let count = 0
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      if (!table.isShown(slot)) continue
      if (count === 0) out.text(familyHead(this.description, format))
      line(slot)
      const before = count
      count += lineCount
      if (isStep(before, count)) yield
    }
  }

  /** `valuesOf` gives what a slot's series holds. */
  *series(valuesOf: (slot: number) => Partial<SeriesSnapshot>): Generator<SeriesSnapshot> {
    this.table.sweep()
    for (const slot of this.table.slots()) {
      for (const one of this.seriesAt(slot)) {
        // The values first: reading them may begin a series anew.
        const values = valuesOf(slot)
        yield { ...one, createdMs: this.table.createdMs[slot]!, ...values }
      }
    }
  }

  /** Labels and creation time of a slot; nothing when it shows no series. */
  seriesAt(slot: number): SeriesSnapshot[] {
    if (!this.table.isShown(slot)) return []
    return [{ labels: this.#labelsOf(slot), createdMs: this.table.createdMs[slot]! }]
  }

  /** Notes where an observation came from; the cell is the one it went to. */
  exemplify(cell: number, exemplar: Exemplar): void {
    this.#exemplars.set(cell, exemplar)
  }

  exemplarAt(cell: number): Exemplar | undefined {
    return this.#exemplars.of(cell)
  }

  /** Forgets all series. */
  clear(): void {
    this.table.clear()
    this.#exemplars.clear()
  }

  /** Writes the lines of a slot. What the lines of all series have in common is made once. */
  #lineWriter(out: PageWriter, format: TextFormat): (slot: number) => void {
    const { table } = this
    const { lines, fill, exemplarLines = 0, stride } = this.#layout
    const isOpen = format.kind === 'openmetrics'
    const shown = isOpen ? exemplarLines : 0
    const frames = this.#framesOf(format)
    const writeLabels = this.#labelWriter(out, format)
    const row = this.#row
    const number = (value: number): void => (isOpen ? out.openNumber(value) : out.number(value))
    return (slot) => {
      fill(slot, row)
      // The labels are written once for a series, and repeated from there.
      let from = 0
      let to = 0
      for (let i = 0; i < frames.length; i++) {
        const { before, after } = frames[i]!
        out.copy(before)
        if (i === 0) {
          from = out.length
          writeLabels(slot)
          to = out.length
        } else if (to > from) {
          out.repeat(from, to)
        }
        out.copy(after)
        number(i < lines.length ? row[i]! : table.createdMs[slot]! / 1000)
        if (i < shown) out.text(exemplarText(this.#exemplars.of(slot * stride + i)))
        out.newline()
      }
    }
  }

  /** The labels of a slot, sorted by name. */
  #labelsOf(slot: number): Labels {
    const own = this.table.labelNames.map((name, i) => [name, this.table.textAt(slot, i)] as const)
    return [...this.#constLabels, ...own].sort(byName)
  }

  /** Writes the labels of a slot: `a="b",c="d"`. Names and constant labels are escaped once. */
  #labelWriter(out: PageWriter, { escaping }: TextFormat): (slot: number) => void {
    const { table } = this
    const own = table.labelNames.map((name, i) => [name, i] as const)
    const parts: { start: Uint8Array; label: number }[] = []
    let start = ''
    for (const [name, value] of [...this.#constLabels, ...own].sort(byName)) {
      start += `${start === '' ? '' : ','}${labelStart(name, escaping)}`
      if (typeof value === 'string') {
        start += `${escapedValue(value)}"`
      } else {
        parts.push({ start: encoded(start), label: value })
        start = '"'
      }
    }
    const end = encoded(start)
    return (slot) => {
      for (let i = 0; i < parts.length; i++) {
        const { start, label } = parts[i]!
        out.copy(start)
        out.labelValue(table.textAt(slot, label))
      }
      out.copy(end)
    }
  }

  /** One frame for each line, and one for the line of the creation time when the format wants it. */
  #framesOf(format: TextFormat): { readonly before: Uint8Array; readonly after: Uint8Array }[] {
    const { lines, type } = this.#layout
    const hasLabels = this.table.labelNames.length + this.#constLabels.length > 0
    const hasCreated =
      format.kind === 'openmetrics' && format.hasCreated === true && HAS_CREATED.has(type)
    const shown = hasCreated ? [...lines, { suffix: '_created' }] : lines
    return shown.map((kind) => {
      const { before, after } = lineFrame(this.description.name, kind, hasLabels, format)
      return { before: encoded(before), after: encoded(after) }
    })
  }
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1
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
    } else {
      this.#table.touch(this.#place)
    }
    return this.#place
  }
}

/** `namespace_subsystem_name`. @source client_golang BuildFQName */
function fullName({ namespace = '', subsystem = '', name }: NameOptions): string {
  if (name === '') return ''
  return [namespace, subsystem, name].filter((part) => part !== '').join('_')
}

function checkUnit(name: string, unit: string | undefined, type: MetricType): void {
  if (unit === undefined || unit === '') return
  const base = type === 'counter' && name.endsWith('_total') ? name.slice(0, -6) : name
  if (!base.endsWith(`_${unit}`)) throw new Error(`${name}: the name does not end with _${unit}`)
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
