// Twin of assembly/row.ts. Whole numbers are below 2^50 here, so their differences are exact in a double.

import type { KernelMemory } from '../kernel-memory.ts'

const WHOLE = 2 ** 50

function isWhole(value: number): boolean {
  return value < WHOLE && value > -WHOLE && Math.floor(value) === value
}

export function rowEncode(
  { u8, u32, f64 }: KernelMemory,
  base: number,
  row: number,
  n: number,
  out: number,
): number {
  const bitmapBytes = (n + 7) >>> 3
  u8.fill(0, out, out + bitmapBytes)
  let at = out + bitmapBytes
  for (let c = 0; c < n; c++) {
    const baseWord = (base >>> 2) + 2 * c
    const rowWord = (row >>> 2) + 2 * c
    const low = (u32[rowWord]! ^ u32[baseWord]!) >>> 0
    const high = (u32[rowWord + 1]! ^ u32[baseWord + 1]!) >>> 0
    if (low === 0 && high === 0) continue
    u8[out + (c >>> 3)]! |= 1 << (c & 7)
    const b = f64[(base >>> 3) + c]!
    const v = f64[(row >>> 3) + c]!
    // −0 is no whole number here: the sum with its base would come back as 0.
    if (isWhole(v) && isWhole(b) && !Object.is(v, -0)) {
      const d = v - b
      let rest = d >= 0 ? d * 4 : -d * 4 - 2
      while (rest >= 128) {
        u8[at++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      u8[at++] = rest
    } else {
      at = writeXor(u8, at, low, high)
    }
  }
  return at
}

function writeXor(u8: Uint8Array, from: number, low: number, high: number): number {
  const skipped =
    low !== 0 ? (31 - Math.clz32(low & -low)) >>> 3 : 4 + ((31 - Math.clz32(high & -high)) >>> 3)
  const top = high !== 0 ? 8 - (Math.clz32(high) >>> 3) : 4 - (Math.clz32(low) >>> 3)
  let at = from
  u8[at++] = 1 | (skipped << 1) | ((top - skipped - 1) << 4)
  for (let i = skipped; i < top; i++) u8[at++] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))
  return at
}

export function rowDecode(
  { u8, f64 }: KernelMemory,
  from: number,
  end: number,
  base: number,
  n: number,
  row: number,
): number {
  let at = from + ((n + 7) >>> 3)
  if (at > end) return 0
  u8.copyWithin(row, base, base + 8 * n)
  for (let c = 0; c < ((n + 7) >>> 3) << 3; c++) {
    if ((u8[from + (c >>> 3)]! & (1 << (c & 7))) === 0) continue
    if (c >= n || at >= end) return 0
    const first = u8[at]!
    if ((first & 1) !== 0) {
      at++
      const skipped = (first >>> 1) & 7
      const top = skipped + (first >>> 4) + 1
      if (top > 8) return 0
      for (let i = skipped; i < top; i++) u8[row + 8 * c + i]! ^= u8[at++]!
      continue
    }
    let z = 0
    let scale = 1
    let byte: number
    do {
      if (at >= end || scale > 2 ** 49) return 0
      byte = u8[at++]!
      z += (byte & 127) * scale
      scale *= 128
    } while (byte >= 128)
    const value = f64[(row >>> 3) + c]!
    // Bit 0 is clear, so that z is exact below 2^54.
    if (z >= 2 ** 54 || !isWhole(value)) return 0
    z /= 2
    f64[(row >>> 3) + c] = value + (z % 2 === 0 ? z / 2 : -(z + 1) / 2)
  }
  return at > end ? 0 : at
}
