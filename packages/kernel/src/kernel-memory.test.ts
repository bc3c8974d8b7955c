import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKernel, twinKernel } from './index.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

test(`pieces in use never overlap, and all of it can be had again after all are freed (seed ${SEED})`, () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5000 })), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, (list) => {
      const { memory } = twinKernel()
      const inUse = new Map<number, number>()
      const first = memory.allocate(0)
      for (const [isFree, number] of list) {
        const known = [...inUse.keys()]
        const victim = known[number % Math.max(1, known.length)]
        if (isFree && victim !== undefined) {
          memory.free(victim)
          inUse.delete(victim)
          continue
        }
        const at = memory.allocate(number)
        expect(at % 16).toBe(0)
        expect(at + number + 16).toBeLessThanOrEqual(memory.u8.length)
        for (const [other, bytes] of inUse) {
          expect(at + number + 16 <= other || other + bytes + 16 <= at).toBe(true)
        }
        inUse.set(at, number)
      }
      for (const at of inUse.keys()) memory.free(at)
      if (inUse.size > 0) expect(memory.allocate(0)).toBe(first + 16)
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test('memory keeps its contents when it grows, in WebAssembly and in the twin', () => {
  for (const { memory } of [createKernel(), twinKernel()]) {
    const at = memory.allocate(8)
    memory.f64[at / 8] = 42.5
    const large = memory.allocate(40 << 20)
    expect(memory.f64[at / 8]).toBe(42.5)
    expect(memory.u8.length).toBeGreaterThan(large + (40 << 20))
  }
})

test('what is not allocated cannot be freed', () => {
  const { memory } = twinKernel()
  const at = memory.allocate(10)
  memory.free(at)
  expect(() => memory.free(at)).toThrow(RangeError)
})

test('a kernel does not take more than 2 GiB', () => {
  expect(() => twinKernel().memory.allocate(2 ** 31)).toThrow(RangeError)
})
