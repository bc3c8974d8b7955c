// The intermediate form of an instant vector over all steps:
//
//   frame := rows × S values in one Float64Array; row -> label set, "the name goes at the end"
//
// No sample is the NaN ABSENT. A histogram sample has ABSENT in its place and stands in the row's cells,
// which exist only for rows that have any.

import { ABSENT, ABSENT_LOW_WORD, Labels, type NativeHistogram } from '@pharos/model'
import type { KernelMemory } from '@pharos/kernel'
import { histogramSampleCount } from './histogram-size.ts'
import type { MemoryMeter } from './memory-meter.ts'
import type { RowName } from './row-name.ts'

/** The histograms of a row, one place a step. */
export type Cells = (NativeHistogram | undefined)[]

/** One row being made; reused by its producer, so copy to keep. */
export class Row {
  values: Float64Array<ArrayBuffer>
  /** The same bytes; low words tell ABSENT from other NaNs. */
  words: Uint32Array<ArrayBuffer>
  cells: Cells | undefined = undefined
  /** Where it lies in the kernel's memory; 0: elsewhere. */
  readonly address: number
  readonly #memory: KernelMemory | undefined
  readonly #length: number

  constructor(values: Float64Array<ArrayBuffer>, memory?: KernelMemory) {
    this.values = values
    this.words = wordsOf(values)
    this.#memory = memory
    this.#length = values.length
    this.address = memory === undefined ? 0 : values.byteOffset
  }

  /** @param at  where `stepCount` numbers, rounded up to an even count, may be written */
  static inKernel(memory: KernelMemory, at: number, stepCount: number): Row {
    return new Row(memory.f64.subarray(at / 8, at / 8 + stepCount), memory)
  }

  /** Sees the kernel's memory again after it has grown; to be called after anything that allocates there. */
  renew(): void {
    const memory = this.#memory
    if (memory === undefined || this.values.buffer === memory.f64.buffer) return
    const from = this.address / 8
    const length = this.#length
    this.values = memory.f64.subarray(from, from + length)
    this.words = new Uint32Array(memory.f64.buffer, this.address, length * 2)
  }

  static ofSteps(stepCount: number): Row {
    return new Row(new Float64Array(stepCount))
  }

  /** Everything absent. */
  clear(): void {
    this.values.fill(ABSENT)
    this.cells = undefined
  }

  /** Steps with a sample, floats and histograms. */
  presentCount(): number {
    const { values, words, cells } = this
    return presentBetween(values, words, cells, 0, values.length)
  }

  /** As the sample limit counts: a float is one, a histogram as many as its size. */
  sampleCount(): number {
    let count = this.presentCount()
    if (this.cells === undefined) return count
    for (const cell of this.cells) if (cell) count += histogramSampleCount(cell) - 1
    return count
  }
}

/** Samples at places [from, to) of a column, of which `cells` begins at `from`. */
function presentBetween(
  values: Float64Array,
  words: Uint32Array,
  cells: Cells | undefined,
  from: number,
  to: number,
): number {
  let count = 0
  for (let i = from; i < to; i++) {
    const v = values[i]!
    if (v === v || words[2 * i] !== ABSENT_LOW_WORD) count++
  }
  if (cells !== undefined) for (const cell of cells) if (cell !== undefined) count++
  return count
}

/** Bytes of a row besides its values: a label set of its own and places in the lists; an estimate. */
const ROW_BYTES = 128

/** Takes one row; row and name belong to the producer again after the call. */
export type RowSink = (name: RowName, dropName: boolean, row: Row) => void

export class Frame {
  readonly stepCount: number
  readonly labels: Labels[] = []
  /** The name goes when the query is done (delayed name removal). */
  readonly dropName: boolean[] = []
  readonly cells: (Cells | undefined)[] = []
  values: Float64Array<ArrayBuffer>
  words: Uint32Array<ArrayBuffer>
  readonly memory: MemoryMeter | undefined

  constructor(stepCount: number, rowCapacity = 0, memory?: MemoryMeter) {
    this.stepCount = stepCount
    this.memory = memory
    this.values = this.#column(stepCount * rowCapacity)
    this.words = wordsOf(this.values)
  }

  /** What it holds, for the memory meter. */
  get bytes(): number {
    return this.values.byteLength + ROW_BYTES * this.labels.length
  }

  get rowCount(): number {
    return this.labels.length
  }

  /** Copies a row in. */
  push(labels: Labels, dropName: boolean, row: Row): void {
    const base = this.#reserve()
    this.values.set(row.values, base)
    this.labels.push(labels)
    this.dropName.push(dropName)
    this.cells.push(row.cells)
  }

  /** A new row without samples. @returns its number */
  addRow(labels: Labels, dropName: boolean): number {
    const base = this.#reserve()
    this.values.fill(ABSENT, base, base + this.stepCount)
    this.labels.push(labels)
    this.dropName.push(dropName)
    this.cells.push(undefined)
    return this.labels.length - 1
  }

  dropLastRow(): void {
    this.labels.pop()
    this.dropName.pop()
    this.cells.pop()
  }

  /** A view on one row, valid until the next row is added. */
  row(row: number): Row {
    const base = row * this.stepCount
    const view = new Row(this.values.subarray(base, base + this.stepCount))
    view.cells = this.cells[row]
    return view
  }

  /** Steps of a row with a sample, floats and histograms. */
  presentCount(row: number): number {
    const from = row * this.stepCount
    return presentBetween(this.values, this.words, this.cells[row], from, from + this.stepCount)
  }

  /** True when there is a float at (row, step). */
  hasFloat(row: number, step: number): boolean {
    const i = row * this.stepCount + step
    const v = this.values[i]!
    return v === v || this.words[2 * i] !== ABSENT_LOW_WORD
  }

  histogram(row: number, step: number): NativeHistogram | undefined {
    return this.cells[row]?.[step]
  }

  has(row: number, step: number): boolean {
    return this.hasFloat(row, step) || this.cells[row]?.[step] !== undefined
  }

  setHistogram(row: number, step: number, histogram: NativeHistogram): void {
    const cells = (this.cells[row] ??= Array.from({ length: this.stepCount }, () => undefined))
    cells[step] = histogram
  }

  /** All samples, as the sample limit counts them. */
  sampleCount(): number {
    let count = 0
    for (let r = 0; r < this.rowCount; r++) {
      count += this.presentCount(r)
      for (const cell of this.cells[r] ?? []) if (cell) count += histogramSampleCount(cell) - 1
    }
    return count
  }

  #reserve(): number {
    const base = this.labels.length * this.stepCount
    this.memory?.take(ROW_BYTES)
    if (base + this.stepCount > this.values.length) {
      const length = Math.max(2 * this.values.length, base + this.stepCount)
      const values = this.#column(length)
      values.set(this.values)
      this.memory?.giveColumn(this.values)
      this.values = values
      this.words = wordsOf(values)
    }
    return base
  }

  #column(length: number): Float64Array<ArrayBuffer> {
    return this.memory?.takeColumn(length) ?? new Float64Array(length)
  }
}

function wordsOf({
  buffer,
  byteOffset,
  length,
}: Float64Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(buffer, byteOffset, 2 * length)
}

/** A scalar as a vector of one row. */
export function scalarFrame(values: Float64Array<ArrayBuffer>): Frame {
  const frame = new Frame(values.length, 1)
  frame.push(Labels.EMPTY, false, new Row(values))
  return frame
}
