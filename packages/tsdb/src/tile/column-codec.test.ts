import { ByteWriter } from '@pharos/base'
import { createKernel } from '@pharos/kernel'
import { ABSENT, isSample, NORMAL_NAN, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeColumn } from '../testing/column-v1.ts'
import { decodeColumn } from './column-codec.ts'

const SPECIALS = [
  0,
  -0,
  1,
  -1,
  NaN,
  NORMAL_NAN,
  STALE,
  ABSENT,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  2 ** 53,
  -(2 ** 53),
  2 ** 50,
  2 ** 50 - 1,
  -(2 ** 50),
  0.1,
  1e-14,
  1e-15,
  1e14 + 0.5,
  1 / 3,
  4503599627370495.5,
]

function roundTrip(values: Float64Array): { bits: BigUint64Array; bytes: number } {
  const out = new ByteWriter()
  encodeColumn(values, values.length, out)
  const back = new Float64Array(values.length + 2).fill(7)
  decodeColumn(out.bytes(), values.length, back, 1)
  expect([back[0], back.at(-1)], 'neighbours are not touched').toEqual([7, 7])
  expectSameOfKernel(out.bytes(), back.slice(1, -1))
  return { bits: new BigUint64Array(back.slice(1, -1).buffer), bytes: out.length }
}

const kernel = createKernel()

/** The kernel decodes the same bits, knows where no marker is, and never writes past its rows. */
function expectSameOfKernel(bytes: Uint8Array, values: Float64Array<ArrayBuffer>): void {
  const at = kernel.memory.allocate(8 * values.length + 8 + bytes.length)
  const { u8, f64 } = kernel.memory
  const from = at + 8 * values.length + 8
  const decode = (length: number): number => {
    f64.fill(7, at / 8, at / 8 + values.length + 1)
    u8.set(bytes, from)
    const flags = kernel.columnDecode(from, from + length, values.length, at)
    expect(f64[at / 8 + values.length], 'the neighbour is not touched').toBe(7)
    return flags
  }
  for (let cut = 1; cut <= 3; cut++) decode(Math.max(0, bytes.length - cut))
  const flags = decode(bytes.length)
  const decoded = f64.slice(at / 8, at / 8 + values.length)
  kernel.memory.free(at)
  expect(new BigUint64Array(decoded.buffer)).toEqual(new BigUint64Array(values.buffer))
  expect(flags).toBe(values.every((value) => isSample(value)) ? 0 : 1)
}

function check(values: readonly number[] | Float64Array): number {
  const column = Float64Array.from(values)
  const { bits, bytes } = roundTrip(column)
  expect(bits).toEqual(new BigUint64Array(column.buffer))
  return bytes
}

/** Columns as metrics have them, spiced with what they rarely have. */
const columns = fc
  .tuple(
    fc.constantFrom('counter', 'gauge', 'decimal', 'noise', 'bits', 'constant', 'specials'),
    fc.integer({ min: 1, max: 480 }),
    fc.array(fc.double(), { minLength: 1, maxLength: 20 }),
    fc.array(fc.tuple(fc.nat(479), fc.constantFrom(...SPECIALS)), { maxLength: 12 }),
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 30 }),
  )
  .map(([kind, n, doubles, changes, patterns]) => {
    const column = new Float64Array(n)
    const bits = new BigUint64Array(column.buffer)
    let sum = 0
    for (let i = 0; i < n; i++) {
      const d = doubles[i % doubles.length]!
      sum += Math.abs(Math.trunc(d % 1000)) || 0
      if (kind === 'counter') column[i] = sum
      else if (kind === 'gauge') column[i] = Math.trunc(d % 1e6) * 4096
      else if (kind === 'decimal') column[i] = Math.trunc(d % 1e6) / 1000
      else if (kind === 'noise') column[i] = d
      else if (kind === 'bits') bits[i] = patterns[i % patterns.length]!
      else if (kind === 'constant') column[i] = doubles[0]!
      else column[i] = SPECIALS[i % SPECIALS.length]!
    }
    for (const [at, value] of changes) if (at < n) column[at] = value
    return column
  })

test('a column gives back every bit it was given', () => {
  fc.assert(
    fc.property(columns, (column) => {
      check(column)
    }),
    { numRuns: 2000 },
  )
})

test('every NaN payload survives', () => {
  const column = new Float64Array(64)
  const bits = new BigUint64Array(column.buffer)
  for (let i = 0; i < 64; i++) bits[i] = 0x7ff0000000000001n + BigInt(i) * 0x10000001n
  const copy = bits.slice()
  expect(roundTrip(column).bits).toEqual(copy)
})

test('what does not change costs next to nothing, and what counts up evenly not much more', () => {
  const column = (value: (i: number) => number): number =>
    check(Float64Array.from({ length: 120 }, (_, i) => value(i)))
  expect(column(() => ABSENT)).toBe(1)
  expect(column(() => 42)).toBeLessThan(8)
  expect(column(() => 1 / 3)).toBeLessThan(12)
  expect(column((i) => 1e9 + i * 15)).toBeLessThan(16)
  expect(column((i) => 1e9 + i * 15 + (i % 4))).toBeLessThan(60)
  expect(column((i) => (i === 77 ? ABSENT : 5))).toBeLessThan(24)
})

test('garbage is refused and never read past its end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 480 }), (bytes, n) => {
      const out = new Float64Array(n)
      try {
        decodeColumn(bytes, n, out, 0)
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^(bytes|tsdb)\//)
      }
    }),
    { numRuns: 2000 },
  )
})
