// What a writer holds: the door to one group of the head.

import type { Exemplar, Labels, NativeHistogram } from '@pharos/model'
import type { AppendOutcome, CellAppender, PendingSeries } from '../appender.ts'
import { seriesLabels } from '../catalog/shape.ts'
import { type ExemplarRing, logExemplar } from './exemplar-ring.ts'
import type { Head } from './head.ts'
import type { HeadGroup } from './head-group.ts'

export class GroupHandle implements CellAppender {
  readonly #head: Head
  readonly #group: HeadGroup
  readonly #exemplars: ExemplarRing
  #isReleased = false

  constructor(head: Head, group: HeadGroup, exemplars: ExemplarRing) {
    this.#head = head
    this.#group = group
    this.#exemplars = exemplars
    group.handleCount++
  }

  get key(): Labels {
    return this.#group.key
  }

  get columnCount(): number {
    return this.#group.columnCount
  }

  pending(labels: Labels): PendingSeries {
    return this.#head.pending(this.#group, labels)
  }

  column(series: Labels | PendingSeries): number {
    return this.#head.column(this.#group, series)
  }

  labelsOf(column: number): Labels {
    return seriesLabels(this.#group.key, this.#group.layout!.shapes[column]!)
  }

  appendRow(
    tMs: number,
    row: Float64Array,
    histograms?: ReadonlyMap<number, NativeHistogram>,
  ): AppendOutcome {
    return this.#head.appendRow(this.#group, tMs, row, histograms)
  }

  appendSample(tMs: number, column: number, value: number | NativeHistogram): AppendOutcome {
    return this.#head.appendSample(this.#group, tMs, column, value)
  }

  appendCells(tMs: number, columns: Int32Array, values: Float64Array, outcomes: Uint8Array): void {
    this.#head.appendCells(this.#group, tMs, columns, values, outcomes)
  }

  appendExemplar(column: number, exemplar: Exemplar): void {
    const series = this.labelsOf(column)
    const stored = this.#exemplars.add(series, exemplar, this.#head.nowMs)
    if (stored === undefined) return
    const { wal } = this.#head
    if (wal !== undefined && wal.failure === undefined) logExemplar(wal, stored)
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#group.handleCount--
  }
}
