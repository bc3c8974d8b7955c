import { SimClock } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { Budget } from './budget.ts'
import { sortedInSlices } from './sorted-in-slices.ts'

test('any number of items is sorted as sort does, equal ones in their order', async () => {
  const budget = new Budget(new SimClock(), 1000, undefined)
  for (const count of [0, 1, 511, 512, 513, 1024, 1537, 5000]) {
    for (const classes of [3, 1_000_003]) {
      const items = Array.from({ length: count }, (_, i) => [(i * 7919) % classes, i] as const)
      const order = (a: readonly [number, number], b: readonly [number, number]): number =>
        a[0] - b[0]
      const wanted = items.toSorted(order)
      expect(await budget.drive(sortedInSlices({ budget }, items, order))).toEqual(wanted)
    }
  }
})
