import type { HostExporter, HostSelection } from '@pharos/host'
import { sendText } from '@pharos/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

interface HostPageOptions {
  readonly path: string
  /** --web.max-requests; 0: no limit. */
  readonly maxRequests: number
  /** What follows the host's families: the exporter's own metrics, or nothing. */
  readonly ownMetrics: () => Promise<string>
}

/** Serves the host exporter's page: `collect[]` and `exclude[]` as in the reference, at most `maxRequests` at once. */
export function registerHostPage(
  app: FastifyInstance,
  exporter: HostExporter,
  options: HostPageOptions,
): void {
  let running = 0
  app.get(options.path, async (request, reply) => {
    if (options.maxRequests > 0 && running >= options.maxRequests) {
      return sendText(
        reply,
        503,
        `Limit of concurrent requests reached (${options.maxRequests}), try again later.`,
      )
    }
    running++
    try {
      return await answer(request, reply, exporter, options)
    } finally {
      running--
    }
  })
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  exporter: HostExporter,
  options: HostPageOptions,
): Promise<FastifyReply> {
  const selection = selectionOf(request.url)
  if (selection.collect !== undefined && selection.exclude !== undefined) {
    return sendText(reply, 400, 'Combined collect and exclude queries are not allowed.')
  }
  const unknown = selection.collect?.find((name) => !exporter.enabled.includes(name))
  if (unknown !== undefined) {
    return sendText(
      reply,
      400,
      `Couldn't create filtered metrics handler: missing collector: ${unknown}`,
    )
  }
  const text = exporter.text(selection)
  return reply.header('Content-Type', CONTENT_TYPE).send(text + (await options.ownMetrics()))
}

function selectionOf(url: string): HostSelection {
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
  const collect = query.getAll('collect[]')
  const exclude = query.getAll('exclude[]')
  return { ...(collect.length > 0 ? { collect } : {}), ...(exclude.length > 0 ? { exclude } : {}) }
}
