// Sections for what goes to and comes from other systems: alerting, remote write and read, OTLP, tracing.

import { quoted } from '@pharos/base'
import type { Labels } from '@pharos/model'
import {
  always,
  byteSize,
  count,
  duration,
  filePath,
  flag,
  integer,
  oneOf,
  real,
  secret,
  text,
  url,
} from './codec.ts'
import type { Codec } from './codec.ts'
import { DISCOVERY_SHAPE } from './discovery-sections.ts'
import type { DiscoveryFields } from './discovery-sections.ts'
import { checkHttp, HTTP_SHAPE, normaliseHttp, tlsSection } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import { labelMap } from './label-map.ts'
import { relabelRules } from './relabel-section.ts'
import type { RelabelFields } from './relabel-section.ts'
import { checkStaticTargets } from './scrape-section.ts'
import { list, mapOf, pointer, section } from './section.ts'
import type { Refuse, Section, ShapeOf } from './section.ts'

/** In lower case: headers that the protocol sets itself. */
const RESERVED = [
  'host content-encoding content-length content-type user-agent connection keep-alive',
  'proxy-authenticate proxy-authorization www-authenticate accept-encoding',
  'x-prometheus-remote-write-version x-prometheus-remote-read-version',
  'x-amz-date x-amz-security-token x-amz-content-sha256',
]
  .join(' ')
  .split(' ')

export type Headers = readonly (readonly [string, string])[]

function headers(authorizationRefusal: string): Codec<Headers> {
  return mapOf(text(), (name, refuse) => {
    const lower = name.toLowerCase()
    if (lower === 'authorization') refuse(authorizationRefusal)
    else if (RESERVED.includes(lower))
      refuse(`${name} is a reserved header. It must not be changed`)
  })
}

export const REMOTE_HEADERS = (): Codec<Headers> =>
  headers(
    'authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, azuread or google_iam parameter',
  )

const sigv4 = (): Codec<object | undefined> =>
  pointer<object>(
    section({
      region: text(),
      access_key: text(),
      secret_key: secret(),
      profile: text(),
      role_arn: text(),
      external_id: text(),
      use_fips_sts_endpoint: flag(),
      service_name: text(),
    }),
  )

const azureAd = (): Codec<object | undefined> =>
  pointer<object>(
    section({
      managed_identity: pointer(section({ client_id: text() })),
      workload_identity: pointer(
        section({ client_id: text(), tenant_id: text(), token_file_path: text() }),
      ),
      oauth: pointer(section({ client_id: text(), client_secret: secret(), tenant_id: text() })),
      sdk: pointer(section({ tenant_id: text() })),
      certificate: pointer(
        section({
          client_id: text(),
          tenant_id: text(),
          certificate_path: filePath(),
          certificate_key_path: filePath(),
          certificate_password: secret(),
          send_certificate_chain: flag(),
        }),
      ),
      cloud: text('AzurePublic'),
      scope: text(),
    }),
  )

interface DiskQueueFields {
  path: string
  max_bytes: number
  max_age: number
}

/** Ours: where samples wait that do not fit in memory. */
const diskQueueSection = section<DiskQueueFields>({
  path: filePath(),
  max_bytes: byteSize(),
  max_age: duration(),
})

export interface QueueFields {
  capacity: number
  max_shards: number
  min_shards: number
  max_samples_per_send: number
  batch_send_deadline: number
  min_backoff: number
  max_backoff: number
  retry_on_http_429: boolean
  sample_age_limit: number
  disk: DiskQueueFields | undefined
}

export const queueSection: Section<QueueFields> = section<QueueFields>(
  {
    capacity: integer(10_000),
    max_shards: integer(50),
    min_shards: integer(1),
    max_samples_per_send: integer(2000),
    batch_send_deadline: duration('5s'),
    min_backoff: duration('30ms'),
    max_backoff: duration('5s'),
    retry_on_http_429: flag(),
    sample_age_limit: duration(),
    disk: pointer(diskQueueSection),
  },
  { check: checkQueue },
)

function checkQueue(queue: Partial<QueueFields>, refuse: Refuse): void {
  const name = 'remote write queue'
  for (const key of ['max_shards', 'min_shards', 'max_samples_per_send', 'capacity'] as const) {
    if (queue[key] !== undefined && queue[key] <= 0) refuse(`${name} ${key} must be positive`, key)
  }
  const { min_shards, max_shards, min_backoff, max_backoff } = queue
  const hasShards = min_shards !== undefined && max_shards !== undefined && max_shards > 0
  if (hasShards && min_shards > max_shards)
    refuse(`${name} min_shards must not be greater than max_shards`, 'min_shards')
  if (min_backoff !== undefined && max_backoff !== undefined && max_backoff < min_backoff)
    refuse(`${name} max_backoff must not be less than min_backoff`, 'max_backoff')
}

