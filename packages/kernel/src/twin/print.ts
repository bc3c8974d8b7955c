// Twin of assembly/print.ts.

import type { KernelMemory } from '../kernel-memory.ts'

const ABSENT_LOW = 3
const ABSENT_HIGH = 0x7ff80000

export function printNumber({ u8 }: KernelMemory, value: number, out: number): number {
  const text = numberText(value)
  for (let i = 0; i < text.length; i++) u8[out + i] = text.charCodeAt(i)
  return out + text.length
}

/** As JavaScript prints it, with a sign before Inf, −0, and two digits of exponent at least. */
function numberText(value: number): string {
  if (value !== value) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  return String(value).replace(/e([+-])([0-9])$/, 'e$10$2')
}

export function printPoints(
  memory: KernelMemory,
  row: number,
  steps: number,
  heads: number,
  out: number,
): number {
  const { u8, u32, f64 } = memory
  let at = out
  for (let s = 0; s < steps; s++) {
    const cell = row / 8 + s
    if (u32[2 * cell] === ABSENT_LOW && u32[2 * cell + 1] === ABSENT_HIGH) continue
    const head = heads + 32 * s
    const length = u8[head + 31]!
    u8.copyWithin(at, head, head + length)
    at = printNumber(memory, f64[cell]!, at + length)
    u8[at++] = 0x22
    u8[at++] = 0x5d
  }
  return at
}

export function printHeads({ u8, f64 }: KernelMemory, times: number, n: number, at: number): void {
  for (let s = 0; s < n; s++) {
    const time = f64[times / 8 + s]!
    const ms = Math.abs(time)
    const rest = ms % 1000
    const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`
    const text = `,[${time < 0 ? '-' : ''}${(ms - rest) / 1000}${fraction},"`
    const head = at + 32 * s
    for (let c = 0; c < text.length; c++) u8[head + c] = text.charCodeAt(c)
    u8[head + 31] = text.length
  }
}
