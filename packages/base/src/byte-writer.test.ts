import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { BugError } from './errors.ts'

type Kind = 'u8' | 'u16' | 'u32' | 'i64' | 'f64' | 'varint' | 'zigzag' | 'text'

const field = fc.oneof(
  fc.record({ kind: fc.constant<Kind>('u8'), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant<Kind>('u16'), value: fc.integer({ min: 0, max: 65_535 }) }),
  fc.record({ kind: fc.constant<Kind>('u32'), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ kind: fc.constant<Kind>('i64'), value: fc.maxSafeInteger() }),
  fc.record({ kind: fc.constant<Kind>('f64'), value: fc.double() }),
  fc.record({ kind: fc.constant<Kind>('varint'), value: fc.maxSafeNat() }),
  fc.record({
    kind: fc.constant<Kind>('zigzag'),
    value: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
  }),
  fc.record({ kind: fc.constant<Kind>('text'), value: fc.string({ unit: 'grapheme' }) }),
)

test('a reader gives back every field that a writer was given', () => {
  fc.assert(
    fc.property(fc.array(field), fc.integer({ min: 1, max: 300 }), (fields, initialBytes) => {
      const writer = new ByteWriter(initialBytes)
      for (const { kind, value } of fields) (writer[kind] as (value: unknown) => void)(value)
      const reader = new ByteReader(writer.bytes().slice())
      for (const { kind, value } of fields) expect(reader[kind]()).toBe(value)
      expect(reader.remaining).toBe(0)
    }),
  )
})

test('a buffer cut anywhere is short, never garbage and never a crash', () => {
  const writer = new ByteWriter()
  writer.varint(300)
  writer.f64(1.5)
  writer.text('grüße')
  const whole = writer.bytes().slice()
  for (let length = 0; length < whole.length; length++) {
    const reader = new ByteReader(whole.subarray(0, length))
    expect(() => [reader.varint(), reader.f64(), reader.text()], `${length} bytes`).toThrow(
      expect.objectContaining({ code: 'bytes/short' }),
    )
  }
})

test('varints have the bytes of LEB128', () => {
  const check = (value: number, hex: string): void => {
    const writer = new ByteWriter()
    writer.varint(value)
    expect(Buffer.from(writer.bytes()).toString('hex'), String(value)).toBe(hex)
    expect(new ByteReader(writer.bytes()).varint()).toBe(value)
  }
  check(0, '00')
  check(127, '7f')
  check(128, '8001')
  check(300, 'ac02')
  check(2 ** 31, '8080808008')
  check(2 ** 32, '8080808010')
  check(Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f')
})

test('a varint over 2^53 is refused by the reader', () => {
  for (const hex of ['ffffffffffffff1f', 'ffffffffffffffffff01', '80808080808080808080']) {
    expect(() => new ByteReader(Buffer.from(hex, 'hex')).varint(), hex).toThrow(
      expect.objectContaining({ code: 'bytes/varint' }),
    )
  }
})

test('a writer refuses what it could not write back', () => {
  const writer = new ByteWriter()
  expect(() => writer.varint(-1)).toThrow(BugError)
  expect(() => writer.varint(1.5)).toThrow(BugError)
  expect(() => writer.u32At(0, 1)).toThrow(BugError)
})

test('text that is no UTF-8 is not decoded to replacement characters', () => {
  expect(() => new ByteReader(Uint8Array.of(2, 0xc3, 0x28)).text()).toThrow()
})

test('u32At fills in a length that was not known before', () => {
  const writer = new ByteWriter(1)
  writer.u32(0)
  writer.raw(Uint8Array.of(1, 2, 3))
  writer.u32At(0, writer.length - 4)
  const reader = new ByteReader(writer.bytes())
  expect(reader.u32()).toBe(3)
  expect([...reader.raw(3)]).toEqual([1, 2, 3])
  writer.clear()
  expect(writer.length).toBe(0)
})

test('text in UTF-8 tells its bytes, at any place of the buffer', () => {
  const writer = new ByteWriter(4)
  writer.u8(7)
  expect(writer.utf8('aé€😀')).toBe(10)
  expect(new TextDecoder().decode(writer.bytes().subarray(1))).toBe('aé€😀')
})
