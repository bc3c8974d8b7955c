import { expect, test } from 'vitest'
import type { Api } from './api.ts'
import {
  fetchAnnotations,
  happeningOf,
  type StoredAnnotation,
  tagsIn,
} from './stored-annotations.ts'

const annotation: StoredAnnotation = {
  id: 1,
  dashboardUID: 'shop',
  panelId: 0,
  time: 1000,
  timeEnd: 1000,
  tags: ['deploy'],
  text: 'v2',
}

test('a dashboard shows its own annotations and those of all dashboards', async () => {
  const asked: string[] = []
  const api = {
    async json(_method: string, path: string) {
      asked.push(path)
      return [annotation, { ...annotation, dashboardUID: '' }, { ...annotation, dashboardUID: 'b' }]
    },
  } as unknown as Api
  const found = await fetchAnnotations(api, 'shop', { fromMs: 1.5, toMs: 9.5 })
  expect(found.map(({ dashboardUID }) => dashboardUID)).toEqual(['shop', ''])
  expect(asked).toEqual(['api/annotations?from=1&to=10&limit=500'])
})

test('a mark says text and tags, and lasts when the annotation does', () => {
  expect(happeningOf(annotation)).toEqual({ fromMs: 1000, toMs: undefined, text: 'v2 #deploy' })
  expect(happeningOf({ ...annotation, timeEnd: 2000, tags: [] })).toEqual({
    fromMs: 1000,
    toMs: 2000,
    text: 'v2',
  })
  expect(tagsIn(' a, b  a,,c ')).toEqual(['a', 'b', 'c'])
})
