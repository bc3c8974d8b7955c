import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { simWorld } from '@pharos/base/sim'
import { AnnotationStore } from '@pharos/dashboards/store'
import { registerAnnotationRoutes } from './annotation-routes.ts'

async function served() {
  const { disk, clock } = simWorld()
  const app = Fastify()
  registerAnnotationRoutes(app, new AnnotationStore(disk, clock, '/d'))
  await app.ready()
  return async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
  ) => {
    const answer = await app.inject({
      method,
      url,
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: answer.statusCode, json: answer.json<unknown>() }
  }
}

test('tools write, read, change and remove annotations as they do with Grafana', async () => {
  const ask = await served()
  const draft = { dashboardUID: 'shop', time: 1000, timeEnd: 2000, tags: ['deploy'], text: 'v2' }
  expect(await ask('POST', '/api/annotations', draft)).toEqual({
    status: 200,
    json: { message: 'Annotation added', id: 1 },
  })
  const graphite = { what: 'Release', data: 'notes', when: 3, tags: 'a deploy' }
  expect((await ask('POST', '/api/annotations/graphite', graphite)).json).toMatchObject({ id: 2 })
  expect((await ask('GET', '/api/annotations?tags=deploy&from=0&to=9999')).json).toMatchObject([
    { id: 2, time: 3000, text: 'Release\nnotes', tags: ['a', 'deploy'] },
    { id: 1, dashboardUID: 'shop', timeEnd: 2000 },
  ])
  expect((await ask('GET', '/api/annotations?dashboardUID=shop')).json).toHaveLength(1)
  expect((await ask('GET', '/api/annotations?type=alert')).json).toEqual([])
  expect((await ask('GET', '/api/annotations/tags')).json).toEqual({
    result: {
      tags: [
        { tag: 'deploy', count: 2 },
        { tag: 'a', count: 1 },
      ],
    },
  })
  expect((await ask('PATCH', '/api/annotations/1', { text: 'v3' })).status).toBe(200)
  expect((await ask('GET', '/api/annotations/1')).json).toMatchObject({ text: 'v3', time: 1000 })
  expect((await ask('DELETE', '/api/annotations/1')).status).toBe(200)
  for (const method of ['GET', 'DELETE', 'PUT'] as const)
    expect(
      (await ask(method, '/api/annotations/1', method === 'PUT' ? {} : undefined)).status,
    ).toBe(404)
})

test('what is no annotation is answered with 400 and why', async () => {
  const ask = await served()
  expect(await ask('POST', '/api/annotations', { tags: [1], text: 'x' })).toEqual({
    status: 400,
    json: { message: 'tags want to be a list of texts' },
  })
  expect((await ask('POST', '/api/annotations', {})).status).toBe(400)
  expect((await ask('POST', '/api/annotations', [])).status).toBe(400)
})
