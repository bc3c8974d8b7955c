import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

test('the examples of RFC 3720 B.4 come out', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i)
  const scsiRead = Buffer.from(
    '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' +
      '0200000000000000',
    'hex',
  )
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(ascending)).toBe(0x46dd794e)
  expect(crc32c(ascending.toReversed())).toBe(0x113fdb5c)
  expect(crc32c(scsiRead)).toBe(0xd9963a56)
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(0))).toBe(0)
})

test('a sum is the same bit by bit, in one go and in pieces', () => {
  const slow = (bytes: Uint8Array): number => {
    let crc = 0xffffffff
    for (const byte of bytes) {
      crc ^= byte
      for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    }
    return ~crc >>> 0
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, at) => {
      const cut = Math.min(at, bytes.length)
      expect(crc32c(bytes)).toBe(slow(bytes))
      expect(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut))).toBe(slow(bytes))
    }),
  )
})

test('one flipped bit changes the sum', () => {
  const bytes = new TextEncoder().encode('a segment of the write-ahead log')
  const sum = crc32c(bytes)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    expect(crc32c(bytes)).not.toBe(sum)
    bytes[bit >> 3]! ^= 1 << (bit & 7)
  }
})
