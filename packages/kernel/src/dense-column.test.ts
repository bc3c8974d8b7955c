import fc from 'fast-check'
import { expect, test } from 'vitest'
import { denseBytesMax, denseWorkBytes, createKernel, type Kernel, twinKernel } from './index.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const wasm = createKernel()
const twin = twinKernel()

const edge = fc.constantFrom(
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  2 ** 53,
  -(2 ** 53),
  2 ** 53 - 1,
  5e-324,
)
const any = fc.oneof({ weight: 4, arbitrary: fc.double() }, edge)

/** Columns as metrics have them: counters, gauges in steps, sums with rounding errors, mostly zeros, constants. */
const column = (n: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    fc.array(any, { minLength: n, maxLength: n }),
    fc.tuple(fc.integer(), fc.array(fc.nat(1000), { minLength: n, maxLength: n })).map(([a, d]) => {
      let sum = a
      return d.map((step) => (sum += step))
    }),
    fc
      .array(fc.integer({ min: -50, max: 50 }), { minLength: n, maxLength: n })
      .map((v) => v.map((x) => x * 4096)),
    fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: n, maxLength: n }).map((v) => {
      let sum = 0
      return v.map((x) => (sum += x / 1e9))
    }),
    fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, any), {
      minLength: n,
      maxLength: n,
    }),
    any.map((value) => Array.from({ length: n }, () => value)),
    fc
      .array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: n, maxLength: n })
      .map((v) => v.map((x) => x / 100)),
  )
const columns = fc
  .integer({ min: 1, max: 130 })
  .chain((n) => fc.array(column(n), { minLength: 1, maxLength: 5 }))
  .map((list) => ({ n: list[0]!.length, list }))

/** Encodes the columns of a tile; decodes them again. */
function roundTrip(
  kernel: Kernel,
  { n, list }: { n: number; list: number[][] },
  slack: number,
): Uint8Array[] {
  const { memory } = kernel
  const values = memory.allocate(8 * n)
  const back = memory.allocate(8 * n)
  const work = memory.allocate(denseWorkBytes(n))
  const readWork = memory.allocate(denseWorkBytes(n))
  const out = memory.allocate(denseBytesMax(n))
  memory.i32[work / 4] = -1
  memory.i32[readWork / 4] = -1
  const all = list.map((one) => {
    memory.f64.set(one, values / 8)
    const end = kernel.denseEncode(values, n, slack, work, out)
    expect(end - out).toBeLessThanOrEqual(denseBytesMax(n))
    expect(kernel.denseDecode(out, n, readWork, back)).toBe(end)
    expect(memory.u8.slice(back, back + 8 * n)).toEqual(memory.u8.slice(values, values + 8 * n))
    return memory.u8.slice(out, end)
  })
  for (const at of [values, back, work, readWork, out]) memory.free(at)
  return all
}

test(`every bit of a tile comes back, and both kernels write the same bytes (seed ${SEED})`, () => {
  fc.assert(
    fc.property(columns, fc.constantFrom(0, 8), (tile, slack) => {
      expect(roundTrip(wasm, tile, slack)).toEqual(roundTrip(twin, tile, slack))
    }),
    { seed: SEED, numRuns: 400 },
  )
})

test(`columns of 480 rows of any 64 bits come back (seed ${SEED})`, () => {
  const bits = fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { minLength: 480, maxLength: 480 })
  fc.assert(
    fc.property(bits, (patterns) => {
      const list = [[...new Float64Array(BigUint64Array.from(patterns).buffer)]]
      roundTrip(wasm, { n: 480, list }, 0)
    }),
    { seed: SEED, numRuns: 20 },
  )
})

test(`bytes that are no column are refused or read the same by both (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 40 }),
      (bytes, n) => {
        const read = (kernel: Kernel): unknown => {
          const { memory } = kernel
          const from = memory.allocate(denseBytesMax(n) + 4096)
          const work = memory.allocate(denseWorkBytes(n))
          const out = memory.allocate(8 * n)
          memory.u8.fill(0, from, from + denseBytesMax(n) + 4096)
          memory.u8.set(bytes, from)
          memory.i32[work / 4] = -1
          const end = kernel.denseDecode(from, n, work, out)
          const outcome = end === 0 ? 'refused' : [end - from, memory.u8.slice(out, out + 8 * n)]
          for (const at of [from, work, out]) memory.free(at)
          return outcome
        }
        expect(read(wasm)).toEqual(read(twin))
      },
    ),
    { seed: SEED, numRuns: 3000 },
  )
})

test('a counter, a gauge in steps and the sum of a histogram take few bits', () => {
  const bitsOf = (valueAt: (i: number) => number): number => {
    const list = [Array.from({ length: 120 }, (_, i) => valueAt(i))]
    return (roundTrip(wasm, { n: 120, list }, 0)[0]!.length * 8) / 120
  }
  let sum = 0
  const noise = (i: number): number => ((i * 2_654_435_761) >>> 0) % 1000
  expect(bitsOf((i) => 1e6 + i * 15)).toBeLessThan(1)
  expect(bitsOf((i) => 4096 * noise(i))).toBeLessThan(11)
  expect(bitsOf((i) => (sum += noise(i) / 1e9))).toBeLessThan(20)
  expect(bitsOf((i) => (i === 60 ? 1 : 0))).toBeLessThan(1)
})
