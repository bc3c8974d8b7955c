import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from './family-text.ts'
import { exponentialBuckets, exponentialBucketsRange, linearBuckets } from './buckets.ts'
import { OPENMETRICS, TEXT } from './format.ts'
import { Histogram } from './histogram.ts'
import { countExceptions, inProgress, timed } from './instrument.ts'
import { Counter } from './counter.ts'
import { Gauge } from './gauge.ts'

test('a value on a bound is in that bucket, NaN only in the last', () => {
  const histogram = new Histogram({ name: 'h', help: '', buckets: [1, 2, Infinity] })
  for (const value of [1, 1.0001, 2, 3, NaN, -5]) histogram.observe(value)
  expect(textOf(histogram, TEXT).split('\n').slice(2, -1)).toEqual([
    'h_bucket{le="1"} 2',
    'h_bucket{le="2"} 4',
    'h_bucket{le="+Inf"} 6',
    'h_sum NaN',
    'h_count 6',
  ])
})

test('buckets count as a slow count does', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1, max: 12 })), (values) => {
      const histogram = new Histogram({ name: 'h', help: '', labelNames: ['a'] })
      const series = histogram.labels({ a: 'x' })
      for (const value of values) series.observe(value)
      for (const line of textOf(histogram, TEXT).split('\n')) {
        const match = /le="([^"]+)"\} (\d+)$/.exec(line)
        if (match === null) continue
        const bound = match[1] === '+Inf' ? Infinity : Number(match[1])
        expect(Number(match[2])).toBe(values.filter((value) => value <= bound).length)
      }
    }),
  )
})

test('bounds are made and checked', () => {
  expect(linearBuckets(5, 10, 3)).toEqual([5, 15, 25])
  expect(exponentialBuckets(100, 1.2, 3)).toEqual([100, 120, 144])
  expect(exponentialBucketsRange(1, 100, 3)).toEqual([1, 10, 100])
  expect(() => linearBuckets(1, 1, 0)).toThrow(RangeError)
  expect(() => exponentialBuckets(0, 2, 3)).toThrow(RangeError)
  expect(() => exponentialBuckets(1, 1, 3)).toThrow(RangeError)
  expect(() => exponentialBucketsRange(1, 1, 3)).toThrow(RangeError)
  for (const buckets of [[2, 1], [1, 1], [NaN], [1, Infinity, 2]]) {
    expect(() => new Histogram({ name: 'h', help: '', buckets })).toThrow('must ascend')
  }
})

test('a timer observes seconds and takes labels at its end', () => {
  const histogram = new Histogram({
    name: 'h',
    help: '',
    labelNames: ['method', 'code'],
    buckets: [3600],
  })
  const end = histogram.startTimer({ method: 'GET' })
  const seconds = end({ code: 200 })
  expect(seconds).toBeGreaterThanOrEqual(0)
  expect(textOf(histogram, TEXT)).toContain('h_bucket{code="200",method="GET",le="3600"} 1')
})

test('work is measured whether it returns, throws, resolves or rejects', async () => {
  const histogram = new Histogram({ name: 'h', help: '' })
  const failures = new Counter({ name: 'c', help: '' })
  const running = new Gauge({ name: 'g', help: '' })
  const measured = <T>(work: () => T): T =>
    timed(histogram, () => countExceptions(failures, () => inProgress(running, work)))
  const failing = (): never => {
    throw new Error('no')
  }
  expect(measured(() => running.value())).toBe(1)
  expect(() => measured(failing)).toThrow('no')
  expect(await measured(() => Promise.resolve(5))).toBe(5)
  const rejected = measured(() => Promise.reject(new Error('later')))
  expect(running.value()).toBe(1)
  await expect(rejected).rejects.toThrow('later')
  expect(running.value()).toBe(0)
  expect(failures.value()).toBe(2)
  expect(textOf(histogram, TEXT)).toContain('h_count 4')
})

test('an exemplar stands behind its bucket, in OpenMetrics only, until its series goes', () => {
  const histogram = new Histogram({ name: 'h', help: '', labelNames: ['a'], buckets: [1, 2] })
  histogram.observe({ a: 'x' }, 1.5, { trace_id: 'old' })
  histogram.labels({ a: 'x' }).observe(2, { trace_id: 'q"' })
  const line = /^h_bucket\{a="x",le="2.0"\} 2.0 # \{trace_id="q\\""\} 2.0 1\.\d+e\+09$/m
  expect(textOf(histogram, OPENMETRICS)).toMatch(line)
  expect(textOf(histogram, OPENMETRICS).match(/ # \{/g)?.length).toBe(1)
  expect(textOf(histogram, TEXT)).not.toContain(' # {')
  histogram.remove({ a: 'x' })
  histogram.observe({ a: 'y' }, 2)
  expect(textOf(histogram, OPENMETRICS)).not.toContain(' # {')
  expect(() => histogram.observe({ a: 'x' }, 1, { trace_id: 'x'.repeat(121) })).toThrow(RangeError)
  expect(() => histogram.observe({ a: 'x' }, 1, { 'trace id': 'x' })).toThrow('not a label name')
  const counter = new Counter({ name: 'c_total', help: '' })
  counter.inc(undefined, 3, { trace_id: 'x' })
  expect(textOf(counter, OPENMETRICS)).toMatch(/^c_total 3.0 # \{trace_id="x"\} 3.0 1\.\d+e\+09$/m)
})
