// The table that text-to-number needs: 5^q for q in [−342, 308], scaled to 128 bits with the highest bit set.

import type { KernelMemory } from './kernel-memory.ts'

const SMALLEST = -342
const LARGEST = 308

/**
 * Makes the table (10 KiB) in kernel memory.
 * @returns its address; for each power the upper and the lower 64 bits
 * @source Lemire, Number Parsing at a Gigabyte per Second, 2021, appendix B
 */
export function powersOfFive(memory: KernelMemory): number {
  const at = memory.allocate((LARGEST - SMALLEST + 1) * 16)
  const { view } = memory
  for (let q = SMALLEST; q <= LARGEST; q++) {
    const bits = q < 0 ? reciprocal(-q) : truncated(5n ** BigInt(q))
    view.setBigUint64(at + (q - SMALLEST) * 16, bits >> 64n, true)
    view.setBigUint64(at + (q - SMALLEST) * 16 + 8, bits & 0xffff_ffff_ffff_ffffn, true)
  }
  return at
}

function truncated(value: bigint): bigint {
  const length = BigInt(value.toString(2).length)
  return length <= 128n ? value << (128n - length) : value >> (length - 128n)
}

/** 1 / 5^q, rounded up, as the algorithm wants negative powers. */
function reciprocal(q: number): bigint {
  const power = 5n ** BigInt(q)
  const length = BigInt(power.toString(2).length)
  const bits = q <= 27 ? length + 127n : 2n * length + 128n
  let value = (1n << bits) / power + 1n
  while (value >= 1n << 128n) value >>= 1n
  return value
}
