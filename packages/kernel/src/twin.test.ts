// A function and its twin get the same memory and must leave the same memory and the same result.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKernel, type Kernel, twinKernel } from './index.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const wasm = createKernel()
const twin = twinKernel()
const both: readonly Kernel[] = [wasm, twin]

/** Any 64 bits, often those that metrics have. */
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 1000 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 50, 2 ** 50 - 1, -(2 ** 50) + 1, 5e-324),
)
const rows = fc
  .integer({ min: 0, max: 70 })
  .chain((n) => fc.tuple(fc.array(value, { minLength: n, maxLength: n }), fc.array(value)))

/** Runs `work` on both kernels in freshly allocated memory and returns both outcomes. */
function onBoth<T>(bytes: number, work: (kernel: Kernel, at: number) => T): [T, T] {
  const run = (kernel: Kernel): T => {
    const at = kernel.memory.allocate(bytes)
    kernel.memory.u8.fill(0, at, at + bytes)
    const outcome = work(kernel, at)
    kernel.memory.free(at)
    return outcome
  }
  return [run(wasm), run(twin)]
}

test('the module is WebAssembly here', () => {
  expect(both.map((kernel) => kernel.isWasm)).toEqual([true, false])
})

test('the module and its twins have the same functions', () => {
  const names = (kernel: Kernel): string[] =>
    Object.keys(kernel)
      .filter((name) => name !== 'heapBase')
      .sort()
  expect(names(wasm)).toEqual(names(twin))
})

test(`a row comes back bit for bit, and both kernels write the same bytes (seed ${SEED})`, () => {
  fc.assert(
    fc.property(rows, ([row, before]) => {
      const n = row.length
      const base = Array.from({ length: n }, (_, c) => before[c] ?? row[c]!)
      const [bytes, twinBytes] = onBoth(64 * n + 64, (kernel, at) => {
        const { f64, u8 } = kernel.memory
        const [rowAt, baseAt, backAt, out] = [at, at + 8 * n, at + 16 * n, at + 24 * n]
        f64.set(row, rowAt / 8)
        f64.set(base, baseAt / 8)
        const end = kernel.rowEncode(baseAt, rowAt, n, out)
        expect(kernel.rowDecode(out, end, baseAt, n, backAt)).toBe(end)
        expect(u8.slice(backAt, backAt + 8 * n)).toEqual(u8.slice(rowAt, rowAt + 8 * n))
        if (end > out) expect(kernel.rowDecode(out, end - 1, baseAt, n, backAt)).toBe(0)
        return u8.slice(out, end)
      })
      expect(bytes).toEqual(twinBytes)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`bytes that are no row are read the same by both, and never past their end (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.uint8Array({ maxLength: 64 }), (n, bytes) => {
      const [ended, twinEnded] = onBoth(1024, (kernel, at) => {
        const { u8 } = kernel.memory
        u8.set(bytes, at)
        const end = kernel.rowDecode(at, at + bytes.length, at + 256, n, at + 512)
        expect(end).toBeLessThanOrEqual(at + bytes.length)
        return end === 0 ? 'refused' : [end - at, u8.slice(at + 512, at + 512 + 8 * n)]
      })
      expect(ended).toEqual(twinEnded)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})