export interface RemoteWriteFields extends HttpFields {
  url: string
  name: string
  remote_timeout: number
  headers: Headers
  send_exemplars: boolean
  send_native_histograms: boolean
  protobuf_message: (typeof WRITE_MESSAGES)[number] | ''
  queue_config: QueueFields
  metadata_config: { send: boolean; send_interval: number; max_samples_per_send: number }
  write_relabel_configs: readonly RelabelFields[]
  sigv4: object | undefined
  azuread: object | undefined
  google_iam: object | undefined
}

const WRITE_MESSAGES = ['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'] as const

export const remoteWriteSection: Codec<RemoteWriteFields> = section(
  {
    url: always(url()),
    remote_timeout: duration('30s'),
    headers: REMOTE_HEADERS(),
    write_relabel_configs: relabelRules('empty or null relabeling rule in remote write config'),
    name: text(),
    send_exemplars: flag(),
    send_native_histograms: flag(),
    round_robin_dns: flag(),
    protobuf_message: oneOf(
      WRITE_MESSAGES,
      'prometheus.WriteRequest',
      (word) =>
        `invalid protobuf_message value: unknown type for remote write protobuf message ${word}, ` +
        `supported: ${WRITE_MESSAGES.join(', ')}`,
    ),
    failed_request_logging: flag(),
    ...HTTP_SHAPE,
    enable_http2: always(flag()),
    queue_config: queueSection,
    metadata_config: section({
      send: always(flag(true)),
      send_interval: always(duration('1m')),
      max_samples_per_send: integer(2000),
    }),
    sigv4: sigv4(),
    azuread: azureAd(),
    google_iam: pointer<object>(section({ credentials_file: filePath() })),
  },
  {
    check(value, refuse) {
      if (value.url === '') refuse('url for remote_write is empty')
      checkHttp(value, refuse)
      const ways = [
        'basic_auth',
        'authorization',
        'oauth2',
        'sigv4',
        'azuread',
        'google_iam',
      ] as const
      const used = ways.filter((way) => value[way] !== undefined)
      if (used.length > 1)
        refuse(
          'at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be configured. ' +
            `Currently configured: [${used.join(' ')}]`,
        )
    },
    normalise: normaliseHttp,
  },
)

export interface RemoteReadFields extends HttpFields {
  url: string
  name: string
  remote_timeout: number
  headers: Headers
  read_recent: boolean
  required_matchers: Labels
  filter_external_labels: boolean
}

export const remoteReadSection: Codec<RemoteReadFields> = section(
  {
    url: always(url()),
    remote_timeout: duration('1m'),
    chunked_read_limit: count(50_000_000),
    headers: REMOTE_HEADERS(),
    read_recent: flag(),
    name: text(),
    ...HTTP_SHAPE,
    required_matchers: labelMap(),
    filter_external_labels: flag(true),
  },
  {
    check(value, refuse) {
      if (value.url === '') refuse('url for remote_read is empty')
      checkHttp(value, refuse)
    },
    normalise: normaliseHttp,
  },
)

interface AlertmanagerFields extends HttpFields, DiscoveryFields {
  sigv4: object | undefined
  scheme: string
  path_prefix: string
  timeout: number
  api_version: string
  relabel_configs: readonly RelabelFields[]
  alert_relabel_configs: readonly RelabelFields[]
}

const alertmanagerSection = section<AlertmanagerFields>(
  {
    ...HTTP_SHAPE,
    sigv4: sigv4(),
    scheme: text('http'),
    path_prefix: text(),
    timeout: duration('10s'),
    api_version: always(
      oneOf(
        ['v2'],
        'v2',
        (word) => `expected Alertmanager api version to be one of [v2] but got ${word}`,
      ),
    ),
    relabel_configs: relabelRules('empty or null Alertmanager target relabeling rule'),
    alert_relabel_configs: relabelRules('empty or null Alertmanager alert relabeling rule'),
    ...DISCOVERY_SHAPE,
  },
  {
    check(value, refuse) {
      checkHttp(value, refuse)
      const hasAuth = (value.basic_auth ?? value.authorization ?? value.oauth2) !== undefined
      if (hasAuth && value.sigv4 !== undefined)
        refuse('at most one of basic_auth, authorization, oauth2, & sigv4 must be configured')
      if (value.relabel_configs?.length === 0) checkStaticTargets(value.static_configs, refuse)
    },
    normalise: normaliseHttp,
  },
)

