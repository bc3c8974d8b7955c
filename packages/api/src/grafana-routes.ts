// What tools ask of Grafana besides dashboards: who and where they are, and the one data source that is ours.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FOR_VIEWERS } from '@pharos/http'
import { OWN_DATA_SOURCE } from '@pharos/dashboards'

export interface GrafanaServices {
  readonly version: string
  /** '' or `/prefix`. */
  readonly prefix: string
  /** Where the API is reached from outside. */
  readonly externalUrl: URL
  /** `15s`: how often is scraped by default. */
  scrapeInterval(): string
}

/** Adds `/api/health`, `/api/org`, `/api/user`, `/api/datasources…` and empty answers where we have nothing. */
export function registerGrafanaRoutes(app: FastifyInstance, services: GrafanaServices): void {
  app.get('/api/health', async (_request, reply) =>
    reply.send({ database: 'ok', version: services.version, commit: '' }),
  )
  app.get('/api/org', async (_request, reply) => reply.send({ id: 1, name: 'Main Org.' }))
  app.get('/api/user', async (_request, reply) =>
    reply.send({
      id: 1,
      uid: '',
      email: '',
      name: '',
      login: 'admin',
      theme: '',
      orgId: 1,
      isGrafanaAdmin: true,
      isDisabled: false,
    }),
  )
  app.get('/api/datasources', async (_request, reply) => reply.send([dataSource(services)]))
  for (const [path, own] of [
    ['uid', OWN_DATA_SOURCE],
    ['name', 'Pharos'],
    ['id', '1'],
  ] as const) {
    app.get(`/api/datasources/${path}/:value`, async (request, reply) => {
      const { value } = request.params as { value: string }
      return value === own
        ? reply.send(dataSource(services))
        : reply.code(404).send({ message: 'Data source not found' })
    })
  }
  const proxy = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    proxied(app, services, request, reply)
  app.route({
    method: ['GET', 'POST'],
    url: `/api/datasources/proxy/uid/${OWN_DATA_SOURCE}/*`,
    config: FOR_VIEWERS,
    handler: proxy,
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/api/datasources/proxy/1/*',
    config: FOR_VIEWERS,
    handler: proxy,
  })
}

function dataSource(services: GrafanaServices): object {
  return {
    id: 1,
    uid: OWN_DATA_SOURCE,
    orgId: 1,
    name: 'Pharos',
    type: 'prometheus',
    typeName: 'Prometheus',
    access: 'proxy',
    url: services.externalUrl.href.replace(/\/$/, ''),
    user: '',
    database: '',
    basicAuth: false,
    isDefault: true,
    jsonData: { httpMethod: 'POST', timeInterval: services.scrapeInterval() },
    readOnly: true,
  }
}

/** A question to our data source is a question to our own API, asked without a socket. */
async function proxied(
  app: FastifyInstance,
  { prefix }: GrafanaServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = (request.params as { '*': string })['*']
  if (!path.startsWith('api/v1/')) return reply.code(404).send({ message: 'only /api/v1 is here' })
  const at = request.url.indexOf('?')
  const { body, headers } = request
  const answer = await app.inject({
    method: request.method === 'POST' ? 'POST' : 'GET',
    url: `${prefix}/${path}${at < 0 ? '' : request.url.slice(at)}`,
    headers: {
      'content-type': headers['content-type'] ?? 'application/x-www-form-urlencoded',
      host: headers.host ?? 'localhost',
      // Whoever asks is asked there, too.
      ...(headers.authorization !== undefined && { authorization: headers.authorization }),
    },
    ...(body instanceof URLSearchParams ? { payload: body.toString() } : {}),
  })
  return reply
    .code(answer.statusCode)
    .type(String(answer.headers['content-type'] ?? 'application/json'))
    .send(answer.rawPayload)
}
