import { silentLogger } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { SimDisk } from '@pharos/base/sim'
import { Discovery } from '@pharos/registry'
import { startRegistry } from '@pharos/registry/server'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceApp, service } from './service.ts'

const world = { ...realWorld(), log: silentLogger }
let registry: Awaited<ReturnType<typeof startRegistry>>
let discovery: Discovery

beforeAll(async () => {
  registry = await startRegistry({
    ...world,
    disk: new SimDisk(),
    address: '127.0.0.1:0',
    directory: '/registry',
  })
  discovery = new Discovery({ endpoints: [registry.url], world })
  await discovery.ready
})

afterAll(async () => {
  await discovery.close()
  await registry.close()
})

const APPS: Readonly<Record<string, () => ServiceApp>> = {
  fastify: () => {
    const app = Fastify()
    app.get('/users/:id', async () => 'user')
    return app
  },
  'node:http': () => (_request, response) => response.end('user'),
}

test.each(Object.keys(APPS))('%s: one call listens, measures, registers', async (name) => {
  const running = await service(APPS[name]!(), {
    name: `app-${name.replace(':', '-')}`,
    endpoints: [registry.url],
    handlesSignals: false,
  })
  await running.registration.registered
  const text = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${running.port}${path}`)).text()
  expect(await text('/users/7')).toBe('user')
  expect(await text('/healthz')).toBe('ok\n')
  const page = await text('/metrics')
  const hasRoute = name === 'fastify'
  const route = hasRoute ? '/users/:id' : '<unmatched>'
  expect(page).toMatch(/^http_request_duration_seconds_count\{.*} 1$/m)
  expect(page).toContain(`"${route}"`)
  expect(page).toContain('process_cpu_seconds_total')
  const found = (): unknown => discovery.instances(`app-${name.replace(':', '-')}`)[0]
  await expect.poll(found).toMatchObject({
    id: `127.0.0.1-${running.port}`,
    port: running.port,
    metadata: { health: 'http:/healthz' },
    routes: [
      ...(hasRoute ? [{ path: '/users/:id', method: 'GET' }] : []),
      { path: '/metrics', method: 'GET' },
      { path: '/healthz', method: 'GET' },
    ],
  })
  await running.close()
  await expect.poll(found).toBeUndefined()
  expect(running.server.listening).toBe(false)
})

test('a service says itself whether it is well', async () => {
  const answers: (() => boolean | Promise<boolean>)[] = [
    () => false,
    async () => true,
    () => {
      throw new Error('planted')
    },
  ]
  let at = 0
  const running = await service((_request, response) => response.end(), {
    name: 'choosy',
    endpoints: [registry.url],
    handlesSignals: false,
    isHealthy: () => answers[at++]!(),
  })
  const statuses: number[] = []
  for (let i = 0; i < 3; i++)
    statuses.push((await fetch(`http://127.0.0.1:${running.port}/healthz`)).status)
  expect(statuses).toEqual([503, 200, 503])
  await running.close()
})

test('a name that cannot be registered is refused, and the port is free again', async () => {
  const options = { name: 'a/b', endpoints: [registry.url], handlesSignals: false }
  await expect(service(() => {}, options)).rejects.toThrow('name wants 1 to 200 characters')
})
