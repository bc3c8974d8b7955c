// `http_sd_configs`: a URL that answers with target groups.

import { OutsideError } from '@pharos/base'
import type { Clock, Disk, Logger, Net } from '@pharos/base'
import { readTargetJson } from '@pharos/config'
import type { HttpDiscoverySettings } from '@pharos/config'
import { createHttpClient, withoutPassword } from '@pharos/http'
import { createPollingDiscoverer, LabelsBuilder } from '@pharos/model'
import type { PollingDiscoverer } from '@pharos/model'
import { ANSWER_BYTES_MAX } from './limits.ts'

interface HttpDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

const JSON_TYPE = /^application\/json(\s*;\s*charset=("utf-8"|utf-8))?$/i

/**
 * Groups have `<url>:<index>` as source, and `__meta_url`.
 * @source discovery/http
 */
export function createHttpDiscoverer(
  settings: HttpDiscoverySettings,
  world: HttpDiscoveryWorld,
): PollingDiscoverer {
  const client = createHttpClient(world, { settings: settings.http, disk: world.disk })
  const { url, refreshIntervalMs } = settings
  const shownUrl = withoutPassword(url)
  return createPollingDiscoverer({
    mechanism: 'http',
    intervalMs: refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    close: () => client.close(),
    async ask(signal) {
      const response = await client.request({
        url,
        headers: [
          ['User-Agent', 'Pharos'],
          ['Accept', 'application/json'],
          ['Accept-Encoding', 'gzip'],
          ['X-Prometheus-Refresh-Interval-Seconds', String(refreshIntervalMs / 1_000)],
        ],
        timeoutMs: refreshIntervalMs,
        maxBodyBytes: ANSWER_BYTES_MAX,
        signal,
      })
      const text = new TextDecoder().decode(response.body)
      response.release()
      if (response.status !== 200)
        throw new OutsideError(
          'discovery/status',
          `server returned HTTP status ${response.statusText}`,
        )
      const type = response.headers.get('content-type') ?? ''
      if (!JSON_TYPE.test(type.trim()))
        throw new OutsideError('discovery/answer', `unsupported content type "${type}"`)
      return readTargetJson(text, shownUrl).map(({ targets, labels }, i) => ({
        source: `${shownUrl}:${i}`,
        targets,
        labels: new LabelsBuilder(labels).set('__meta_url', shownUrl).labels(),
      }))
    },
  })
}
