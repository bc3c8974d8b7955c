// The paths of a gateway.
//
//   PUT POST DELETE  /metrics/job/…      replace the group · replace the families · take the group away
//   PUT POST         /metrics/aggregate/job/…   add up
//   GET              /metrics /-/healthy /-/ready   PUT POST /-/quit   PUT /api/v1/admin/wipe
//   GET              /api/v1/metrics /api/v1/status

import { OutsideError, UserError } from '@pharos/base'
import { Format, negotiate } from '@pharos/exposition'
import { FOR_ADMINS, sendText } from '@pharos/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GAUGE_MODES, type GaugeMode } from './aggregate.ts'
import type { Gateway } from './gateway.ts'
import { groupsJson } from './groups-json.ts'
import { type Grouping, groupingOf } from './grouping.ts'
import { PUSH_BYTES_MAX } from './limits.ts'
import { pageText } from './page.ts'
import { familiesOf, unpacked } from './push-body.ts'
import { parseTtl } from './push-ttl.ts'

export interface GatewayPaths {
  /** In front of every path, '' or `/prefix`. */
  readonly prefix: string
  /** Where the page is: `/metrics`. */
  readonly telemetryPath: string
  /** Where the JSON is: `/api/v1`. */
  readonly apiPath: string
}

/** Registers what programs use; pages for people stand elsewhere. */
export async function registerGateway(
  app: FastifyInstance,
  gateway: Gateway,
  paths: GatewayPaths,
): Promise<void> {
  await app.register(async (scope) => {
    // A body is taken as it is, whatever it says it is: curl calls every push a form.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: PUSH_BYTES_MAX },
      async (_request: FastifyRequest, body: Buffer) => body,
    )
    registerPushes(scope, gateway, `${paths.prefix}/metrics`)
    registerPage(scope, gateway, paths.prefix + paths.telemetryPath)
    registerApi(scope, gateway, paths.prefix + paths.apiPath)
    registerManagement(scope, gateway, paths.prefix)
  })
}

interface PushPath {
  readonly start: string
  readonly isAggregating: boolean
  /** Only where input is forgiven. */
  readonly isAlias: boolean
}

const PUSH_PATHS: readonly PushPath[] = [
  { start: '', isAggregating: false, isAlias: false },
  { start: '/aggregate', isAggregating: true, isAlias: false },
  // A pusher that was given the URL of the page puts its own `/metrics` behind it.
  { start: '/metrics', isAggregating: false, isAlias: true },
]

function registerPushes(scope: FastifyInstance, gateway: Gateway, base: string): void {
  for (const path of PUSH_PATHS) {
    if (path.isAlias && !gateway.settings.isLenient) continue
    for (const job of ['job', 'job@base64'])
      scope.route({
        method: ['PUT', 'POST', 'DELETE'],
        url: `${base}${path.start}/${job}/*`,
        bodyLimit: PUSH_BYTES_MAX,
        handler: (request, reply) => answered(request, reply, gateway, base + path.start, path),
      })
  }
}

/** Answers one push or deletion, and counts it. */
async function answered(
  request: FastifyRequest,
  reply: FastifyReply,
  gateway: Gateway,
  start: string,
  path: PushPath,
): Promise<FastifyReply> {
  const { method } = request
  const startedMs = gateway.settings.clock.monotonicMs()
  const answer = await answerOf(request, gateway, start, path)
  const handler = method === 'DELETE' ? 'delete' : 'push'
  gateway.metrics.request(handler, method.toLowerCase(), answer.status)
  if (handler === 'push') {
    const bytes = Buffer.isBuffer(request.body) ? request.body.length : 0
    const seconds = (gateway.settings.clock.monotonicMs() - startedMs) / 1000
    gateway.metrics.pushed(method.toLowerCase(), seconds, bytes)
  }
  if (answer.location !== undefined) reply.header('Location', answer.location)
  if (answer.text === undefined) return reply.code(answer.status).send()
  return sendText(reply, answer.status, answer.text)
}

interface Answer {
  readonly status: number
  readonly text?: string
  readonly location?: string
}

async function answerOf(
  request: FastifyRequest,
  gateway: Gateway,
  start: string,
  path: PushPath,
): Promise<Answer> {
  try {
    const target = targetOf(request.url, start)
    if (typeof target !== 'string') return target
    const grouping = groupingOf(target, gateway.settings)
    if (grouping === undefined) {
      // Go's router leads a path with a slash too many to the one without.
      if (/^\/job(@base64)?\/$/.test(target))
        return { status: 307, location: encodeURI(start + target.slice(0, -1)) }
      return { status: 404, text: '404 page not found' }
    }
    if (request.method === 'DELETE') {
      await gateway.store.delete([grouping.labels])
      return { status: 202 }
    }
    if (path.isAlias) gateway.noteMended('/metrics twice in the path')
    await take(request, gateway, grouping, path.isAggregating)
    return { status: gateway.settings.isChecked ? 200 : 202 }
  } catch (error) {
    if (error instanceof UserError)
      return { status: STATUS_OF[error.code] ?? 400, text: error.message }
    if (!(error instanceof OutsideError)) throw error
    gateway.log.error('a push may be lost after a restart', { err: error.message })
    return { status: 503, text: error.message }
  }
}

