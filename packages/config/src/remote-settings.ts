// Sections of remote endpoints in their typed form.
import { crc32c } from '@pharos/base'
import type { NameScheme } from '@pharos/model'
import { httpClientSettings } from './http-client.ts'
import { compiledRules } from './relabel-section.ts'
import type { OtlpFields, RemoteReadFields, RemoteWriteFields } from './remote-sections.ts'
import type { OtlpSettings, RemoteReadSettings, RemoteWriteSettings } from './settings.ts'
import { redactedUrl } from './url.ts'

/** A day of a thousand series at 15 s takes some 60 MB. */
const DISK_BYTES_DEFAULT = 1024 ** 3

export function remoteWriteSettings(
  all: readonly RemoteWriteFields[],
  global: { readonly metric_name_validation_scheme: NameScheme | '' },
): readonly RemoteWriteSettings[] {
  const scheme = global.metric_name_validation_scheme || 'utf8'
  return all.map((fields) => {
    const queue = fields.queue_config
    return {
      name: fields.name || digest(JSON.stringify([fields.url, fields.headers])),
      url: fields.url,
      publicUrl: redactedUrl(fields.url),
      directoryName: digest(fields.name || fields.url),
      timeoutMs: fields.remote_timeout,
      headers: fields.headers,
      writeRelabelRules: compiledRules(fields.write_relabel_configs, scheme),
      sendsExemplars: fields.send_exemplars,
      sendsHistograms: fields.send_native_histograms,
      message: fields.protobuf_message || 'prometheus.WriteRequest',
      http: httpClientSettings(fields),
      queue: {
        capacity: queue.capacity,
        maxShards: queue.max_shards,
        minShards: queue.min_shards,
        maxSamplesPerSend: queue.max_samples_per_send,
        batchSendDeadlineMs: queue.batch_send_deadline,
        minBackoffMs: queue.min_backoff,
        maxBackoffMs: queue.max_backoff,
        retryOn429: queue.retry_on_http_429,
        sampleAgeLimitMs: queue.sample_age_limit,
        diskPath: queue.disk?.path ?? '',
        diskBytes: queue.disk?.max_bytes || DISK_BYTES_DEFAULT,
        diskAgeMs: queue.disk?.max_age ?? 0,
      },
      sendsMetadata: fields.metadata_config.send,
      metadataIntervalMs: fields.metadata_config.send_interval,
    }
  })
}

export function remoteReadSettings(
  all: readonly RemoteReadFields[],
): readonly RemoteReadSettings[] {
  return all.map((fields) => ({
    name: fields.name || redactedUrl(fields.url),
    url: fields.url,
    timeoutMs: fields.remote_timeout,
    headers: fields.headers,
    readsRecent: fields.read_recent,
    requiredMatchers: [...fields.required_matchers],
    filtersExternalLabels: fields.filter_external_labels,
    http: httpClientSettings(fields),
  }))
}

export function otlpSettings(fields: OtlpFields): OtlpSettings {
  const strategy = fields.translation_strategy
  return {
    promotesAllResourceAttributes: fields.promote_all_resource_attributes,
    promotedResourceAttributes: fields.promote_resource_attributes,
    ignoredResourceAttributes: fields.ignore_resource_attributes,
    isEscaped: strategy.startsWith('Underscore') || strategy === '',
    hasSuffixes: strategy.endsWith('WithSuffixes') || strategy === '',
    keepsIdentifyingAttributes: fields.keep_identifying_resource_attributes,
    convertsHistograms: fields.convert_histograms_to_nhcb,
    promotesScope: fields.promote_scope_metadata,
    sanitizesUnderscores: fields.label_name_underscore_sanitization,
    keepsUnderscores: fields.label_name_preserve_multiple_underscores,
  }
}

/** A name for people and directories that stays as long as what it is made of. */
function digest(text: string): string {
  return crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0')
}
