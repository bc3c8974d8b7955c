// The request of a scrape: headers as the reference sends them, secrets read when they are needed.

import type { HttpClientSettings, ScrapeProtocol, ScrapeSettings } from '@pharos/config'
import type { HttpClient, HttpCredentials, HttpResponse } from '@pharos/http'
import type { Disk, TlsClientOptions } from '@pharos/base'
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
 * The Accept header for the protocols in their order; weights fall by a tenth. Protobuf is left out until it is read.
 * @source Prometheus 3.14 scrape acceptHeader
 */
export function acceptHeader(protocols: readonly ScrapeProtocol[]): string {
  let weight = Object.keys(MEDIA_TYPES).length + 1
  const values: string[] = []
  for (const protocol of protocols) {
    if (protocol !== 'PrometheusProto') values.push(`${MEDIA_TYPES[protocol]};q=0.${weight--}`)
  }
  values.push(`*/*;q=0.${weight}`)
  return values.join(',')
}

interface RequestContext {
  readonly client: HttpClient
  readonly disk: Disk
  readonly userAgent: string
  readonly signal: AbortSignal
}

/**
 * One request to a target.
 *
 * @returns a 200 answer; release its body
 * @throws OutsideError with the reference's text: `server returned HTTP status 404 Not Found` (`scrape/status`), what the
 *   HTTP client says, or a secret's file that cannot be read
 */
export async function requestTarget(
  target: Target,
  settings: ScrapeSettings,
  context: RequestContext,
): Promise<HttpResponse> {
  const { http } = settings
  const limit = settings.bodySizeLimitBytes === 0 ? BODY_BYTES_DEFAULT : settings.bodySizeLimitBytes
  const credentials = await credentialsOf(http, context.disk)
  const response = await context.client.request({
    url: target.url,
    headers: await headersOf(target, settings, context),
    timeoutMs: target.timeoutMs,
    // In the reference a body that just reaches the limit has exceeded it.
    maxBodyBytes: limit - 1,
    followRedirects: http.followRedirects,
    signal: context.signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(target.socketPath === '' ? {} : { socketPath: target.socketPath }),
    ...(target.url.startsWith('https:') ? { tls: await tlsOf(http, context.disk) } : {}),
  })
  if (response.status === 200) return response
  response.release()
  throw new OutsideError('scrape/status', `server returned HTTP status ${response.statusText}`)
}

async function headersOf(
  target: Target,
  settings: ScrapeSettings,
  context: RequestContext,
): Promise<[string, string][]> {
  const headers: [string, string][] = [
    ['User-Agent', context.userAgent],
    ['Accept', acceptHeader(settings.scrapeProtocols)],
    ['Accept-Encoding', settings.enableCompression ? 'gzip' : 'identity'],
    ['X-Prometheus-Scrape-Timeout-Seconds', String(target.timeoutMs / 1_000)],
  ]
  for (const { name, values, files } of settings.http.headers) {
    for (const value of values) headers.push([name, value])
    for (const path of files) headers.push([name, await secret(context.disk, path)])
  }
  return headers
}

async function credentialsOf(
  http: HttpClientSettings,
  disk: Disk,
): Promise<HttpCredentials | undefined> {
  const { basicAuth, authorization } = http
  if (basicAuth !== undefined) {
    return {
      kind: 'basic',
      username:
        basicAuth.usernameFile === ''
          ? basicAuth.username
          : await secret(disk, basicAuth.usernameFile),
      password:
        basicAuth.passwordFile === ''
          ? basicAuth.password
          : await secret(disk, basicAuth.passwordFile),
    }
  }
  if (authorization === undefined) return undefined
  const { credentialsFile } = authorization
  return {
    kind: 'scheme',
    scheme: authorization.type,
    credentials:
      credentialsFile === '' ? authorization.credentials : await secret(disk, credentialsFile),
  }
}

async function tlsOf(http: HttpClientSettings, disk: Disk): Promise<TlsClientOptions> {
  const { tls } = http
  const [ca, cert, key] = await Promise.all([
    pem(tls.ca, tls.caFile, disk),
    pem(tls.cert, tls.certFile, disk),
    pem(tls.key, tls.keyFile, disk),
  ])
  return {
    insecureSkipVerify: tls.insecureSkipVerify,
    ...(tls.serverName === '' ? {} : { serverName: tls.serverName }),
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
  }
}

const SECRET_BYTES_MAX = 65_536

/** Read for each scrape, as the reference does: secrets are rotated under a running server. */
async function secret(disk: Disk, path: string): Promise<string> {
  return new TextDecoder().decode(await disk.readFile(path, SECRET_BYTES_MAX)).trim()
}

async function pem(text: string, path: string, disk: Disk): Promise<string> {
  if (path === '') return text
  return new TextDecoder().decode(await disk.readFile(path, 1_048_576))
}
