// Sections of remote endpoints in their typed form.
import { crc32c } from '@pharos/base'
import type { NameScheme } from '@pharos/model'
import { httpClientSettings } from './http-client.ts'
import { compiledRules } from './relabel-section.ts'
import type { RemoteWriteFields } from './remote-sections.ts'
import type { RemoteWriteSettings } from './settings.ts'
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

/** A name for people and directories that stays as long as what it is made of. */
function digest(text: string): string {
  return crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0')
}
