// Powers of ten for printing doubles, in two words: made once, when the first number is printed.

import type { Kernel } from './kernel.ts'

const SMALLEST = -324
const LARGEST = 292

/**
 * Writes the table that `printNumber` and `printPoints` want into memory of the kernel.
 * @returns where it is; it stays for good (10 KB)
 * @source Giulietti, The Schubfach way to render doubles, 2021: g = ⌊10^−k · 2^−r⌋ + 1
 */
export function writeShortestPowers(kernel: Kernel): number {
  const { memory } = kernel
  const at = memory.allocate(16 * (LARGEST - SMALLEST + 1))
  if (!kernel.isWasm) return at
  const mask = (1n << 64n) - 1n
  for (let k = SMALLEST; k <= LARGEST; k++) {
    const r = Number((BigInt(-k) * 913_124_641_741n) >> 38n) - 125
    const [over, under] = k > 0 ? [1n, 10n ** BigInt(k)] : [10n ** BigInt(-k), 1n]
    const g = (r >= 0 ? over / (under << BigInt(r)) : (over << BigInt(-r)) / under) + 1n
    memory.view.setBigUint64(at + 16 * (k - SMALLEST), g >> 64n, true)
    memory.view.setBigUint64(at + 16 * (k - SMALLEST) + 8, g & mask, true)
  }
  return at
}
