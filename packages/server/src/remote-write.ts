// POST /api/v1/write: the receiving end of remote write, with the reference's codes and words.
import { sendText } from '@pharos/http'
import { WRITE_BODY_BYTES } from '@pharos/remote'
import type { FastifyInstance } from 'fastify'
import { registerImport } from './import-routes.ts'
import { registerOtlp } from './otlp.ts'
import type { RunningServer } from './running-server.ts'
import { WriteReceivers } from './write-receivers.ts'

/** @source remote write specifications 1.0 and 2.0: the names of the messages */
const MESSAGES: Readonly<Record<string, 'v1' | 'v2'>> = {
  'prometheus.WriteRequest': 'v1',
  'io.prometheus.write.v2.Request': 'v2',
}

export function registerRemoteWrite(app: FastifyInstance, server: RunningServer): void {
  const { flags } = server.settings
  const receivers = new WriteReceivers(server)
  const accepted = flags.list('web.remote-write-receiver.accepted-protobuf-messages')
  app.post(
    `${server.urls.prefix}/api/v1/write`,
    { bodyLimit: WRITE_BODY_BYTES },
    async (request, reply) => {
      if (!flags.bool('web.enable-remote-write-receiver')) {
        const text =
          'remote write receiver needs to be enabled with --web.enable-remote-write-receiver'
        return sendText(reply, 404, text)
      }
      const asked = messageOf(request.headers['content-type'] ?? '', accepted)
      if ('refusal' in asked) return sendText(reply, 415, asked.refusal)
      const encoding = request.headers['content-encoding'] ?? ''
      if (encoding !== '' && encoding !== 'snappy')
        return sendText(
          reply,
          415,
          `${encoding} encoding (compression) is not accepted by this server; only snappy is acceptable`,
        )
      const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
      const { status, text, written } = await receivers.receiver.write({ kind: asked.kind, bytes })
      if (asked.kind === 'v2') {
        const name = 'X-Prometheus-Remote-Write'
        reply.header(`${name}-Samples-Written`, String(written.samples))
        reply.header(`${name}-Histograms-Written`, String(written.histograms))
        reply.header(`${name}-Exemplars-Written`, String(written.exemplars))
      }
      if (status === 204) return reply.code(204).send()
      if (status === 503) reply.header('retry-after', '5')
      return sendText(reply, status, text)
    },
  )
  app.register(async (scope) => registerOtlp(scope, server, receivers))
  app.register(async (scope) => registerImport(scope, server, receivers))
}

/** @source remote.writeHandler.ServeHTTP and parseProtoMsg */
function messageOf(
  contentType: string,
  accepted: readonly string[],
): { readonly kind: 'v1' | 'v2' } | { readonly refusal: string } {
  const [media = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  if (media !== '' && media !== 'application/x-protobuf') {
    return {
      refusal: `expected application/x-protobuf as the first (media) part, got ${contentType} content-type`,
    }
  }
  let name = 'prometheus.WriteRequest'
  for (const parameter of parameters) {
    const [key, value] = parameter.split('=')
    if (key === 'proto') name = value ?? ''
  }
  if (!Object.hasOwn(MESSAGES, name) || !accepted.includes(name)) {
    return {
      refusal: `${name} protobuf message is not accepted by this server; only accepts ${accepted.join(', ')}`,
    }
  }
  return { kind: MESSAGES[name]! }
}
