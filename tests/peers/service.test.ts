// A service in one call on the frameworks that only tests meet; Fastify and node:http are tried beside the kit itself.
import type { RequestListener } from 'node:http'
import { service, type ServiceApp } from '@pharos/kits-http/service'
import { expect, test } from 'vitest'
import { hasPeers, peer } from './peers.ts'

interface Express extends RequestListener {
  get(path: string, handler: (request: unknown, reply: { send(body: string): void }) => void): void
}

interface Koa {
  readonly middleware: unknown[]
  use(handler: (context: { body: unknown }) => void): void
  callback(): RequestListener
}

const APPS: Readonly<Record<string, () => Promise<ServiceApp>>> = {
  express: async () => {
    const { default: express } = await peer<{ default: () => Express }>('express')
    const app = express()
    app.get('/users/:id', (_request, reply) => reply.send('user'))
    return app
  },
  koa: async () => {
    const { default: Koa } = await peer<{ default: new () => Koa }>('koa')
    const app = new Koa()
    app.use((context) => {
      context.body = 'user'
    })
    return app
  },
}

for (const [name, make] of Object.entries(APPS)) {
  test.skipIf(!hasPeers)(`${name}: one call listens and measures by route`, async () => {
    // Nobody listens there: a service starts without its registry.
    const running = await service(await make(), {
      name,
      endpoints: ['http://127.0.0.1:9'],
      handlesSignals: false,
    })
    const text = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${running.port}${path}`)).text()
    expect(await text('/users/7')).toBe('user')
    expect(await text('/healthz')).toBe('ok\n')
    const page = await text('/metrics')
    expect(page).toMatch(/^http_request_duration_seconds_count\{.*} 1$/m)
    expect(page).toContain(name === 'express' ? '"/users/:id"' : '"<unmatched>"')
    await running.close()
  })
}
