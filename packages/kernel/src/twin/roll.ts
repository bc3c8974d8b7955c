// Twin of assembly/roll.ts.

import type { KernelMemory } from '../kernel-memory.ts'

const ABSENT_LOW = 3
const ABSENT_HIGH = 0x7ff80000

function writeAbsent({ u32 }: KernelMemory, cell: number): void {
  u32[2 * cell] = ABSENT_LOW
  u32[2 * cell + 1] = ABSENT_HIGH
}

export function rollLatest(
  memory: KernelMemory,
  vs: number,
  latest: number,
  steps: number,
  out: number,
): void {
  const { f64, i32 } = memory
  for (let s = 0; s < steps; s++) {
    const i = i32[latest / 4 + s]!
    if (i < 0) writeAbsent(memory, out / 8 + s)
    else f64[out / 8 + s] = f64[vs / 8 + i]!
  }
}

interface RateColumn {
  readonly vs: number
  readonly n: number
  readonly constants: number
  readonly steps: number
  readonly out: number
}

export function rollRate(
  memory: KernelMemory,
  { vs, n, constants, steps, out }: RateColumn,
  isCounter: boolean,
  divisor: number,
): number {
  const { f64, i32 } = memory
  const v = vs / 8
  if (isCounter) for (let i = 1; i < n; i++) if (f64[v + i]! < f64[v + i - 1]!) return 0
  const even = steps + (steps & 1)
  const factors = constants / 8 + even
  for (let s = 0; s < even; s++) {
    const a = i32[constants / 4 + s]!
    const b = i32[constants / 4 + even + s]!
    if (a === b) {
      writeAbsent(memory, out / 8 + s)
      continue
    }
    const start = f64[v + a]!
    const rise = f64[v + b]! - start
    let factor = f64[factors + s]!
    const interval = f64[factors + even + s]!
    const toStart = f64[factors + 2 * even + s]!
    if (isCounter && rise > 0 && start >= 0 && interval * start < 2 * toStart * rise) {
      const toZero = interval * (start / rise)
      const toEnd = f64[factors + 3 * even + s]!
      factor = (interval + (toZero < toStart ? toZero : toStart) + toEnd) / interval / divisor
    }
    f64[out / 8 + s] = rise * factor
  }
  return 1
}

export function rollAdd(
  { f64, u32 }: KernelMemory,
  row: number,
  steps: number,
  sums: number,
  parts: number,
  counts: number,
): void {
  for (let s = 0; s < steps + (steps & 1); s++) {
    const cell = row / 8 + s
    if (u32[2 * cell] === ABSENT_LOW && u32[2 * cell + 1] === ABSENT_HIGH) continue
    const x = f64[cell]!
    const sum = f64[sums / 8 + s]!
    const t = sum + x
    const b = t - sum
    const rest = sum - (t - b) + (x - b)
    f64[parts / 8 + s] = t === Infinity || t === -Infinity ? 0 : f64[parts / 8 + s]! + rest
    f64[sums / 8 + s] = t
    f64[counts / 8 + s]! += 1
  }
}
