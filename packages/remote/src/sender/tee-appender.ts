// An appender in front of another: what the store took goes to the remote endpoints too.
import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'
import { isAbsent } from '@pharos/model'
import {
  AppendOutcome,
  type CellAppender,
  type CellStore,
  type GroupKind,
  type PendingSeries,
} from '@pharos/tsdb'
import type { RemoteWriter } from './remote-writer.ts'
import type { SentSeries } from './sent-series.ts'

/** Who listens; replaced as a whole when the configuration changes. */
export interface Listeners {
  readonly writers: readonly RemoteWriter[]
}

export class TeeAppender implements CellStore {
  readonly #inner: CellStore
  readonly #listeners: () => Listeners

  constructor(inner: CellStore, listeners: () => Listeners) {
    this.#inner = inner
    this.#listeners = listeners
  }

  group(key: Labels, kind: GroupKind): CellAppender {
    return new TeeGroup(this.#inner.group(key, kind), this.#listeners)
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.#inner.setMetadata(metric, metadata)
    for (const one of this.#listeners().writers) one.setMetadata(metric, metadata)
  }

  sync(): Promise<void> {
    return this.#inner.sync()
  }
}

/** What each writer knows a column by; `null`: it does not get the series. */
type Columns = (SentSeries | null)[]

class TeeGroup implements CellAppender {
  readonly #inner: CellAppender
  readonly #listeners: () => Listeners
  #known: Listeners | undefined
  /** By writer. */
  #columns: Columns[] = []

  constructor(inner: CellAppender, listeners: () => Listeners) {
    this.#inner = inner
    this.#listeners = listeners
  }

  get key(): Labels {
    return this.#inner.key
  }

  get columnCount(): number {
    return this.#inner.columnCount
  }

  pending(labels: Labels): PendingSeries {
    return this.#inner.pending(labels)
  }

  column(series: Labels | PendingSeries): number {
    return this.#inner.column(series)
  }

  labelsOf(column: number): Labels {
    return this.#inner.labelsOf(column)
  }

  appendRow(
    tMs: number,
    row: Float64Array,
    histograms?: ReadonlyMap<number, NativeHistogram>,
  ): AppendOutcome {
    const outcome = this.#inner.appendRow(tMs, row, histograms)
    if (outcome !== AppendOutcome.ok) return outcome
    const { writers } = this.#current()
    const n = this.#inner.columnCount
    for (let w = 0; w < writers.length; w++) {
      const writer = writers[w]!
      for (let c = 0; c < n; c++) {
        const value = row[c]!
        if (value !== value && isAbsent(value)) continue
        const series = this.#seriesOf(w, writer, c)
        if (series !== null) writer.append(series, tMs, value)
      }
      for (const [column, histogram] of histograms ?? []) {
        const series = this.#seriesOf(w, writer, column)
        if (series !== null) writer.append(series, tMs, histogram)
      }
    }
    return outcome
  }

  appendSample(tMs: number, column: number, value: number | NativeHistogram): AppendOutcome {
    const outcome = this.#inner.appendSample(tMs, column, value)
    if (outcome !== AppendOutcome.ok) return outcome
    this.#current().writers.forEach((writer, w) => {
      const series = this.#seriesOf(w, writer, column)
      if (series !== null) writer.append(series, tMs, value)
    })
    return outcome
  }

  appendCells(tMs: number, columns: Int32Array, values: Float64Array, outcomes: Uint8Array): void {
    this.#inner.appendCells(tMs, columns, values, outcomes)
    this.#current().writers.forEach((writer, w) => {
      for (let i = 0; i < columns.length; i++) {
        if (outcomes[i] !== AppendOutcome.ok) continue
        const series = this.#seriesOf(w, writer, columns[i]!)
        if (series !== null) writer.append(series, tMs, values[i]!)
      }
    })
  }

  appendExemplar(column: number, exemplar: Exemplar): void {
    this.#inner.appendExemplar(column, exemplar)
    this.#current().writers.forEach((writer, w) => {
      const series = this.#seriesOf(w, writer, column)
      if (series !== null) writer.appendExemplar(series, exemplar)
    })
  }

  release(): void {
    this.#inner.release()
  }

  #current(): Listeners {
    const listeners = this.#listeners()
    if (listeners !== this.#known) {
      this.#known = listeners
      this.#columns = listeners.writers.map(() => [])
    }
    return listeners
  }

  #seriesOf(w: number, writer: RemoteWriter, column: number): SentSeries | null {
    const columns = this.#columns[w]!
    const known = columns[column]
    if (known !== undefined) return known
    // Up to the column, so that the array has no holes.
    for (let c = columns.length; c < column; c++) {
      columns.push(writer.series(this.#inner.labelsOf(c)) ?? null)
    }
    return (columns[column] = writer.series(this.#inner.labelsOf(column)) ?? null)
  }
}
