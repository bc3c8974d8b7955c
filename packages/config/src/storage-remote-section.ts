// `storage.remote`: an engine behind us that keeps what we do not. What it is decides where samples are written and how
// they are read back.

import { duration, flag, oneOf, url } from './codec.ts'
import type { Codec } from './codec.ts'
import { checkHttp, HTTP_SHAPE, httpClientSettings, normaliseHttp } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import { queueSection, REMOTE_HEADERS, remoteWriteSection } from './remote-sections.ts'
import type { Headers, QueueFields, RemoteWriteFields } from './remote-sections.ts'
import { section } from './section.ts'
import type { StorageRemoteSettings } from './settings.ts'
import { redactedUrl } from './url.ts'
import { YamlScalar } from './yaml-tree.ts'

const ENGINES = ['victoriametrics', 'mimir', 'thanos', 'prometheus'] as const

export interface StorageRemoteFields extends HttpFields {
  engine: (typeof ENGINES)[number] | ''
  write_url: string
  query_url: string
  read_recent: boolean
  remote_timeout: number
  headers: Headers
  queue_config: QueueFields
}

export const storageRemoteSection: Codec<StorageRemoteFields> = section(
  {
    engine: oneOf(ENGINES, ''),
    write_url: url(),
    query_url: url(),
    read_recent: flag(),
    remote_timeout: duration('1m'),
    headers: REMOTE_HEADERS(),
    queue_config: queueSection,
    ...HTTP_SHAPE,
  },
  {
    check(value, refuse) {
      if (value.engine === '') refuse(`storage.remote wants an engine: ${ENGINES.join(', ')}`)
      if (value.write_url === '' && value.query_url === '')
        refuse('storage.remote wants a write_url, a query_url or both')
      checkHttp(value, refuse)
    },
    normalise: normaliseHttp,
  },
)

/** What each engine listens on below the URL that people know it by. */
const WRITE_PATHS = {
  victoriametrics: '/api/v1/write',
  mimir: '/api/v1/push',
  thanos: '/api/v1/receive',
  prometheus: '/api/v1/write',
} as const

/** Below `query_url`, in front of `/api/v1/…`. */
const QUERY_PREFIXES = {
  victoriametrics: '',
  mimir: '/prometheus',
  thanos: '',
  prometheus: '',
} as const

/** A URL that ends in a path of its own is taken as it is. */
function withPath(text: string, path: string): string {
  const at = new URL(text)
  if (path === '' || at.pathname.replace(/\/+$/, '') !== '') return text.replace(/\/+$/, '')
  at.pathname = path
  return at.href
}

/** How the engine is read; undefined when it is only written to. */
export function storageRemoteSettings(
  fields: StorageRemoteFields | undefined,
): StorageRemoteSettings | undefined {
  if (fields === undefined || fields.query_url === '' || fields.engine === '') return undefined
  const at = withPath(fields.query_url, QUERY_PREFIXES[fields.engine])
  return {
    engine: fields.engine,
    url: at,
    publicUrl: redactedUrl(at),
    readsRecent: fields.read_recent,
    timeoutMs: fields.remote_timeout,
    headers: fields.headers,
    http: httpClientSettings(fields),
  }
}

/** The endpoint of remote write that the engine stands for; none when it is only read. */
export function storageRemoteWrite(
  fields: StorageRemoteFields | undefined,
): readonly RemoteWriteFields[] {
  if (fields === undefined || fields.write_url === '' || fields.engine === '') return []
  const { write_url, query_url: _, engine, read_recent: __, ...shared } = fields
  const standard = remoteWriteSection.schema.parse({ url: new YamlScalar(write_url, false) })
  return [
    {
      ...standard,
      ...shared,
      url: withPath(write_url, WRITE_PATHS[engine]),
      name: 'storage.remote',
      // Histograms and exemplars are what each of these engines takes, but for VictoriaMetrics, which counts them as errors.
      send_exemplars: engine !== 'victoriametrics',
      send_native_histograms: engine !== 'victoriametrics',
    },
  ]
}
