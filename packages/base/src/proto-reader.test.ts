import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutsideError } from './errors.ts'
import { ProtoReader, Wire } from './proto-reader.ts'
import { ProtoWriter } from './proto-writer.ts'

/** Reads every field of any message, nested ones as bytes. */
function walk(bytes: Uint8Array): number {
  const reader = new ProtoReader(bytes)
  let fields = 0
  for (; reader.next(); fields++) reader.skip()
  return fields
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof OutsideError ? error.code : String(error)
  }
  return 'none'
}

test('a message that ends where the buffer ends is not lost when its length is written', () => {
  for (let before = 0; before < 64; before++) {
    const writer = new ProtoWriter(1)
    for (let i = 0; i < before; i++) writer.uint64(1, 1)
    writer.packedDouble(2, [134217728])
    const reader = new ProtoReader(writer.bytes())
    const found: number[] = []
    while (reader.next()) {
      if (reader.field === 1) reader.skip()
      else reader.repeated(Wire.fixed64, (one) => found.push(one.double()))
    }
    expect(found, `${before} fields before`).toEqual([134217728])
  }
})

test('every field comes back as it was written', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.maxSafeInteger(),
      fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
      fc.double(),
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.integer()),
      (uint, int, sint, double, text, list) => {
        const writer = new ProtoWriter(1)
        writer.uint64(1, uint)
        writer.message(2, () => {
          writer.int64(1, int)
          writer.message(300_000, () => writer.text(1, text))
        })
        writer.sint64(3, sint)
        writer.double(4, double)
        writer.packedSint64(5, list)
        writer.packedDouble(6, list)
        const reader = new ProtoReader(writer.bytes())
        const found: unknown[] = []
        reader.next()
        found.push(reader.uint64())
        reader.next()
        const outer = reader.enter()
        reader.next()
        found.push(reader.int64())
        reader.next()
        found.push(reader.field)
        const inner = reader.enter()
        reader.next()
        found.push(reader.text())
        reader.leave(inner)
        expect(reader.next()).toBe(false)
        reader.leave(outer)
        reader.next()
        found.push(reader.sint64())
        reader.next()
        found.push(reader.double())
        const [ints, doubles]: [number[], number[]] = [[], []]
        reader.next()
        reader.repeated(Wire.varint, (one) => ints.push(one.sint64()))
        reader.next()
        reader.repeated(Wire.fixed64, (one) => doubles.push(one.double()))
        expect(reader.next()).toBe(false)
        expect(found).toEqual([uint, int, 300_000, text, sint, double])
        expect(ints).toEqual(list)
        expect(doubles).toEqual(list)
      },
    ),
  )
})

test('numbers at the edge of 64 bits keep their sign', () => {
  const reader = new ProtoReader(
    Buffer.from(
      '08ffffffffffffffffff01' + '0880808080808080808001' + '08ffffffffffffffff7f',
      'hex',
    ),
  )
  const found = [0, 1, 2].map(() => (reader.next(), reader.int64()))
  expect(found).toEqual([-1, -(2 ** 63), 2 ** 63])
})

test('repeated numbers may stand one by one', () => {
  const writer = new ProtoWriter()
  for (const value of [3, -4]) writer.sint64(7, value)
  const reader = new ProtoReader(writer.bytes())
  const found: number[] = []
  while (reader.next()) reader.repeated(Wire.varint, (one) => found.push(one.sint64()))
  expect(found).toEqual([3, -4])
})

test('unknown fields of every kind are passed over, groups too', () => {
  const group = [0x0b, 0x0b, 0x10, 1, 0x0c, 0x0c]
  const fields = [...group, 0x08, 1, 0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 1, 9]
  expect(walk(Uint8Array.from(fields))).toBe(5)
})

test('damaged messages are refused', () => {
  const check = (why: string, ...bytes: number[]): void =>
    expect(
      codeOf(() => walk(Uint8Array.from(bytes))),
      why,
    ).toBe('proto/corrupt')
  check('field number 0', 0, 0)
  check('a tag without end', 0x80)
  check('a varint without end', 8, 0x80)
  check('a varint over 64 bits', 8, ...Array.from({ length: 9 }, () => 255), 2)
  check('a length behind the end', 10, 5, 1)
  check('a length of 2^31', 10, 0x80, 0x80, 0x80, 0x80, 8)
  check('a length of 2^64', 10, ...Array.from({ length: 9 }, () => 255), 1)
  check('fixed64 is cut', 9, 1, 2)
  check('fixed32 is cut', 13, 1, 2)
  check('wire type 6', 14)
  check('a group without end', 11, 8, 1)
  check('the end of a group without start', 12)
  check('ten thousand groups inside each other', ...Array.from({ length: 10_000 }, () => 11))
})

test('a wrong type of a known field and text that is not UTF-8 are refused', () => {
  const at = (bytes: number[]): ProtoReader => {
    const reader = new ProtoReader(Uint8Array.from(bytes))
    reader.next()
    return reader
  }
  expect(codeOf(() => at([8, 1]).double())).toBe('proto/corrupt')
  expect(codeOf(() => at([9, 1, 2, 3, 4, 5, 6, 7, 8]).int64())).toBe('proto/corrupt')
  expect(codeOf(() => at([8, 1]).enter())).toBe('proto/corrupt')
  expect(codeOf(() => at([10, 1, 0xff]).text())).toBe('proto/corrupt')
})

test('any bytes are walked or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(codeOf(() => walk(bytes))).toMatch(/^(none|proto\/corrupt)$/)
    }),
    { numRuns: 5_000 },
  )
})
