// What a writer holds: the door to one group of the head.

import { ByteWriter } from '@pharos/base'
import type { Exemplar, Labels, NativeHistogram } from '@pharos/model'
import type { AppendOutcome, GroupAppender } from '../appender.ts'
import { seriesLabels } from '../catalog/shape.ts'
import { WalRecord } from '../wal/wal.ts'
import type { ExemplarRing } from './exemplar-ring.ts'
import type { Head } from './head.ts'
import type { HeadGroup } from './head-group.ts'

export class GroupHandle implements GroupAppender {
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

  column(labels: Labels): number {
    return this.#head.column(this.#group, labels)
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

  appendExemplar(column: number, exemplar: Exemplar): void {
    const { wal } = this.#head
    if (!this.#exemplars.add(this.labelsOf(column), exemplar)) return
    if (wal === undefined || wal.failure !== undefined) return
    const body = new ByteWriter(128)
    body.varint(wal.definitions.group(this.#group.key, this.#group.kind))
    body.varint(wal.definitions.layout(this.#group.layout!, this.#group.columnCount))
    body.varint(column)
    body.f64(exemplar.value)
    body.u8(exemplar.timestampMs === undefined ? 0 : 1)
    if (exemplar.timestampMs !== undefined) body.zigzag(Math.round(exemplar.timestampMs))
    body.varint(exemplar.labels.size)
    for (const text of exemplar.labels.flat) body.text(text)
    wal.add(WalRecord.exemplar, body.bytes())
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#group.handleCount--
  }
}
