import { expect, test } from 'vitest'
import { SimRandom } from './sim-random.ts'

test('a seed repeats its run and another seed does not', () => {
  const run = (seed: number): number[] => {
    const random = new SimRandom(seed)
    return Array.from({ length: 5 }, () => random.next())
  }
  expect(run(7)).toEqual(run(7))
  expect(run(7)).not.toEqual(run(8))
  expect(new SimRandom(7).bytes(8)).toEqual(new SimRandom(7).bytes(8))
})

test('numbers fill [0, 1) evenly', () => {
  const random = new SimRandom(1)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) counts[random.int(10)]!++
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
