import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutsideError } from './errors.ts'
import { isSnappyFramed, snappyUnframe } from './snappy-frames.ts'
import { snappyEncode } from './snappy.ts'

const IDENTIFIER = [0xff, 6, 0, 0, ...Buffer.from('sNaPpY')]
/** Of "abc", worked out elsewhere: CRC-32C 0x364b3fb7, turned by 15 bits and moved. */
const ABC_CRC = [0x6e, 0x57, 0xf1, 0x21]

function outcome(...bytes: number[]): string {
  try {
    return Buffer.from(snappyUnframe(Uint8Array.from(bytes), 1 << 20)).toString()
  } catch (error) {
    return error instanceof OutsideError ? error.code : String(error)
  }
}

const chunk = (type: number, ...content: number[]): number[] => [
  type,
  content.length & 0xff,
  content.length >> 8,
  0,
  ...content,
]
const abc = [...snappyEncode(Buffer.from('abc'))]

test('packed chunks, plain ones, padding and a second identifier are read', () => {
  expect(outcome(...IDENTIFIER)).toBe('')
  expect(
    outcome(
      ...IDENTIFIER,
      ...chunk(0, ...ABC_CRC, ...abc),
      ...chunk(0xfe, 0, 0),
      ...chunk(0x80, 9),
      ...IDENTIFIER,
      ...chunk(1, ...ABC_CRC, 97, 98, 99),
    ),
  ).toBe('abcabc')
})

test('what is wrong is refused', () => {
  const bad = [
    [],
    [...abc],
    [...IDENTIFIER, 0, 1],
    [...IDENTIFIER, 0, 10, 0, 0, ...ABC_CRC, ...abc],
    [...IDENTIFIER, ...chunk(0, 1, 2, 3)],
    [...IDENTIFIER, ...chunk(0, 1, 2, 3, 4, ...abc)],
    [...IDENTIFIER, ...chunk(1, ...ABC_CRC, 97, 98, 98)],
    [...IDENTIFIER, ...chunk(2, 1)],
    [...IDENTIFIER, ...chunk(0xff, 1, 2, 3, 4, 5, 6)],
    // A block that claims 65,537 bytes.
    [...IDENTIFIER, ...chunk(0, ...ABC_CRC, 0x81, 0x80, 0x04, 0)],
  ]
  for (const bytes of bad) expect(outcome(...bytes), bytes.join()).toBe('snappy/corrupt')
})

test('more than is allowed is refused before memory is taken', () => {
  const one = chunk(1, ...ABC_CRC, 97, 98, 99)
  const stream = Uint8Array.from([...IDENTIFIER, ...one, ...one])
  expect(snappyUnframe(stream, 6).length).toBe(6)
  expect(() => snappyUnframe(stream, 5)).toThrow('allowed are 5')
})

test('any bytes behind an identifier are read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const stream = [...IDENTIFIER, ...bytes]
      expect(isSnappyFramed(Uint8Array.from(stream))).toBe(true)
      expect(outcome(...stream)).not.toContain('Error')
    }),
    { numRuns: 2_000 },
  )
})
