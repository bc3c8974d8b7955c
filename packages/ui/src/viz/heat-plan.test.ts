import type { Field, Frame } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { heatPlan } from './heat-plan.ts'

function bucket(le: string, counts: readonly number[]): Field {
  return { name: le, type: 'number', labels: { le }, config: {}, values: Float64Array.from(counts) }
}

function frameOf(...buckets: readonly Field[]): Frame {
  const times = Float64Array.of(0, 15_000, 30_000)
  return {
    fields: [{ name: 'Time', type: 'time', config: {}, values: times }, ...buckets],
    length: 3,
  }
}

test('a bucket reaches from the bound below to its own, also where bounds were added up in steps', () => {
  const plan = heatPlan(
    [
      frameOf(
        bucket('0.8999999999999999', [1, 2, 3]),
        bucket('0.9999999999999999', [0, NaN, 4]),
        bucket('+Inf', [0, 0, 9]),
      ),
    ],
    {},
  )
  expect(plan?.rows.map(({ from, to }) => [from, to])).toEqual([
    [0, 0.9],
    [0.9, 1],
    [1, Infinity],
  ])
  expect(plan?.columnMs).toBe(15_000)
  expect([plan?.min, plan?.max]).toEqual([1, 9])
})
