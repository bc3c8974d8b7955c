// Framing of records in WAL files and segments. The marker makes it possible to find the next whole record
// after a damaged span, whatever the damage did to the lengths.
//
//   record := marker u16 0x1bd7 | type u8 | 0 u8 | length u32 | crc u32 | body
//   crc    := CRC-32C of the first eight bytes, continued over the body

import { crc32c, type Task } from '@pharos/base'
import { RECORD_BYTES } from '../limits.ts'

export const RECORD_HEADER_BYTES = 12
const MARKER_LOW = 0xd7
const MARKER_HIGH = 0x1b

/** Fills in the header of a record whose body stands behind it in `bytes[at + 12, end)`. */
export function sealRecord(bytes: Uint8Array, at: number, type: number, end: number): void {
  const length = end - at - RECORD_HEADER_BYTES
  bytes[at] = MARKER_LOW
  bytes[at + 1] = MARKER_HIGH
  bytes[at + 2] = type
  bytes[at + 3] = 0
  writeU32(bytes, at + 4, length)
  const crc = crc32c(bytes, at, at + 8)
  writeU32(bytes, at + 8, crc32c(bytes, at + RECORD_HEADER_BYTES, end, crc))
}

interface RecordVisitor {
  /** A whole record; its body is `bytes[from, to)`. */
  record(type: number, from: number, to: number): void
  /** A damaged span with whole records behind it. */
  damaged(from: number, to: number): void
}

/** Bytes between two stops, some 200 µs. */
const STOP_BYTES = 256 << 10

/**
 * Visits every whole record from `start` on, in order.
 * @returns where the last whole record ends (or `start`); what is behind it is a torn tail
 */
export function* scanRecords(
  bytes: Uint8Array,
  start: number,
  visitor: RecordVisitor,
): Task<number> {
  let at = start
  let stopAt = start + STOP_BYTES
  while (at < bytes.length) {
    const end = recordEnd(bytes, at)
    if (end > 0) {
      visitor.record(bytes[at + 2]!, at + RECORD_HEADER_BYTES, end)
      at = end
      if (at >= stopAt) {
        stopAt = at + STOP_BYTES
        yield
      }
      continue
    }
    const next = nextRecord(bytes, at + 1)
    if (next < 0) return at
    visitor.damaged(at, next)
    at = next
  }
  return at
}

function nextRecord(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(MARKER_LOW, from)
  while (at >= 0) {
    if (recordEnd(bytes, at) > 0) return at
    at = bytes.indexOf(MARKER_LOW, at + 1)
  }
  return -1
}

/** Where the record at `at` ends; −1 when there is no whole record. */
function recordEnd(bytes: Uint8Array, at: number): number {
  const bodyAt = at + RECORD_HEADER_BYTES
  if (bodyAt > bytes.length) return -1
  if (bytes[at] !== MARKER_LOW || bytes[at + 1] !== MARKER_HIGH || bytes[at + 3] !== 0) return -1
  const length = readU32(bytes, at + 4)
  const end = bodyAt + length
  if (length > RECORD_BYTES || end > bytes.length) return -1
  const crc = crc32c(bytes, bodyAt, end, crc32c(bytes, at, at + 8))
  return crc === readU32(bytes, at + 8) ? end : -1
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  )
}
