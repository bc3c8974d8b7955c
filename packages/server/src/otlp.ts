// POST /api/v1/otlp/v1/metrics: metrics of OpenTelemetry, as protobuf and as JSON.
import { messageOf, OutsideError, ProtoWriter } from '@pharos/base'
import { sendText, unpacked } from '@pharos/http'
import { WRITE_BODY_BYTES, WRITE_MESSAGE_BYTES } from '@pharos/remote'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { RunningServer } from './running-server.ts'
import type { WriteReceivers } from './write-receivers.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

/** @param app  a scope of its own: bodies are read as they come, JSON too */
export function registerOtlp(
  app: FastifyInstance,
  server: RunningServer,
  receivers: WriteReceivers,
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  )
  app.post(
    `${server.urls.prefix}/api/v1/otlp/v1/metrics`,
    { bodyLimit: WRITE_BODY_BYTES },
    async (request, reply) => {
      if (!server.settings.flags.bool('web.enable-otlp-receiver')) {
        const text = 'otlp write receiver needs to be enabled with --web.enable-otlp-receiver'
        return sendText(reply, 404, text)
      }
      const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim()
      if (type !== PROTOBUF && type !== JSON_TYPE)
        return sendText(
          reply,
          415,
          `unsupported content type: ${type}, supported: [${JSON_TYPE}, ${PROTOBUF}]`,
        )
      const coding = request.headers['content-encoding'] ?? ''
      if (coding !== '' && coding !== 'gzip')
        return sendText(
          reply,
          415,
          `unsupported compression: ${coding}. Only "gzip" or no compression supported`,
        )
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
      try {
        const plain = coding === '' ? body : await unpacked(coding, body, WRITE_MESSAGE_BYTES)
        const isJson = type === JSON_TYPE
        const answer = await receivers.receiver.write(
          isJson
            ? { kind: 'otlp-json', text: new TextDecoder().decode(plain) }
            : { kind: 'otlp-protobuf', bytes: plain },
        )
        if (answer.status === 503) reply.header('retry-after', '5')
        if (answer.status !== 204) return sendText(reply, answer.status, answer.text)
        return sendOutcome(reply, isJson, answer.rejects)
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        const status = error.code === 'http/body-too-large' ? 413 : 400
        return sendText(reply, status, messageOf(error))
      }
    },
  )
}

/** @source ExportMetricsServiceResponse: partial_success 1 { rejected_data_points 1, error_message 2 } */
function sendOutcome(
  reply: FastifyReply,
  isJson: boolean,
  rejects: { readonly points: number; readonly reason: string } | undefined,
): FastifyReply {
  const isWhole = rejects === undefined || rejects.points === 0
  if (isJson) {
    const partialSuccess = { rejectedDataPoints: rejects?.points, errorMessage: rejects?.reason }
    return reply
      .header('Content-Type', JSON_TYPE)
      .send(JSON.stringify(isWhole ? {} : { partialSuccess }))
  }
  const out = new ProtoWriter()
  if (!isWhole) {
    out.message(1, () => {
      out.uint64(1, rejects.points)
      out.text(2, rejects.reason)
    })
  }
  return reply.header('Content-Type', PROTOBUF).send(Buffer.from(out.bytes()))
}
