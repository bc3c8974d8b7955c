import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quantileOfSorted, sortFloats } from './quantile.ts'
import { SortedWindow } from './sorted-window.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

test(`quantiles of a moving window are those of its sorted values (seed ${SEED})`, () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double(),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity),
  )
  const move = fc.tuple(fc.nat(4), fc.nat(4))
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 120 }),
      fc.array(move, { minLength: 1, maxLength: 40 }),
      fc.nat(60),
      fc.double({ min: -0.1, max: 1.1, noNaN: true }),
      (values, moves, size, q) => {
        const column = Float64Array.from(values)
        const sorted = new SortedWindow(column.length)
        sorted.begin(column, column.length)
        let [lo, hi] = [0, Math.min(size, column.length)]
        for (const [out, add] of moves) {
          lo = Math.min(lo + out, column.length)
          hi = Math.max(lo, Math.min(hi + add, column.length))
          if (lo === hi) continue
          sorted.moveTo(lo, hi)
          const window = column.slice(lo, hi)
          sortFloats(window)
          expect(sorted.quantile(q)).toBe(quantileOfSorted(q, window))
        }
      },
    ),
    { seed: SEED, numRuns: 2000 },
  )
})
