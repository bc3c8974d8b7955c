import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { discovererContract } from '@pharos/config/testing'
import { createStaticDiscoverer } from './static-discoverer.ts'

const groups = [
  {
    source: '0',
    targets: [Labels.from({ __address__: 'a:1' }), Labels.from({ __address__: 'b:1' })],
    labels: Labels.from({ env: 'test' }),
  },
  { source: '1', targets: [Labels.from({ __address__: 'c:1' })], labels: Labels.EMPTY },
]

discovererContract('static', () =>
  Promise.resolve({
    discoverer: createStaticDiscoverer(groups),
    settle: () => Promise.resolve(),
    addresses: ['a:1', 'b:1', 'c:1'],
  }),
)

test('groups are handed over as they are, before the run gives way', () => {
  const ends = new AbortController()
  const calls: unknown[] = []
  const done = createStaticDiscoverer(groups).run((found) => calls.push(found), ends.signal)
  expect(calls).toEqual([groups])
  ends.abort()
  return done
})

test('no groups are no call', async () => {
  const ends = new AbortController()
  const calls: unknown[] = []
  const done = createStaticDiscoverer([]).run((found) => calls.push(found), ends.signal)
  ends.abort()
  await done
  expect(calls).toEqual([])
})
