import { expect, test } from 'vitest'
import { drawnPlot } from './plot-columns.ts'
import { AXIS, LINE, type PlotSeries, type PlotStyle, type PlotValue } from './plot-series.ts'

const NONE: ReadonlySet<number> = new Set()
const axis = { ...AXIS, key: 'y', ticks: (splits: readonly number[]) => splits.map(String) }

function series(values: PlotValue[], style: Partial<PlotStyle> = {}): PlotSeries {
  return {
    name: 's',
    color: '#000',
    axis: 'y',
    values,
    format: String,
    style: { ...LINE, ...style },
  }
}

function drawn(all: PlotSeries[], hidden: ReadonlySet<number> = NONE) {
  const times = all[0]!.values.map((_, index) => index)
  const { columns, bands } = drawnPlot({ times, series: all, axes: [axis] }, hidden)
  return { columns: columns.slice(1), bands }
}

test('what no axis can show is a gap, and a time of other series stays none of this one', () => {
  expect(drawn([series([1, Infinity, null, undefined, NaN])]).columns).toEqual([
    [1, null, null, undefined, null],
  ])
})

test('series of one stack stand on each other and leave out what is hidden', () => {
  const stack = { stack: 'A' }
  const all = [series([1, 2], stack), series([10, null], stack), series([100, 200], stack)]
  expect(drawn(all)).toEqual({
    columns: [
      [1, 2],
      [11, 2],
      [111, 202],
    ],
    bands: [
      { upper: 1, lower: 0 },
      { upper: 2, lower: 1 },
    ],
  })
  expect(drawn(all, new Set([1])).columns).toEqual([
    [1, 2],
    [10, null],
    [101, 202],
  ])
})

test('a time at which nothing of a stack has a value is a gap in all of it', () => {
  const stack = { stack: 'A' }
  expect(drawn([series([1, null], stack), series([2, null], stack)]).columns).toEqual([
    [1, null],
    [3, null],
  ])
})

test('shares of a stack add up to one, and nothing at all is no share', () => {
  const stack = { stack: 'percent:A' }
  expect(drawn([series([1, 0], stack), series([3, 0], stack)]).columns).toEqual([
    [0.25, 0],
    [1, 0],
  ])
})

test('what is drawn upside down is a stack of its own', () => {
  const stack = { stack: 'A' }
  const all = [
    series([1], stack),
    series([2], { ...stack, negate: true }),
    series([3], stack),
    series([4], { ...stack, negate: true }),
  ]
  expect(drawn(all).columns).toEqual([[1], [-2], [4], [-6]])
})

test('a series is filled down to the one it names while both are shown', () => {
  const all = [series([1]), series([5], { fillDownTo: 0 })]
  expect(drawn(all).bands).toEqual([{ upper: 1, lower: 0 }])
  expect(drawn(all, new Set([0])).bands).toEqual([])
})
