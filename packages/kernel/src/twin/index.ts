// Every function of the kernel in TypeScript, working on the same memory.

import type { KernelFunctions } from '../functions.ts'
import type { KernelMemory } from '../kernel-memory.ts'
import { parseNumber } from './number.ts'
import { rowDecode, rowEncode } from './row.ts'
import { scan } from './scan.ts'

export function twins(memory: KernelMemory): KernelFunctions {
  return {
    rowEncode: (base, row, n, out) => rowEncode(memory, base, row, n, out),
    rowDecode: (from, end, base, n, row) => rowDecode(memory, from, end, base, n, row),
    parseNumber: (from, _powers, out) => parseNumber(memory, from, out),
    scan: (body, end, literals, lengths, n, _powers, out) =>
      scan(memory, body, end, literals, lengths, n, out),
  }
}
