// POST /api/v1/read: what others read here, with the reference's codes and words. And queries over more than the own store.
import { Readable } from 'node:stream'
import { OutsideError, UserError } from '@pharos/base'
import { Counter, Gauge, type Registry } from '@pharos/client'
import { FOR_VIEWERS, sendText } from '@pharos/http'
import {
  READ_REQUEST_BYTES,
  ReadServer,
  RemotePlaces,
  SplitQueryable,
  STREAM_TYPE,
} from '@pharos/remote'
import type { Tsdb } from '@pharos/tsdb'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { RunningServer, ServerSettings } from './running-server.ts'
import { tsdbOptions } from './settings-of-flags.ts'
import { VERSION } from './version.ts'

export function remotePlacesOf({ flags, world }: ServerSettings): RemotePlaces {
  return new RemotePlaces({
    ...world,
    userAgent: `Pharos/${VERSION}`,
    // @source prometheus/main.go: startTimeMargin
    marginMs: 2 * tsdbOptions(flags).minBlockMs,
  })
}

/** What queries read: the own store, and the places of the configuration where it does not reach. */
export function splitQueryable(
  tsdb: Tsdb,
  remote: RemotePlaces,
  { world }: ServerSettings,
): SplitQueryable {
  return new SplitQueryable({
    local: (minMs, maxMs) => tsdb.querier(minMs, maxMs),
    places: () => remote.places,
    boundaryMs: () => Math.min(tsdb.minTimeMs, world.clock.now()),
    log: world.log.component('remote'),
  })
}

export function registerRemoteRead(app: FastifyInstance, server: RunningServer): void {
  const { flags, world } = server.settings
  let reader: ReadServer | undefined
  app.post(
    `${server.urls.prefix}/api/v1/read`,
    { bodyLimit: READ_REQUEST_BYTES, config: FOR_VIEWERS },
    async (request, reply) => {
      if (reader === undefined) {
        reader = new ReadServer({
          clock: world.clock,
          querier: (minMs, maxMs) => server.parts.tsdb.querier(minMs, maxMs),
          externalLabels: () => server.config.global.externalLabels,
          maxSamples: flags.number('storage.remote.read-sample-limit'),
          maxConcurrent: flags.number('storage.remote.read-concurrent-limit'),
          frameBytes: flags.number('storage.remote.read-max-bytes-in-frame'),
        })
        addMetrics(server.parts.observations.registry, reader)
      }
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
      try {
        const answer = await reader.read(body)
        if (answer.kind === 'stream')
          return reply.header('Content-Type', STREAM_TYPE).send(Readable.from(answer.frames))
        return reply
          .header('Content-Type', 'application/x-protobuf')
          .header('Content-Encoding', 'snappy')
          .send(Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength))
      } catch (error) {
        return refuse(reply, error)
      }
    },
  )
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof UserError) {
    const status = error.code === 'remote/read-busy' ? 503 : 400
    if (status === 503) reply.header('Retry-After', '1')
    return sendText(reply, status, error.message)
  }
  const isDamaged = error instanceof OutsideError && /^(?:snappy|proto)\//.test(error.code)
  if (isDamaged) return sendText(reply, 400, error.message)
  throw error
}

function addMetrics(registry: Registry, { stats }: ReadServer): void {
  new Counter({
    name: 'pharos_remote_read_handler_queries_total',
    help: 'Queries of remote read that were answered.',
    registers: [registry],
    collect: (metric) => {
      metric.setTotal(stats.queries)
    },
  })
  new Gauge({
    name: 'prometheus_remote_read_handler_queries',
    help: 'Requests of remote read that are answered now.',
    registers: [registry],
    collect: (metric) => {
      metric.set(stats.running)
    },
  })
}
