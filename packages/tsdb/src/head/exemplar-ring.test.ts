import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { ExemplarRing } from './exemplar-ring.ts'

function add(ring: ExemplarRing, value: number, series = 'a'): boolean {
  const labels = Labels.from({ trace: `t${value}` })
  return (
    ring.add(
      Labels.from({ __name__: series }),
      { labels, value, timestampMs: undefined },
      1000 + value,
    ) !== undefined
  )
}

const valuesOf = (ring: ExemplarRing): number[] => ring.all().map(({ exemplar }) => exemplar.value)

test('a full ring gives up its oldest exemplar for a further one', () => {
  const ring = new ExemplarRing(3)
  for (const value of [1, 2, 3, 4, 5]) add(ring, value)
  expect(valuesOf(ring)).toEqual([3, 4, 5])
})

test('the newest exemplar of a series is not stored twice, an older one is', () => {
  const ring = new ExemplarRing(5)
  expect([add(ring, 1), add(ring, 1), add(ring, 2), add(ring, 1)]).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('another size keeps the newest, and goes on in order', () => {
  const check = (from: number, to: number, kept: number[], then: number[]): void => {
    const ring = new ExemplarRing(from)
    for (const value of [1, 2, 3, 4, 5]) add(ring, value)
    ring.resize(to)
    expect(valuesOf(ring), `${from} to ${to}`).toEqual(kept)
    expect(add(ring, 5), 'known still').toBe(false)
    for (const value of [6, 7]) add(ring, value)
    expect(valuesOf(ring), `${from} to ${to}, two more`).toEqual(then)
  }
  check(4, 2, [4, 5], [6, 7])
  check(4, 5, [2, 3, 4, 5], [3, 4, 5, 6, 7])
  check(9, 3, [3, 4, 5], [5, 6, 7])
  check(4, 0, [], [])
})

test('a ring of none keeps none', () => {
  const ring = new ExemplarRing(0)
  expect(add(ring, 1)).toBe(false)
  expect(ring.all()).toEqual([])
})

test('what the log says twice is there once, and in the order of its time', () => {
  const ring = new ExemplarRing(3)
  const series = Labels.from({ __name__: 'a' })
  const replay = (value: number): void => {
    const labels = Labels.from({ trace: `t${value}` })
    ring.replay({ series, exemplar: { labels, value, timestampMs: 1000 + value } })
  }
  for (const value of [1, 2, 4, 1, 2, 3]) replay(value)
  ring.endReplay()
  expect(valuesOf(ring)).toEqual([2, 3, 4])
  expect(add(ring, 4), 'known still').toBe(false)
  expect(add(ring, 5)).toBe(true)
  expect(valuesOf(ring)).toEqual([3, 4, 5])
})
