import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { createHttpServer } from '@pharos/http'
import { expect, test } from 'vitest'
import { registerAdminRoutes } from './admin-routes.ts'
import { sendError } from './answer.ts'
import { apiErrorOf } from './api-error.ts'
import type { ApiServices } from './api-services.ts'

interface Asked {
  readonly calls: string[]
  readonly ask: (
    method: 'POST' | 'PUT' | 'GET',
    path: string,
    body?: string,
  ) => Promise<readonly [number, string]>
}

function asker(enableAdminApi = true): Asked {
  const calls: string[] = []
  const { app } = createHttpServer({
    log: silentLogger,
    clock: new SimClock(0),
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  const texts = (sets: readonly (readonly object[])[]): string =>
    sets.map((set) => set.map(String).join()).join(' or ')
  const services: Pick<ApiServices, 'enableAdminApi' | 'administration'> = {
    enableAdminApi,
    administration: {
      deleteSeries: async (sets, fromMs, toMs) =>
        void calls.push(`delete ${texts(sets)} ${fromMs} ${toMs}`),
      undeleteSeries: async (sets) => calls.push(`undelete ${texts(sets)}`) - 1,
      cleanTombstones: async () => void calls.push('clean'),
      snapshot: async (skipHead) => `snap-${skipHead}`,
    },
  }
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => {
      const known = apiErrorOf(error)
      if (known === undefined) throw error
      return sendError(reply, known)
    })
    // The routes use nothing else of the services.
    registerAdminRoutes(scope, services as ApiServices)
  })
  return {
    calls,
    ask: async (method, path, body) => {
      const url = `/api/v1/admin/tsdb/${path}`
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const reply = await app.inject({
        method,
        url,
        ...(body === undefined ? {} : { headers: form, payload: body }),
      })
      return [reply.statusCode, reply.body]
    },
  }
}

test('without the flag every administrative request is refused in the reference’s words', async () => {
  const { ask, calls } = asker(false)
  const refused = '{"status":"error","errorType":"unavailable","error":"admin APIs disabled"}'
  for (const path of ['delete_series?match[]=up', 'clean_tombstones', 'snapshot']) {
    expect(await ask('POST', path)).toEqual([503, refused])
    expect(await ask('PUT', path)).toEqual([503, refused])
  }
  expect(calls).toEqual([])
})

test('series are deleted by selectors and times of URL or form, cleaned and taken back', async () => {
  const { ask, calls } = asker()
  expect(await ask('POST', 'delete_series?match[]=up&match[]={a="b"}&start=1&end=2.5')).toEqual([
    204,
    '',
  ])
  expect(await ask('PUT', 'delete_series', 'match[]=x')).toEqual([204, ''])
  expect(await ask('POST', 'clean_tombstones')).toEqual([204, ''])
  expect(await ask('POST', 'undelete_series?match[]=x')).toEqual([204, ''])
  expect(calls.length).toBe(4)
  expect(calls[0]).toMatch(/^delete .* or .* 1000 2500$/)
  expect(calls[1]).toMatch(/ -8640000000000000 8640000000000000$/)
})

test('a snapshot tells its name', async () => {
  const { ask } = asker()
  const named = (name: string): string => `{"status":"success","data":{"name":"${name}"}}`
  expect(await ask('POST', 'snapshot')).toEqual([200, named('snap-false')])
  expect(await ask('PUT', 'snapshot?skip_head=True')).toEqual([200, named('snap-true')])
})

test('what is wrong has the reference’s code and text', async () => {
  const { ask, calls } = asker()
  const wrong = async (path: string, message: string, status = 400): Promise<void> => {
    const [code, body] = await ask('POST', path)
    expect([code, (JSON.parse(body) as { error: string }).error]).toEqual([status, message])
  }
  await wrong('delete_series', 'no match[] parameter provided')
  await wrong(
    'delete_series?match[]=up{',
    'invalid parameter "match[]": 1:4: parse error: unexpected end of input inside braces',
  )
  await wrong(
    'delete_series?match[]=up&start=x',
    `invalid parameter "start": invalid time value for 'start': cannot parse "x" to a valid timestamp`,
  )
  await wrong(
    'snapshot?skip_head=foo',
    'invalid parameter "skip_head": unable to parse boolean: strconv.ParseBool: parsing "foo": invalid syntax',
  )
  expect(calls).toEqual([])
  const [code] = await ask('POST', 'undelete_series?match[]=up')
  expect(code).toBe(404)
  expect((await ask('GET', 'snapshot'))[0]).toBe(405)
})