const STATUS_OF: Readonly<Record<string, number>> = { 'push/too-large': 413, 'push/too-many': 429 }

/** The decoded path behind `start`; or what is answered to one that Go's router would clean or refuse first. */
function targetOf(url: string, start: string): string | Answer {
  const [raw = '', query] = url.split(/\?(.*)/s, 2)
  let decoded: string
  try {
    decoded = decodeURIComponent(raw)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return { status: 400, text: '400 Bad Request' }
  }
  const clean = cleanPath(decoded)
  if (clean !== decoded) {
    const location = encodeURI(clean) + (query === undefined ? '' : `?${query}`)
    return { status: 301, location }
  }
  return decoded.slice(start.length)
}

/** @source Go, net/http cleanPath */
function cleanPath(path: string): string {
  const kept: string[] = []
  const parts = path.split('/')
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part === '..') kept.pop()
    else kept.push(part)
  }
  const clean = `/${kept.join('/')}`
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean
}

async function take(
  request: FastifyRequest,
  gateway: Gateway,
  grouping: Grouping,
  isAggregating: boolean,
): Promise<void> {
  const { settings, store } = gateway
  const header = (name: string): string => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : ''
  }
  const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const body = await unpacked(sent, header('content-encoding'))
  const families = familiesOf(body, header('content-type'), {
    ...settings,
    onMended: (what) => gateway.noteMended(what),
  })
  const ttl = header('x-pharos-ttl')
  const adds = isAggregating || settings.aggregates
  await store.push({
    labels: grouping.labels,
    families,
    replaces: request.method === 'PUT' && !adds,
    aggregate: adds ? gaugeModeOf(request, settings.gaugeMode) : undefined,
    ttlMs: grouping.ttlMs ?? (ttl === '' ? settings.ttlMs : parseTtl(ttl)),
  })
}

function gaugeModeOf(request: FastifyRequest, standard: GaugeMode): GaugeMode {
  const text = new URLSearchParams(request.url.split('?')[1] ?? '').get('gauge')
  if (text === null) return standard
  const mode = GAUGE_MODES.find((one) => one === text)
  if (mode === undefined)
    throw new UserError('push/aggregate', `gauge: wants one of ${GAUGE_MODES.join(', ')}`)
  return mode
}

function registerPage(scope: FastifyInstance, gateway: Gateway, path: string): void {
  scope.get(path, async (request, reply) => {
    const { contentType, escaping } = negotiate(request.headers.accept ?? '', [Format.text])
    const own = await gateway.metrics.families()
    return reply.header('Content-Type', contentType).send(pageText(gateway.store, own, escaping))
  })
}

function registerApi(scope: FastifyInstance, gateway: Gateway, path: string): void {
  const { settings } = gateway
  const send = (reply: FastifyReply, data: string): FastifyReply =>
    reply
      .header('Content-Type', 'application/json')
      .header('Cache-Control', 'no-cache, no-store, must-revalidate')
      .send(`{"status":"success","data":${data}}`)
  scope.get(`${path}/metrics`, async (request, reply) => {
    gateway.metrics.request('api/v1/metrics', request.method.toLowerCase(), 200)
    return send(reply, groupsJson(gateway.store))
  })
  scope.get(`${path}/status`, async (request, reply) => {
    gateway.metrics.request('api/v1/status', request.method.toLowerCase(), 200)
    const status = {
      build_information: {
        branch: '',
        buildDate: '',
        buildUser: 'pharos',
        goVersion: '',
        revision: '',
        version: settings.version,
      },
      flags: settings.flags,
      start_time: new Date(gateway.startedMs).toISOString(),
    }
    return send(reply, JSON.stringify(status))
  })
  if (settings.hasAdminApi)
    scope.put(`${path}/admin/wipe`, { config: FOR_ADMINS }, async (_, reply) => {
      gateway.metrics.request('wipe', 'put', 202)
      await gateway.store.wipe()
      return reply.code(202).send()
    })
}

function registerManagement(scope: FastifyInstance, gateway: Gateway, prefix: string): void {
  const { settings, store } = gateway
  for (const name of ['healthy', 'ready'])
    scope.get(`${prefix}/-/${name}`, async (_, reply) => {
      const status = store.isHealthy ? 200 : 500
      gateway.metrics.request(name, 'get', status)
      return store.isHealthy
        ? reply.type('text/plain; charset=utf-8').send('OK')
        : sendText(reply, status, 'the journal cannot be written')
    })
  scope.route({
    method: ['GET', 'PUT', 'POST'],
    url: `${prefix}/-/quit`,
    config: FOR_ADMINS,
    handler: async (request, reply) => {
      const text = reply.type('text/plain; charset=utf-8')
      if (request.method === 'GET') return text.code(405).send('Only POST or PUT requests allowed.')
      if (!settings.hasLifecycle) return text.code(403).send('Lifecycle API is not enabled.')
      settings.onQuit?.()
      return text.send('Requesting termination... Goodbye!')
    },
  })
}
