// Twin of assembly/scan.ts.

import type { KernelMemory } from '../kernel-memory.ts'
import { parseNumber } from './number.ts'

const LF = 10

export function scan(
  memory: KernelMemory,
  body: number,
  end: number,
  literals: number,
  lengths: number,
  n: number,
  out: number,
): number {
  const { u8, u32 } = memory
  let p = body
  let literal = literals
  for (let i = 0; i < n; i++) {
    const length = u32[lengths / 4 + i]!
    if (p + length >= end || !equals(u8, p, literal, length)) return i
    const after = parseNumber(memory, p + length, out + 8 * i)
    if (after === 0 || after >= end || u8[after] !== LF) return i
    p = after + 1
    literal += length
  }
  const length = u32[lengths / 4 + n]!
  return p + length === end && equals(u8, p, literal, length) ? n + 1 : n
}

function equals(u8: Uint8Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (u8[a + k] !== u8[b + k]) return false
  return true
}
