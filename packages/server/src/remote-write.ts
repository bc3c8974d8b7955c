// POST /api/v1/write: the receiving end of remote write, with the reference's codes and words.
import { Counter, type Registry } from '@pharos/client'
import { sendText } from '@pharos/http'
import { WRITE_BODY_BYTES, WriteReceiver, type WriteReceiverStats } from '@pharos/remote'
import type { FastifyInstance } from 'fastify'
import type { RunningServer } from './running-server.ts'

export function registerRemoteWrite(app: FastifyInstance, server: RunningServer): void {
  const { flags, world } = server.settings
  const isEnabled = flags.bool('web.enable-remote-write-receiver')
  const isSynced = flags.text('storage.tsdb.wal-sync') === 'always'
  let receiver: WriteReceiver | undefined
  app.post(
    `${server.urls.prefix}/api/v1/write`,
    { bodyLimit: WRITE_BODY_BYTES },
    async (request, reply) => {
      if (!isEnabled) {
        const text =
          'remote write receiver needs to be enabled with --web.enable-remote-write-receiver'
        return sendText(reply, 404, text)
      }
      const refusal = refusalOf(
        request.headers['content-type'] ?? '',
        request.headers['content-encoding'] ?? '',
      )
      if (refusal !== undefined) return sendText(reply, 415, refusal)
      if (receiver === undefined) {
        const { clock, random, log } = world
        const { appender, observations } = server.parts
        receiver = new WriteReceiver({
          appender,
          clock,
          random,
          log: log.component('remote-write'),
          isSynced,
        })
        addCounters(observations.registry, receiver.stats)
      }
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
      const { status, text } = await receiver.write(body)
      if (status === 204) return reply.code(204).send()
      if (status === 503) reply.header('retry-after', '5')
      return sendText(reply, status, text)
    },
  )
}

/** @source remote.writeHandler.ServeHTTP and parseProtoMsg */
function refusalOf(contentType: string, encoding: string): string | undefined {
  const [media = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  if (media !== '' && media !== 'application/x-protobuf') {
    return `expected application/x-protobuf as the first (media) part, got ${contentType} content-type`
  }
  for (const parameter of parameters) {
    const [name, value] = parameter.split('=')
    if (name === 'proto' && value !== 'prometheus.WriteRequest') {
      return `${value ?? ''} protobuf message is not accepted by this server; only accepts prometheus.WriteRequest`
    }
  }
  if (encoding !== '' && encoding !== 'snappy') {
    return `${encoding} encoding (compression) is not accepted by this server; only snappy is acceptable`
  }
  return undefined
}

function addCounters(registry: Registry, stats: WriteReceiverStats): void {
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect: (metric) => {
        metric.setTotal(read())
      },
    })
  }
  counter(
    'prometheus_api_remote_write_invalid_labels_samples_total',
    'Series of remote write that were passed over because of their labels.',
    () => stats.invalidLabels,
  )
  counter('pharos_remote_write_requests_total', 'Requests of remote write.', () => stats.requests)
  counter(
    'pharos_remote_write_failures_total',
    'Requests of remote write that were not taken whole.',
    () => stats.failures,
  )
  new Counter({
    name: 'pharos_remote_write_samples_total',
    help: 'Samples that came by remote write, by what became of them.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: (metric) => {
      metric.setTotal({ outcome: 'stored' }, stats.samples + stats.histograms)
      metric.setTotal({ outcome: 'repeated' }, stats.repeated)
      metric.setTotal({ outcome: 'out_of_order' }, stats.outOfOrder)
      metric.setTotal({ outcome: 'out_of_bounds' }, stats.outOfBounds)
      metric.setTotal({ outcome: 'duplicate' }, stats.duplicates)
    },
  })
  counter(
    'pharos_remote_write_series_refused_total',
    'Series of remote write that the budget of series or a limit refused.',
    () => stats.seriesRefused,
  )
}
