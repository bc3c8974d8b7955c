import type { Disk, HttpClientSettings } from '@pharos/base'
import { ConfiguredClient } from './configured-client.ts'
import { Http1Client } from './http-client.ts'
import type { HttpClient, HttpClientOptions } from './http-client.ts'

/**
 * A client. With `configured` (http_config) every request carries what the settings say: credentials, headers, TLS,
 * proxy; their files are read again when they are older than a second. A request's own `credentials` and `tls` go
 * before them.
 */
export function createHttpClient(
  options: HttpClientOptions,
  configured?: { readonly settings: HttpClientSettings; readonly disk: Disk },
): HttpClient {
  if (configured === undefined) return new Http1Client(options)
  return new ConfiguredClient(configured.settings, { ...options, disk: configured.disk })
}
