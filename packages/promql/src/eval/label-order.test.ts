import { SimClock } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from './budget.ts'
import { sortedByLabels } from './label-order.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

const text = fc.constantFrom('', 'a', 'b', 'ab', 'a\u{ff}', '\u{ffff}', '\u{1f600}', '10', '9')

test(`series come in the order that comparing label sets gives (seed ${SEED})`, async () => {
  const budget = new Budget(new SimClock(), 1000, undefined)
  const sets = fc.array(fc.tuple(text, text, fc.nat(200), fc.boolean()), {
    minLength: 60,
    maxLength: 300,
  })
  await fc.assert(
    fc.asyncProperty(sets, fc.boolean(), async (all, mayDiffer) => {
      const series = all.map(([a, b, n, more], i) => {
        const own = { a: a || 'x', b: b || 'y', n: String(n) }
        return { i, labels: Labels.from(mayDiffer && more ? { ...own, c: 'z' } : own) }
      })
      const wanted = series.toSorted((x, y) => Labels.compare(x.labels, y.labels))
      expect(await budget.drive(sortedByLabels({ budget }, series))).toEqual(wanted)
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test('sets of more values than fit a number are sorted too', async () => {
  const budget = new Budget(new SimClock(), 1000, undefined)
  const series = Array.from({ length: 300 }, (_, i) => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    return {
      labels: Labels.from(
        Object.fromEntries(names.map((name, k) => [name, `${(i * (7 + k)) % 299}`])),
      ),
    }
  })
  const wanted = series.toSorted((x, y) => Labels.compare(x.labels, y.labels))
  expect(await budget.drive(sortedByLabels({ budget }, [...series]))).toEqual(wanted)
})
