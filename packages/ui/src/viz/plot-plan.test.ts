import { type Frame, frameOfFields } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { plotPlan } from './plot-plan.ts'

/** A series that pauses wherever two of its times lie further apart than a step of 10 s. */
const series = (name: string, points: readonly (readonly [ms: number, value: number])[]): Frame =>
  frameOfFields([
    {
      name: 'Time',
      type: 'time',
      config: { interval: 10_000 },
      values: Float64Array.from(points, ([ms]) => ms),
    },
    {
      name,
      type: 'number',
      config: {},
      title: name,
      values: Float64Array.from(points, ([, value]) => value),
    },
  ])

test('series of one clock share its times, and a pause is a gap', () => {
  const points = [
    [0, 1],
    [10_000, 2],
    [50_000, 3],
  ] as const
  const { times, series: drawn } = plotPlan([series('a', points), series('b', points)], 'light')
  expect(times).toEqual([0, 10, 20, 50])
  for (const { values } of drawn) expect(values).toEqual([1, 2, null, 3])
})

test('a series of another clock has no value at the times of others, and breaks none of their lines', () => {
  const { times, series: drawn } = plotPlan(
    [
      series('a', [
        [0, 1],
        [10_000, 2],
      ]),
      series('b', [
        [5000, 7],
        [15_000, 8],
      ]),
    ],
    'light',
  )
  expect(times).toEqual([0, 5, 10, 15])
  expect(drawn[0]!.values).toEqual([1, undefined, 2, undefined])
  expect(drawn[1]!.values).toEqual([undefined, 7, undefined, 8])
})

test('clocks that differ in one time only are two', () => {
  const { times } = plotPlan(
    [
      series('a', [
        [0, 1],
        [10_000, 2],
      ]),
      series('b', [
        [0, 1],
        [10_500, 2],
      ]),
    ],
    'light',
  )
  expect(times).toEqual([0, 10, 10.5])
})

test('an axis of counts without decimals has its ticks at whole numbers', () => {
  const wholes = [{ decimals: 0 }, { decimals: 0, unit: 's' }, { decimals: 1 }, {}].map(
    (config) => {
      const frame = series('a', [[0, 1]])
      const fields = frame.fields.map((field) => ({ ...field, config }))
      return plotPlan([{ ...frame, fields }], 'light').axes[0]!.isWhole
    },
  )
  expect(wholes).toEqual([true, false, false, false])
})
