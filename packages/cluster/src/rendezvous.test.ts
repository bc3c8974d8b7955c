import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOwner, ownersOf, staticShard } from './rendezvous.ts'

const keys = Array.from({ length: 6000 }, (_, i) => `http://10.0.${i >> 8}.${i & 255}:9100/metrics`)
const of = (...ids: string[]) => ids.map((id) => ({ id, weight: 1 }))

test('every key has as many owners as are wanted, and all members agree on them', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(ids, fc.string(), fc.integer({ min: 1, max: 3 }), (names, key, count) => {
      const members = of(...names)
      const owners = ownersOf(key, members, count)
      expect(owners).toHaveLength(Math.min(count, names.length))
      expect(owners).toEqual(ownersOf(key, members.toReversed(), count))
      const own = names.filter((id) => isOwner(key, id, members, count))
      expect(own.sort()).toEqual([...owners].sort())
    }),
  )
  expect(isOwner('x', 'stranger', of('a'), 1)).toBe(false)
})

test('when a member leaves only its own keys move, and they spread over those who stay', () => {
  const before = keys.map((key) => ownersOf(key, of('a', 'b', 'c', 'd'), 1)[0]!)
  const after = keys.map((key) => ownersOf(key, of('a', 'b', 'c'), 1)[0]!)
  const moved = keys.filter((_, i) => before[i] !== after[i])
  expect(moved.every((key) => ownersOf(key, of('a', 'b', 'c', 'd'), 1)[0] === 'd')).toBe(true)
  for (const id of ['a', 'b', 'c', 'd'])
    expect(before.filter((one) => one === id).length / keys.length).toBeCloseTo(0.25, 1)
  for (const id of ['a', 'b', 'c'])
    expect(after.filter((one) => one === id).length / keys.length).toBeCloseTo(0.333, 1)
})

test('a member of twice the weight has twice the keys', () => {
  const members = [
    { id: 'a', weight: 2 },
    { id: 'b', weight: 1 },
  ]
  const own = keys.filter((key) => ownersOf(key, members, 1)[0] === 'a')
  expect(own.length / keys.length).toBeCloseTo(2 / 3, 1)
})

test('static shards are as large as each other and the same after every start', () => {
  const counts = [0, 0, 0]
  for (const key of keys) counts[staticShard(key, 3)]!++
  for (const count of counts) expect(count / keys.length).toBeCloseTo(1 / 3, 1)
  expect(['a', 'b', 'c', 'd'].map((key) => staticShard(key, 7))).toMatchInlineSnapshot(`
    [
      3,
      2,
      5,
      5,
    ]
  `)
})
