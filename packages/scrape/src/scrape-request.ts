// The request of a scrape: headers as the reference sends them; what `http_config` adds is the client's.

import type { ScrapeProtocol, ScrapeSettings } from '@pharos/config'
import type { HttpResponse } from '@pharos/http'
import type { JobClient } from './job-client.ts'
import { OutsideError } from '@pharos/base'
import { BODY_BYTES_DEFAULT } from './limits.ts'
import type { Target } from './target.ts'

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  PrometheusProto:
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=allow-utf-8',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8',
}

/**
 * The Accept header for the protocols in their order; weights fall by a tenth.
 * @source Prometheus 3.14 scrape acceptHeader
 */
export function acceptHeader(protocols: readonly ScrapeProtocol[]): string {
  let weight = Object.keys(MEDIA_TYPES).length + 1
  const values: string[] = []
  for (const protocol of protocols) values.push(`${MEDIA_TYPES[protocol]};q=0.${weight--}`)
  values.push(`*/*;q=0.${weight}`)
  return values.join(',')
}

interface RequestContext {
  readonly client: JobClient
  /** Of `scrapeHeaders`. */
  readonly headers: readonly (readonly [string, string])[]
  readonly signal: AbortSignal
}

/**
 * One request to a target.
 *
 * @returns a 200 answer; release its body
 * @throws OutsideError with the reference's text: `server returned HTTP status 404 Not Found` (`scrape/status`), or what
 *   the HTTP client says
 */
export async function requestTarget(
  target: Target,
  settings: ScrapeSettings,
  context: RequestContext,
): Promise<HttpResponse> {
  const limit = settings.bodySizeLimitBytes === 0 ? BODY_BYTES_DEFAULT : settings.bodySizeLimitBytes
  const response = await context.client.request({
    url: target.url,
    headers: context.headers,
    timeoutMs: target.timeoutMs,
    // In the reference a body that just reaches the limit has exceeded it.
    maxBodyBytes: limit - 1,
    signal: context.signal,
    ...(target.socketPath === '' ? {} : { socketPath: target.socketPath }),
  })
  if (response.status === 200) return response
  response.release()
  throw new OutsideError('scrape/status', `server returned HTTP status ${response.statusText}`)
}

/** What a scrape of the target says about itself, the same each time. */
export function scrapeHeaders(
  target: Target,
  settings: ScrapeSettings,
  userAgent: string,
): (readonly [string, string])[] {
  return [
    ['User-Agent', userAgent],
    ['Accept', acceptHeader(settings.scrapeProtocols)],
    [
      'Accept-Encoding',
      settings.enableCompression && !isOnThisMachine(target) ? 'gzip' : 'identity',
    ],
    ['X-Prometheus-Scrape-Timeout-Seconds', String(target.timeoutMs / 1_000)],
  ]
}

/**
 * Packing costs the target 400 to 1,300 ns a sample and unpacking costs us 100 to 160, more than all else we do for it:
 * on the same machine nothing is saved by it.
 */
function isOnThisMachine({ url, socketPath }: Target): boolean {
  if (socketPath !== '') return true
  const host = /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(url)?.[1] ?? ''
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host)
}
