// Every function of the kernel in TypeScript, working on the same memory.

import type { KernelFunctions } from '../functions.ts'
import type { KernelMemory } from '../kernel-memory.ts'
import { denseDecode, denseEncode } from './dense-column.ts'
import { parseNumber } from './number.ts'
import { printHeads, printNumber, printPoints } from './print.ts'
import { rollAdd, rollLatest, rollRate } from './roll.ts'
import { rowDecode, rowEncode } from './row.ts'
import { scan } from './scan.ts'
import { snappyDecode } from './snappy.ts'
import { labelsAdd, labelsFind, writeWalk } from './write-walk.ts'

export function twins(memory: KernelMemory): KernelFunctions {
  return {
    rowEncode: (base, row, n, out) => rowEncode(memory, base, row, n, out),
    rowDecode: (from, end, base, n, row) => rowDecode(memory, from, end, base, n, row),
    parseNumber: (from, _powers, out) => parseNumber(memory, from, out),
    scan: (body, end, literals, lengths, n, _powers, out) =>
      scan(memory, body, end, literals, lengths, n, out),
    // The caller's own decoder, which is the oracle too.
    columnDecode: () => -1,
    denseEncode: (column, n, slack, work, out) => denseEncode(memory, column, n, slack, work, out),
    denseDecode: (from, n, work, out) => denseDecode(memory, from, n, work, out),
    printNumber: (value, _powers, out) => printNumber(memory, value, out),
    printHeads: (times, steps, heads) => printHeads(memory, times, steps, heads),
    printPoints: (row, steps, heads, _powers, _texts, out) =>
      printPoints(memory, row, steps, heads, out),
    rollLatest: (vs, latest, steps, out) => rollLatest(memory, vs, latest, steps, out),
    rollRate: (vs, n, constants, steps, isCounter, divisor, out) =>
      rollRate(memory, { vs, n, constants, steps, out }, isCounter !== 0, divisor),
    rollAdd: (row, steps, sums, parts, counts) => rollAdd(memory, row, steps, sums, parts, counts),
    snappyDecode: (from, end, out, outEnd) => snappyDecode(memory, from, end, out, outEnd),
    labelsFind: (table, from, to) => labelsFind(memory, table, from, to),
    labelsAdd: (table, entry) => labelsAdd(memory, table, entry),
    writeWalk: (from, end, table) => writeWalk(memory, from, end, table),
  }
}
