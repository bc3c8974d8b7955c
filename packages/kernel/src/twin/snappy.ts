// Twin of assembly/snappy.ts.

import type { KernelMemory } from '../kernel-memory.ts'

export function snappyDecode(
  { u8 }: KernelMemory,
  from: number,
  end: number,
  out: number,
  outEnd: number,
): number {
  let at = from
  let to = out
  while (at < end) {
    const tag = u8[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let count = tag >>> 2
      if (count >= 60) {
        const bytes = count - 59
        if (at + bytes > end) return 0
        count = littleEndian(u8, at, bytes)
        at += bytes
      }
      count++
      if (count > end - at || count > outEnd - to) return 0
      u8.copyWithin(to, at, at + count)
      at += count
      to += count
      continue
    }
    const bytes = kind === 3 ? 4 : kind
    if (at + bytes > end) return 0
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const offset = kind === 1 ? ((tag >>> 5) << 8) | u8[at]! : littleEndian(u8, at, bytes)
    at += bytes
    if (offset === 0 || offset > to - out || count > outEnd - to) return 0
    for (let i = 0; i < count; i++) u8[to + i] = u8[to + i - offset]!
    to += count
  }
  return to === outEnd ? 1 : 0
}

function littleEndian(u8: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + u8[at + i]!
  return value
}