export interface AlertingFields {
  alert_relabel_configs: readonly RelabelFields[]
  alertmanagers: readonly AlertmanagerFields[]
}

export const alertingSection: Section<AlertingFields> = section<AlertingFields>({
  alert_relabel_configs: relabelRules('empty or null alert relabeling rule'),
  alertmanagers: list(alertmanagerSection, 'empty or null section in alertmanagers'),
})

const STRATEGIES = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
] as const

export interface OtlpFields {
  promote_all_resource_attributes: boolean
  promote_resource_attributes: readonly string[]
  ignore_resource_attributes: readonly string[]
  translation_strategy: string
  keep_identifying_resource_attributes: boolean
  convert_histograms_to_nhcb: boolean
  promote_scope_metadata: boolean
  label_name_underscore_sanitization: boolean
  label_name_preserve_multiple_underscores: boolean
}

export const otlpSection: Section<OtlpFields> = section<OtlpFields>(
  {
    promote_all_resource_attributes: flag(),
    promote_resource_attributes: list(text()),
    ignore_resource_attributes: list(text()),
    translation_strategy: oneOf(
      STRATEGIES,
      'UnderscoreEscapingWithSuffixes',
      (word) => `unsupported OTLP translation strategy ${quoted(word)}`,
    ) as Codec<string>,
    keep_identifying_resource_attributes: flag(),
    convert_histograms_to_nhcb: flag(),
    promote_scope_metadata: flag(),
    label_name_underscore_sanitization: flag(true),
    label_name_preserve_multiple_underscores: flag(true),
  },
  { check: checkOtlp, normalise: trimmedOtlp },
)

function checkOtlp(otlp: Partial<OtlpFields>, refuse: Refuse): void {
  const promoted = otlp.promote_resource_attributes ?? []
  const ignored = otlp.ignore_resource_attributes ?? []
  if (otlp.promote_all_resource_attributes === true) {
    if (promoted.length > 0)
      refuse(
        "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured simultaneously",
      )
    checkAttributes(ignored, 'ignored', 'ignore_resource_attributes', refuse)
  } else if (otlp.promote_all_resource_attributes === false) {
    if (ignored.length > 0)
      refuse(
        "'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' is true",
      )
    checkAttributes(promoted, 'promoted', 'promote_resource_attributes', refuse)
  }
}

function checkAttributes(
  names: readonly (string | undefined)[],
  adjective: string,
  key: string,
  refuse: Refuse,
): void {
  const seen = new Set<string>()
  names.forEach((name, i) => {
    const trimmed = name?.trim()
    if (trimmed === '')
      refuse(`invalid '${key}': empty ${adjective} OTel resource attribute`, key, i)
    else if (trimmed !== undefined && seen.has(trimmed))
      refuse(
        `invalid '${key}': duplicated ${adjective} OTel resource attribute ${quoted(trimmed)}`,
        key,
        i,
      )
    else if (trimmed !== undefined) seen.add(trimmed)
  })
}

function trimmedOtlp(otlp: OtlpFields): OtlpFields {
  const trimmed = (names: readonly string[]): string[] => names.map((name) => name.trim())
  return {
    ...otlp,
    promote_resource_attributes: trimmed(otlp.promote_resource_attributes),
    ignore_resource_attributes: trimmed(otlp.ignore_resource_attributes),
  }
}

interface TracingFields {
  client_type: 'http' | 'grpc' | ''
  endpoint: string
}

const TRACING_SHAPE = {
  client_type: oneOf(
    ['http', 'grpc'],
    'grpc',
    (word) => `expected tracing client type to be to be http or grpc, but got ${word}`,
  ),
  endpoint: text(),
  sampling_fraction: real(),
  insecure: flag(),
  tls_config: tlsSection,
  headers: headers('custom authorization header configuration is not yet supported'),
  compression: oneOf(
    ['gzip'],
    '',
    (word) => `invalid compression type ${word} provided, valid options: gzip`,
  ),
  timeout: duration(),
} satisfies ShapeOf<TracingFields> & Record<string, unknown>

/** Absent and null mean no tracing. */
export const tracingSection: Codec<TracingFields | undefined> = pointer<TracingFields>(
  section(TRACING_SHAPE, {
    check({ endpoint }, refuse) {
      if (endpoint === '') refuse('tracing endpoint must be set')
    },
  }),
)
