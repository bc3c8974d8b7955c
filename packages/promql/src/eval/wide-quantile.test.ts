import { SimClock } from '@pharos/base/sim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from './budget.ts'
import { quantileOfSorted, sortFloats } from './quantile.ts'
import { WideQuantile } from './wide-quantile.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

test(`quantiles of long windows are those of their sorted values (seed ${SEED})`, async () => {
  const budget = new Budget(new SimClock(), 1000, undefined)
  const wide = new WideQuantile(budget)
  const value = fc.oneof(
    fc.double(),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1.5, 5e-324),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (values, times, q) => {
        // Each value many times over, so that nothing is sorted before its bits are told apart.
        const column = new Float64Array(values.length * times)
        for (let i = 0; i < column.length; i++) column[i] = values[(i * 7) % values.length]!
        const sorted = column.slice()
        sortFloats(sorted)
        for (const one of [q, 0, 1, -1, 2, NaN]) {
          const got = await budget.drive(wide.of(column, 0, column.length, one))
          expect(got).toBe(quantileOfSorted(one, sorted))
        }
        const median = quantileOfSorted(0.5, sorted)
        const distances = column.map((v) => Math.abs(v - median))
        sortFloats(distances)
        const wanted = column.some((v) => v !== v) ? NaN : quantileOfSorted(0.5, distances)
        expect(await budget.drive(wide.medianDistance(column, 0, column.length))).toBe(wanted)
      },
    ),
    { seed: SEED, numRuns: 200 },
  )
})
