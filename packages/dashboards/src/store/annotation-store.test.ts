import { expect, test } from 'vitest'
import { simWorld } from '@pharos/base/sim'
import { AnnotationStore } from './annotation-store.ts'

test('annotations are kept, found by time, dashboard and tags, changed and removed, over a restart', async () => {
  const { disk, clock } = simWorld()
  const store = new AnnotationStore(disk, clock, '/d')
  const first = await store.add({ time: 1000, text: 'deploy', tags: ['deploy', 'shop'] })
  await store.add({ time: 2000, timeEnd: 5000, text: 'outage', dashboardUID: 'a', panelId: 3 })
  expect(first).toMatchObject({ id: 1, timeEnd: 1000, dashboardUID: '' })
  const texts = async (filter: Parameters<typeof store.list>[0]) =>
    (await store.list(filter)).map(({ text }) => text)
  expect(await texts({})).toEqual(['outage', 'deploy'])
  expect(await texts({ fromMs: 4000 })).toEqual(['outage'])
  expect(await texts({ toMs: 1500 })).toEqual(['deploy'])
  expect(await texts({ dashboardUID: 'a', panelId: 3 })).toEqual(['outage'])
  expect(await texts({ tags: ['deploy', 'x'] })).toEqual([])
  expect(await texts({ tags: ['deploy', 'x'], matchAny: true })).toEqual(['deploy'])
  expect(await texts({ limit: 1 })).toEqual(['outage'])
  expect(await store.change(1, { text: 'deployed', time: 1500 })).toMatchObject({ timeEnd: 1500 })
  expect(await store.change(9, { text: 'x' })).toBeUndefined()
  const again = new AnnotationStore(disk, clock, '/d')
  expect(await again.get(1)).toMatchObject({ text: 'deployed', tags: ['deploy', 'shop'] })
  expect(await again.remove(1)).toBe(true)
  expect(await again.remove(1)).toBe(false)
  expect((await again.add({ text: 'next' })).id).toBe(3)
})

test('what is no annotation is refused', async () => {
  const { disk, clock } = simWorld()
  const store = new AnnotationStore(disk, clock, '/d')
  const check = async (draft: Parameters<typeof store.add>[0], why: string) =>
    expect(store.add(draft)).rejects.toThrow(why)
  await check({}, 'wants a text')
  await check({ text: 'x', time: 2, timeEnd: 1 }, 'ends before it begins')
  await check({ text: 'x', time: Number.NaN }, 'whole milliseconds')
  await check({ text: 'x'.repeat(2001) }, 'at most 2000 fit')
  await check({ tags: Array.from({ length: 51 }, String) }, 'at most 50 tags')
  expect(await store.list({})).toEqual([])
})
