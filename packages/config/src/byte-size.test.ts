import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from './byte-size.ts'

test('sizes are powers of 1024, with or without i', () => {
  const check = (text: string, bytes: number): void => expect(parseByteSize(text), text).toBe(bytes)
  check('0', 0)
  check('10B', 10)
  check('1KB', 1024)
  check('1KiB', 1024)
  check('1.5MB', 1.5 * 1024 ** 2)
  check('1GB500MB', 1024 ** 3 + 500 * 1024 ** 2)
  check('-1MB', -(1024 ** 2))
})

test('what is no size is refused with the reference words', () => {
  const check = (text: string, message: string): void =>
    expect(() => parseByteSize(text), text).toThrow(message)
  check('100', 'units: unknown unit  in 100')
  check('10mb', 'units: unknown unit mb in 10mb')
  check('MB', 'units: invalid MB')
  check('', 'units: invalid')
  check('9EB', 'units: 9EB is too large')
})

test('a size that is written reads the same', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => {
      expect(parseByteSize(formatByteSize(bytes))).toBe(bytes)
    }),
  )
})
