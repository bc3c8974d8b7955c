import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FirstColumns } from './first-columns.ts'

test('the first column with a hash is what a map says, for one tile after the other', () => {
  const columns = new FirstColumns()
  const hash = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 9 }))
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 1_000 }), (hashes) => {
      columns.begin(hashes.length)
      const first = new Map<number, number>()
      hashes.forEach((one, column) => {
        expect(columns.firstOf(one, column)).toBe(first.get(one) ?? -1)
        if (!first.has(one)) first.set(one, column)
      })
    }),
  )
})
