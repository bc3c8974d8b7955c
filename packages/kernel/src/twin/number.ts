// Twin of assembly/number.ts: the engine's own conversion, which rounds exactly, on what the grammar lets through.

import type { KernelMemory } from '../kernel-memory.ts'

const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,4}))?/
const NAME = /^(?:NaN|([+-]?)Inf)/
/** Longer texts than this are no number that the kernel decides. */
const TEXT_BYTES_MAX = 400
const NORMAL_NAN = [1, 0x7ff80000] as const

export function parseNumber(memory: KernelMemory, from: number, out: number): number {
  const { u8, u32, f64 } = memory
  const end = Math.min(u8.length, from + TEXT_BYTES_MAX)
  let text = ''
  for (let i = from; i < end && u8[i]! > 0x20 && u8[i]! < 0x7f; i++) {
    text += String.fromCharCode(u8[i]!)
  }
  const name = NAME.exec(text)
  if (name !== null) {
    if (name[0] === 'NaN') u32.set(NORMAL_NAN, out / 4)
    else f64[out / 8] = name[1] === '-' ? -Infinity : Infinity
    return from + name[0].length
  }
  const match = DECIMAL.exec(text)
  if (match === null) return 0
  const isCut = match[3] === undefined ? /^[eE]/ : /^\d/
  if (isCut.test(text.slice(match[0].length))) return 0
  const digits = match[2]!.replace('.', '').replace(/^0+/, '')
  if (digits.length > 19) return 0
  const value = Number(match[0])
  if (digits !== '' && isUndecided(value)) return 0
  f64[out / 8] = value
  return from + match[0].length
}

/** Zero, subnormal and infinite results of digits are left to the caller. */
function isUndecided(value: number): boolean {
  return !(Math.abs(value) >= 2 ** -1022 && Math.abs(value) < Infinity)
}
