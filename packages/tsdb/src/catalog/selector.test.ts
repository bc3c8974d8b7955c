import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { Layout } from './layout.ts'
import { Selector, SelectorCache } from './selector.ts'
import { ShapeTable } from './shape.ts'

const key = Labels.from({ instance: 'a:1', job: 'x' })
const shapes = new ShapeTable()

function layoutOf(...series: Record<string, string>[]): Layout {
  return Layout.of(series.map((one) => shapes.shapeOf(Labels.from(one), key)))
}

test('columns that a layout gets later are found, and the earlier list stays the same array', () => {
  const layout = layoutOf(
    { __name__: 'a', instance: 'a:1', job: 'x', code: '1' },
    { __name__: 'b', instance: 'a:1', job: 'x', code: '1' },
  )
  const selector = new Selector([new Matcher('=', 'code', '1'), new Matcher('=~', 'job', 'x|y')])
  const mask = selector.groupMask(key)
  const before = selector.columns(layout, mask)
  expect([...before]).toEqual([0, 1])
  layout.add(shapes.shapeOf(Labels.from({ __name__: 'c', instance: 'a:1', job: 'x' }), key))
  expect(selector.columns(layout, mask)).toBe(before)
  // A label of the group that only a later column sets itself.
  layout.add(
    shapes.shapeOf(Labels.from({ __name__: 'd', instance: 'a:1', job: 'z', code: '1' }), key),
  )
  layout.add(
    shapes.shapeOf(Labels.from({ __name__: 'e', instance: 'a:1', job: 'x', code: '1' }), key),
  )
  expect([...selector.columns(layout, mask)]).toEqual([0, 1, 4])
})

test('a shape can make up for a group that a matcher refuses', () => {
  const layout = layoutOf({ __name__: 'a', instance: 'a:1', job: 'x' })
  const selector = new Selector([new Matcher('=', 'job', 'z')])
  expect([...selector.columns(layout, selector.groupMask(key))]).toEqual([])
  layout.add(shapes.shapeOf(Labels.from({ __name__: 'a', instance: 'a:1', job: 'z' }), key))
  expect([...selector.columns(layout, selector.groupMask(key))]).toEqual([1])
})

test('kept selectors are told apart by their matchers, whatever their values look like', () => {
  const cache = new SelectorCache()
  const one = cache.selector([new Matcher('=', 'a', 'x3 1 job=y')])
  const two = cache.selector([new Matcher('=', 'a', 'x'), new Matcher('=', 'job', 'y')])
  expect(one).not.toBe(two)
  expect(cache.selector([new Matcher('=', 'a', 'x'), new Matcher('=', 'job', 'y')])).toBe(two)
  expect(cache.selector([new Matcher('!=', 'a', 'x'), new Matcher('=', 'job', 'y')])).not.toBe(two)
})
