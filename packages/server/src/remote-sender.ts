// remote_write: the endpoints that the store's samples go to as well, and what is said of them on /metrics.
import { Counter, Gauge, type Registry } from '@pharos/client'
import { RemoteWrite, type RemoteWriteStatus } from '@pharos/remote'
import type { Tsdb } from '@pharos/tsdb'
import type { ServerSettings } from './running-server.ts'
import { tsdbOptions } from './settings-of-flags.ts'
import { VERSION } from './version.ts'

export function startRemoteWrite(tsdb: Tsdb, { flags, world }: ServerSettings): RemoteWrite {
  return new RemoteWrite({
    ...world,
    userAgent: `Pharos/${VERSION}`,
    directory: `${tsdbOptions(flags).path}/remote`,
    querier: (minMs, maxMs) => tsdb.querier(minMs, maxMs),
    flushDeadlineMs: flags.durationMs('storage.remote.flush-deadline'),
  })
}

type Read = (status: RemoteWriteStatus) => number

const COUNTERS: readonly (readonly [string, string, Read])[] = [
  ['samples_total', 'Samples that were sent.', ({ stats }) => stats.sent],
  ['samples_retried_total', 'Samples that were sent again.', ({ stats }) => stats.retried],
  ['samples_failed_total', 'Samples that the endpoint refused.', ({ stats }) => stats.failed],
  ['exemplars_total', 'Exemplars that were handed to the queue.', ({ stats }) => stats.exemplars],
  ['metadata_total', 'Metadata entries that were sent.', ({ stats }) => stats.metadataSent],
  ['metadata_failed_total', 'Metadata entries that failed.', ({ stats }) => stats.metadataFailed],
  ['bytes_total', 'Bytes of bodies, compressed.', ({ stats }) => stats.bytes],
]

const GAUGES: readonly (readonly [string, string, Read])[] = [
  ['samples_pending', 'Samples that wait, in memory and on disk.', ({ pending }) => pending],
  ['shards', 'Shards that send.', ({ stats }) => stats.shards],
  ['shards_desired', 'Shards that the load wants.', ({ stats }) => stats.shardsDesired],
  ['shards_min', 'Fewest shards.', ({ minShards }) => minShards],
  ['shards_max', 'Most shards.', ({ maxShards }) => maxShards],
  ['shard_capacity', 'Samples that a shard may have in memory.', ({ capacity }) => capacity],
  [
    'queue_highest_sent_timestamp_seconds',
    'Newest sample that was sent.',
    ({ stats }) => Math.max(0, stats.highestSentMs / 1000),
  ],
]

/** prometheus_remote_storage_* under the reference's names, and what the queue on disk holds. */
export function addRemoteWriteMetrics(registry: Registry, remote: RemoteWrite): void {
  const labelNames = ['remote_name', 'url'] as const
  const labelsOf = ({ name, url }: RemoteWriteStatus) => ({ remote_name: name, url })
  for (const [name, help, read] of COUNTERS) {
    new Counter({
      name: `prometheus_remote_storage_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect: (metric) => {
        metric.reset()
        for (const one of remote.statuses) metric.setTotal(labelsOf(one), read(one))
      },
    })
  }
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name: `prometheus_remote_storage_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect: (metric) => {
        metric.reset()
        for (const one of remote.statuses) metric.set(labelsOf(one), read(one))
      },
    })
  }
  new Counter({
    name: 'prometheus_remote_storage_samples_dropped_total',
    help: 'Samples that were never sent, by reason.',
    labelNames: [...labelNames, 'reason'],
    registers: [registry],
    collect: (metric) => {
      metric.reset()
      for (const one of remote.statuses) {
        const labels = labelsOf(one)
        metric.setTotal({ ...labels, reason: 'too_old' }, one.stats.droppedTooOld)
        metric.setTotal({ ...labels, reason: 'queue_full' }, one.stats.droppedByQueue)
        metric.setTotal({ ...labels, reason: 'disk' }, one.stats.dropped)
      }
    },
  })
  new Gauge({
    name: 'pharos_remote_write_queue_bytes',
    help: 'Bytes that wait on disk.',
    labelNames,
    registers: [registry],
    collect: (metric) => {
      metric.reset()
      for (const one of remote.statuses) metric.set(labelsOf(one), one.stats.diskBytes)
    },
  })
}
