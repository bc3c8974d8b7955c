// The listener of `pharos node` with `--web.config.file`: TLS, users, headers.
import { createHttpServer, type HttpServer } from '@pharos/http'
import type { PlainAnswer, PlainRequest } from '@pharos/http/plain'
import type { LocalWorld } from './local-world.ts'
import { webAccess } from './web-config-file.ts'

/** @throws UserError `http/…`, ConfigErrors for the file */
export async function listenSecured(
  world: LocalWorld,
  address: string,
  file: string,
  answer: (request: PlainRequest) => Promise<PlainAnswer>,
): Promise<HttpServer> {
  const access = await webAccess(file, world)
  const server = createHttpServer({
    log: world.log,
    clock: world.clock,
    address,
    allowedHosts: 'any',
    ...(access === undefined ? {} : { access }),
  })
  server.app.get('*', async (request, reply) => {
    const { status, headers, body } = await answer({ url: request.url, headers: request.headers })
    return reply.code(status).headers(headers).send(body)
  })
  await server.listen()
  return server
}
