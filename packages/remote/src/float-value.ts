import type { ProtoReader } from '@pharos/base'
import { NORMAL_NAN, STALE } from '@pharos/model'

/** A float with NaNs in our own patterns: a signalling one would not survive arithmetic. */
export function readValue(reader: ProtoReader): number {
  const value = reader.double()
  if (value === value) return value
  const { bytes, offset } = reader
  // The stale marker's pattern is 0x7ff0000000000002; the others are all the same to us.
  const isStale = bytes[offset - 8] === 2 && bytes[offset - 2] === 0xf0 && isZero(bytes, offset)
  return isStale ? STALE : NORMAL_NAN
}

function isZero(bytes: Uint8Array, offset: number): boolean {
  for (let i = offset - 7; i < offset - 2; i++) if (bytes[i] !== 0) return false
  return true
}
