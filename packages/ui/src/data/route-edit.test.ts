import { expect, test } from 'vitest'
import { draftOfRoute, routeOfDraft, withChild, withoutRoute, withRoute } from './route-edit.ts'

const TREE = {
  receiver: 'all',
  group_by: ['alertname'],
  routes: [
    { receiver: 'a', routes: [{ receiver: 'a1' }, { receiver: 'a2' }] },
    { receiver: 'b', mute_time_intervals: ['night'] },
  ],
}

test('a route is replaced, added and taken out where its path says, and nothing else changes', () => {
  expect(withRoute(TREE, [0, 1], { receiver: 'x' }).routes?.[0]?.routes).toEqual([
    { receiver: 'a1' },
    { receiver: 'x' },
  ])
  expect(withRoute(TREE, [], { receiver: 'x' })).toEqual({ receiver: 'x' })
  expect(withChild(TREE, [1], { receiver: 'b1' }).routes?.[1]?.routes).toEqual([{ receiver: 'b1' }])
  expect(withoutRoute(TREE, [0, 0]).routes?.[0]?.routes).toEqual([{ receiver: 'a2' }])
  expect(withoutRoute(TREE, [0]).routes).toEqual([TREE.routes[1]])
  expect(withoutRoute(TREE, [])).toEqual(TREE)
})

test('the form of a route gives the route back, keys that it does not show included', () => {
  for (const node of [TREE, TREE.routes[1]!])
    expect(routeOfDraft(draftOfRoute(node), node)).toEqual(node)
  const draft = {
    ...draftOfRoute({}),
    receiver: 'x',
    matchers: ' a="b"\n\n c=~"d,e"',
    goesOn: true,
  }
  expect(routeOfDraft(draft, {})).toEqual({
    receiver: 'x',
    matchers: ['a="b"', 'c=~"d,e"'],
    continue: true,
  })
})
