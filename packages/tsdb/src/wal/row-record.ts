// A row in the WAL, as differences to the group's last whole row (its keyframe) in the same file. Differences to
// the keyframe and not to the previous row: one damaged record then costs one row, not all that follow.
//
//   ROW := group varint | layout varint | flags varint (1: not a keyframe, 2: has histograms) | number varint | ts zz
//          bitmap ceil(n / 8) of the columns that differ from the keyframe | values
//          with flag 2: count varint, count × (column varint, histogram)
//   value: both whole numbers below 2^50:  varint(zigzag(value − keyframe's) << 1)
//          else  u8 (1 | skipped low bytes << 1 | (bytes − 1) << 4) and that many bytes of the xor with the keyframe's
//
// `number` counts the keyframes of the group in this file; ts is relative to the keyframe's. A keyframe itself is
// written against a row of zeros at time 0. Columns newer than the keyframe are zero in it.

import { OutsideError } from '@pharos/base'
import type { Kernel } from '@pharos/kernel'
import { KEYFRAME_ROWS } from '../limits.ts'
import type { RecordBuffer } from './record-buffer.ts'

/** What a group remembers of its keyframe, in the writer and in the reader. */
export interface Keyframe {
  /** Sequence number of the WAL file it stands in; −1: none. */
  file: number
  number: number
  tMs: number
  rowsSince: number
  values: Float64Array
}

export function emptyKeyframe(): Keyframe {
  return { file: -1, number: 0, tMs: 0, rowsSince: 0, values: new Float64Array(0) }
}

export const RowFlag = { isDifference: 1, hasHistograms: 2 } as const

/** Group, layout, flag, number and time. */
const HEAD_BYTES = 48
/** Writes and reads rows; the kernel does what is to be done for each value. */
export class RowCodec {
  readonly #kernel: Kernel
  #columns = 0
  #baseAt = 0
  #rowAt = 0
  #bytesAt = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Writes the body of a row record and renews the keyframe when it is due. Allocates nothing for a sample. */
  write(
    out: RecordBuffer,
    file: number,
    groupId: number,
    layoutId: number,
    tMs: number,
    row: Float64Array,
    n: number,
    keyframe: Keyframe,
    hasHistograms: boolean,
  ): void {
    out.reserve(HEAD_BYTES)
    const isKeyframe = keyframe.file !== file || keyframe.rowsSince >= KEYFRAME_ROWS
    if (isKeyframe) beginKeyframe(keyframe, file, n)
    keyframe.rowsSince++
    out.varint(groupId)
    out.varint(layoutId)
    out.varint(
      (isKeyframe ? 0 : RowFlag.isDifference) | (hasHistograms ? RowFlag.hasHistograms : 0),
    )
    out.varint(keyframe.number)
    const dt = isKeyframe ? tMs : tMs - keyframe.tMs
    out.varint(dt >= 0 ? dt * 2 : -dt * 2 - 1)
    if (isKeyframe) keyframe.tMs = tMs
    this.#place(keyframe.values, n)
    const own = row.length === n ? row : row.subarray(0, n)
    const { memory } = this.#kernel
    memory.f64.set(own, this.#rowAt / 8)
    const end = this.#kernel.rowEncode(this.#baseAt, this.#rowAt, n, this.#bytesAt)
    out.append(memory.u8.subarray(this.#bytesAt, end))
    if (isKeyframe) keyframe.values.set(own)
  }

  /**
   * Reads the bitmap and values of a row against its keyframe into `row[0 … n)`.
   * @returns where the values end
   * @throws OutsideError `wal/corrupt` when they are no row, or end behind `end`
   */
  read(
    bytes: Uint8Array,
    from: number,
    end: number,
    n: number,
    keyframe: Keyframe,
    row: Float64Array,
  ): number {
    this.#place(keyframe.values, n)
    const { memory } = this.#kernel
    // A row is no longer than this; histograms may follow it.
    const length = Math.min(end - from, rowBytes(n))
    memory.u8.set(bytes.subarray(from, from + length), this.#bytesAt)
    const to = this.#bytesAt + length
    const ended = this.#kernel.rowDecode(this.#bytesAt, to, this.#baseAt, n, this.#rowAt)
    if (ended === 0) throw new OutsideError('wal/corrupt', 'a row ends before its last value')
    row.set(memory.f64.subarray(this.#rowAt / 8, this.#rowAt / 8 + n))
    return from + ended - this.#bytesAt
  }

  /** The keyframe's values, zeros for columns that it lacks. */
  #place(base: Float64Array, n: number): void {
    const { memory } = this.#kernel
    if (n > this.#columns) {
      if (this.#columns > 0) {
        for (const at of [this.#baseAt, this.#rowAt, this.#bytesAt]) memory.free(at)
      }
      this.#columns = Math.max(256, Math.ceil(n * 1.25))
      this.#baseAt = memory.allocate(8 * this.#columns)
      this.#rowAt = memory.allocate(8 * this.#columns)
      this.#bytesAt = memory.allocate(rowBytes(this.#columns))
    }
    const known = Math.min(n, base.length)
    const at = this.#baseAt / 8
    memory.f64.set(base.length === known ? base : base.subarray(0, known), at)
    if (known < n) memory.f64.fill(0, at + known, at + n)
  }
}

/** A bitmap, and a control byte and eight bytes for each column. */
function rowBytes(n: number): number {
  return ((n + 7) >>> 3) + 9 * n
}

/** A keyframe of zeros with the next number. */
function beginKeyframe(keyframe: Keyframe, file: number, n: number): void {
  keyframe.number = keyframe.file === file ? keyframe.number + 1 : 0
  keyframe.file = file
  keyframe.rowsSince = 0
  keyframe.tMs = 0
  if (keyframe.values.length < n) keyframe.values = new Float64Array(n)
  else keyframe.values.fill(0)
}
