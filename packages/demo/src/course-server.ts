// The fourth seed's server: two handlers that answer after up to a second, most of the time well.
import type { Clock, Logger, Random } from '@pharos/base'
import { metricsHandler, Registry } from '@pharos/client'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { Seed4Metrics } from '@pharos/kits-http'
import { fastifyMetrics } from '@pharos/kits-http/fastify'
import { addInboxRoutes, type Inbox } from './inbox.ts'

interface CourseWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** Shares of 200 and 400, in percent; the rest is 500. */
const HANDLERS: readonly { readonly path: string; readonly ok: number; readonly bad: number }[] = [
  { path: '/handler1', ok: 91, bad: 6 },
  { path: '/handler2', ok: 93, bad: 2 },
]

/** Seconds that an answer takes at most; uniform below. @source seeds/003 */
const LONGEST_MS = 1_000

/** @throws UserError `http/address-in-use` */
export async function startCourseServer(
  world: CourseWorld,
  address: string,
  inbox: Inbox,
): Promise<HttpServer> {
  const registry = new Registry()
  const metrics = new Seed4Metrics(registry, { normMean: 1, normDomain: 0.2, goNames: true })
  const server = createHttpServer({
    log: world.log.component('course'),
    clock: world.clock,
    address,
    allowedHosts: 'any',
  })
  addInboxRoutes(server.app, inbox)
  fastifyMetrics(server.app, metrics, { excludePaths: ['/metrics', '/inbox', '/inbox.json'] })
  for (const { path, ok, bad } of HANDLERS) {
    server.app.get(path, async (_request, reply) => {
      await world.clock.sleep(world.random.next() * LONGEST_MS)
      const drawn = Math.floor(world.random.next() * 100)
      return reply.code(drawn < ok ? 200 : drawn < ok + bad ? 400 : 500).send()
    })
  }
  const page = metricsHandler(registry, { instrument: true })
  server.app.get('/metrics', (request, reply) => {
    reply.hijack()
    page(request.raw, reply.raw)
  })
  await server.listen()
  return server
}
