import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutsideError } from './errors.ts'
import { snappyDecode, snappyEncode, snappyLength } from './snappy.ts'

const MAX = 1 << 22

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof OutsideError ? error.code : String(error)
  }
  return 'none'
}

/** Text as it repeats in real bodies, and bytes that do not. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom('__name__', 'node_cpu_seconds_total', 'instance', 'x', '\0\0\0\0\0\0'), {
      maxLength: 20_000,
      size: 'max',
    })
    .map((words) => new TextEncoder().encode(words.join(''))),
)

test('a block gives back what was packed into it', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      const block = snappyEncode(bytes)
      expect(snappyLength(block)).toBe(bytes.length)
      expect(Buffer.compare(snappyDecode(block, MAX), bytes)).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('what repeats becomes small, over the pieces too', () => {
  const bytes = new TextEncoder().encode('node_cpu_seconds_total{cpu="0"}'.repeat(10_000))
  const block = snappyEncode(bytes)
  expect(block.length).toBeLessThan(bytes.length / 15)
  expect(Buffer.compare(snappyDecode(block, MAX), bytes)).toBe(0)
})

test('every kind of element is read', () => {
  // A literal of 3, a copy of 4 with one byte of offset that overlaps itself, one with two bytes, one with four.
  const block = [15, 2 << 2, 97, 98, 99, 1, 3, (3 << 2) | 2, 7, 0, (3 << 2) | 3, 1, 0, 0, 0]
  expect(Buffer.from(snappyDecode(Uint8Array.from(block), MAX)).toString()).toBe('abcabcaabcaaaaa')
})

test('a block that claims more than is allowed is refused before memory is taken', () => {
  const block = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0)
  expect(codeOf(() => snappyDecode(block, 32 << 20))).toBe('snappy/too-large')
  expect(codeOf(() => snappyDecode(block, 2 ** 40))).toBe('snappy/corrupt')
})

test('damaged blocks are refused', () => {
  const check = (why: string, ...block: number[]): void =>
    expect(
      codeOf(() => snappyDecode(Uint8Array.from(block), MAX)),
      why,
    ).toBe('snappy/corrupt')
  check('nothing')
  check('a length without end', 0x80, 0x80, 0x80, 0x80, 0x80, 0)
  check('a length over 32 bits', 0xff, 0xff, 0xff, 0xff, 0x7f)
  check('content is missing', 3)
  check('a literal is cut', 3, 2 << 2, 97)
  check('the length of a literal is cut', 3, 61 << 2, 1)
  check('a literal of 4 GiB', 3, 63 << 2, 255, 255, 255, 255)
  check('more content than claimed', 1, 1 << 2, 97, 98)
  check('a copy at the start', 4, 1, 1)
  check('a copy from nowhere', 5, 0, 97, 1, 2)
  check('a copy of offset 0', 5, 0, 97, 1, 0)
  check('a copy too long', 3, 0, 97, 1, 1)
  check('a copy is cut', 5, 0, 97, 2)
})

test('any bytes are read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(codeOf(() => snappyDecode(bytes, 4096))).toMatch(/^(none|snappy\/.*)$/)
    }),
    { numRuns: 5_000 },
  )
})

test('any flip of a byte is read or refused', () => {
  const block = snappyEncode(
    new TextEncoder().encode('abcabcabcabcabc hello hello hello'.repeat(9)),
  )
  for (let at = 0; at < block.length; at++) {
    for (const flip of [1, 0x80, 0xff]) {
      const flipped = block.slice()
      flipped[at]! ^= flip
      expect(codeOf(() => snappyDecode(flipped, MAX))).toMatch(/^(none|snappy\/.*)$/)
    }
  }
})
