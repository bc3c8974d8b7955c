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
  words: Uint32Array
}

export function emptyKeyframe(): Keyframe {
  const values = new Float64Array(0)
  return {
    file: -1,
    number: 0,
    tMs: 0,
    rowsSince: 0,
    values,
    words: new Uint32Array(values.buffer),
  }
}

export const RowFlag = { isDifference: 1, hasHistograms: 2 } as const

const WHOLE = 2 ** 50
/** Group, layout, flag, number and time. */
const HEAD_BYTES = 48
/** The longest value: a control byte and eight bytes, or a varint of 52 bits. */
const VALUE_BYTES = 9

/**
 * Writes the body of a row record and renews the keyframe when it is due. Allocates nothing for a sample.
 * @param words  memory of `row` as 32-bit words
 */
export function writeRow(
  out: RecordBuffer,
  file: number,
  groupId: number,
  layoutId: number,
  tMs: number,
  row: Float64Array,
  words: Uint32Array,
  n: number,
  keyframe: Keyframe,
  hasHistograms: boolean,
): void {
  out.reserve(HEAD_BYTES + ((n + 7) >>> 3) + n * VALUE_BYTES)
  const isKeyframe = keyframe.file !== file || keyframe.rowsSince >= KEYFRAME_ROWS
  if (isKeyframe) beginKeyframe(keyframe, file, n)
  keyframe.rowsSince++
  out.varint(groupId)
  out.varint(layoutId)
  out.varint((isKeyframe ? 0 : RowFlag.isDifference) | (hasHistograms ? RowFlag.hasHistograms : 0))
  out.varint(keyframe.number)
  const dt = isKeyframe ? tMs : tMs - keyframe.tMs
  out.varint(dt >= 0 ? dt * 2 : -dt * 2 - 1)
  if (isKeyframe) keyframe.tMs = tMs
  writeValues(out, row, words, n, keyframe.values, keyframe.words)
  if (isKeyframe) for (let c = 0; c < n; c++) keyframe.values[c] = row[c]!
}

/** A keyframe of zeros with the next number. */
function beginKeyframe(keyframe: Keyframe, file: number, n: number): void {
  keyframe.number = keyframe.file === file ? keyframe.number + 1 : 0
  keyframe.file = file
  keyframe.rowsSince = 0
  keyframe.tMs = 0
  if (keyframe.values.length < n) setKeyframe(keyframe, new Float64Array(n))
  else keyframe.values.fill(0)
}

export function setKeyframe(keyframe: Keyframe, values: Float64Array<ArrayBuffer>): void {
  keyframe.values = values
  keyframe.words = new Uint32Array(values.buffer)
}

function writeValues(
  out: RecordBuffer,
  row: Float64Array,
  words: Uint32Array,
  n: number,
  base: Float64Array,
  baseWords: Uint32Array,
): void {
  const bytes = out.bytes
  const bitmapAt = out.length
  const bitmapEnd = bitmapAt + ((n + 7) >>> 3)
  bytes.fill(0, bitmapAt, bitmapEnd)
  let at = bitmapEnd
  const known = base.length
  for (let c = 0; c < n; c++) {
    const low = words[2 * c]!
    const high = words[2 * c + 1]!
    const baseLow = c < known ? baseWords[2 * c]! : 0
    const baseHigh = c < known ? baseWords[2 * c + 1]! : 0
    if (low === baseLow && high === baseHigh) continue
    bytes[bitmapAt + (c >>> 3)]! |= 1 << (c & 7)
    const v = row[c]!
    const b = c < known ? base[c]! : 0
    // −0 is no whole number here: the sum with its base would come back as 0.
    if (
      v < WHOLE &&
      v > -WHOLE &&
      Math.floor(v) === v &&
      (v !== 0 || high === 0) &&
      b < WHOLE &&
      b > -WHOLE &&
      Math.floor(b) === b
    ) {
      const d = v - b
      let rest = d >= 0 ? d * 4 : -d * 4 - 2
      while (rest >= 0x80000000) {
        bytes[at++] = (rest % 128) | 0x80
        rest = Math.floor(rest / 128)
      }
      while (rest >= 0x80) {
        bytes[at++] = (rest & 0x7f) | 0x80
        rest >>>= 7
      }
      bytes[at++] = rest
    } else {
      at = writeXor(bytes, at, (low ^ baseLow) >>> 0, (high ^ baseHigh) >>> 0)
    }
  }
  out.length = at
}

function writeXor(bytes: Uint8Array, from: number, low: number, high: number): number {
  const skipped =
    low !== 0 ? (31 - Math.clz32(low & -low)) >>> 3 : 4 + ((31 - Math.clz32(high & -high)) >>> 3)
  const top = high !== 0 ? 8 - (Math.clz32(high) >>> 3) : 4 - (Math.clz32(low) >>> 3)
  let at = from
  bytes[at++] = 1 | (skipped << 1) | ((top - skipped - 1) << 4)
  for (let i = skipped; i < top; i++) {
    bytes[at++] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))
  }
  return at
}

/**
 * Reads the bitmap and values of a row against its keyframe into `row[0 … n)`.
 * @returns where the values end
 * @throws OutsideError `wal/corrupt` when they end behind `end`
 */
export function readValues(
  bytes: Uint8Array,
  from: number,
  end: number,
  n: number,
  keyframe: Keyframe,
  row: Float64Array,
  words: Uint32Array,
): number {
  let at = from + ((n + 7) >>> 3)
  if (at > end) throw new OutsideError('wal/corrupt', 'a row ends before its bitmap')
  const known = keyframe.values.length
  for (let c = 0; c < n; c++) {
    row[c] = c < known ? keyframe.values[c]! : 0
    if ((bytes[from + (c >>> 3)]! & (1 << (c & 7))) === 0) continue
    const first = bytes[at]!
    if ((first & 1) === 0) {
      let z = 0
      let scale = 1
      let byte: number
      do {
        byte = bytes[at++]!
        z += (byte & 0x7f) * scale
        scale *= 128
      } while (byte >= 0x80 && at < end)
      z /= 2
      row[c] = row[c]! + (z % 2 === 0 ? z / 2 : -(z + 1) / 2)
    } else {
      at++
      const skipped = (first >>> 1) & 7
      const top = skipped + (first >>> 4) + 1
      for (let i = skipped; i < top; i++) {
        const byte = bytes[at++]!
        if (i < 4) words[2 * c]! ^= byte << (8 * i)
        else words[2 * c + 1]! ^= byte << (8 * (i - 4))
      }
    }
    if (at > end) throw new OutsideError('wal/corrupt', 'a row ends before its last value')
  }
  return at
}
