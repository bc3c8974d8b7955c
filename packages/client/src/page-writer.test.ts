import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNumber, formatOpenMetricsNumber } from './go-number.ts'
import { escapedValue, PageWriter } from './page-writer.ts'

function written(write: (out: PageWriter) => void): string {
  const out = new PageWriter()
  write(out)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(out.take())
}

const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeNat(),
  fc.maxSafeInteger(),
  fc.nat(40).chain((zeros) => fc.nat(9999).map((head) => head * 10 ** zeros)),
  fc.constantFrom(0, -0, 1e6, 999_999, 1e21, 2 ** 31, 2 ** 31 - 1, 2 ** 53, 2 ** 53 - 1, NaN),
)

test('numbers are those of the slow way', () => {
  fc.assert(
    fc.property(numbers, (value) => {
      expect(written((out) => out.number(value))).toBe(formatNumber(value))
      expect(written((out) => out.openNumber(value))).toBe(formatOpenMetricsNumber(value))
    }),
    { numRuns: 2000 },
  )
})

test('texts and label values of any length and any script, many of them', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 120 }), { maxLength: 30 })
  fc.assert(
    fc.property(texts, (all) => {
      const wanted = all.map((text) => text.toWellFormed())
      expect(
        written((out) => {
          for (const text of all) {
            out.text(text)
            out.newline()
            out.labelValue(text)
          }
        }),
      ).toBe(wanted.map((text) => `${text}\n${escapedValue(text)}`).join(''))
    }),
  )
})

test('bytes are copied, and what was written is repeated, beyond the room of the beginning', () => {
  const bytes = new TextEncoder().encode('0123456789'.repeat(7))
  const text = written((out) => {
    for (let i = 0; i < 300; i++) {
      const from = out.length
      out.copy(bytes.subarray(0, i % 70))
      out.repeat(from, out.length)
    }
  })
  const part = (i: number): string => '0123456789'.repeat(7).slice(0, i % 70)
  expect(text).toBe(Array.from({ length: 300 }, (_, i) => part(i) + part(i)).join(''))
})
