import type { HostExporter, HostSelection } from '@pharos/host/lean'
import { type PlainAnswer, textAnswer } from '@pharos/http/plain'

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface HostPageOptions {
  readonly path: string
  /** --web.max-requests; 0: no limit. */
  readonly maxRequests: number
  /** What follows the host's families: the exporter's own metrics, or nothing. */
  readonly ownMetrics: () => Promise<string>
}

/**
 * Answers with the host exporter's page to a URL: `collect[]` and `exclude[]` as in the reference, at most `maxRequests`
 * at once.
 */
export function hostAnswers(
  exporter: HostExporter,
  options: HostPageOptions,
): (url: string) => Promise<PlainAnswer> {
  let running = 0
  return async (url) => {
    if (options.maxRequests > 0 && running >= options.maxRequests) {
      const text = `Limit of concurrent requests reached (${options.maxRequests}), try again later.`
      return textAnswer(503, text)
    }
    running++
    try {
      return await answer(url, exporter, options)
    } finally {
      running--
    }
  }
}

async function answer(
  url: string,
  exporter: HostExporter,
  options: HostPageOptions,
): Promise<PlainAnswer> {
  const selection = selectionOf(url)
  if (selection.collect !== undefined && selection.exclude !== undefined)
    return textAnswer(400, 'Combined collect and exclude queries are not allowed.')
  const unknown = selection.collect?.find((name) => !exporter.enabled.includes(name))
  if (unknown !== undefined) {
    const text = `Couldn't create filtered metrics handler: missing collector: ${unknown}`
    return textAnswer(400, text)
  }
  const body = exporter.text(selection) + (await options.ownMetrics())
  return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body }
}

function selectionOf(url: string): HostSelection {
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
  const collect = query.getAll('collect[]')
  const exclude = query.getAll('exclude[]')
  return { ...(collect.length > 0 ? { collect } : {}), ...(exclude.length > 0 ? { exclude } : {}) }
}
