// Our own /metrics: the plain counters of the rooms under the names that the reference gives them, so that existing
// dashboards and alerts on Prometheus itself keep working. What only we have is called pharos_*.
import { collectDefaultMetrics, Counter, Gauge, Registry, Summary } from '@pharos/client'
import type { HttpServerStats } from '@pharos/http'
import type { RuleManager } from '@pharos/rules'
import type { ScrapePoolStatus, ScrapeStats } from '@pharos/scrape'
import type { TsdbStats } from '@pharos/tsdb'
import type { ReloadStats } from './config-file.ts'
import { addRuleMetrics } from './rule-metrics.ts'
import { REFERENCE_VERSION, VERSION } from './version.ts'

interface MetricSources {
  readonly reload: ReloadStats
  readonly scrape: ScrapeStats
  readonly pools: () => readonly ScrapePoolStatus[]
  readonly tsdb: TsdbStats
  readonly tsdbTimes: () => { readonly minMs: number; readonly maxMs: number }
  readonly http: HttpServerStats
  readonly isReady: () => boolean
  readonly rules: RuleManager
}

/** What the composition itself observes. */
export interface OwnObservations {
  readonly registry: Registry
  scrapeInterval(intervalMs: number, actualMs: number): void
  query(seconds: number, slice: 'inner_eval' | 'queue_time'): void
}

type Read = () => number

/** Names that Node dashboards know and promtool's linter refuses; our own page is clean. */
const AGAINST_CONVENTION: readonly string[] = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** Each look wakes the process: at 10 ms that is 7 % of the CPU that scraping 100,000 samples/s takes. */
const EVENT_LOOP_LOOK_MS = 50

export function createOwnMetrics(sources: MetricSources): OwnObservations {
  const registry = new Registry()
  // Utilization goes by names that promtool's linter refuses.
  collectDefaultMetrics(registry, {
    eventLoopResolutionMs: EVENT_LOOP_LOOK_MS,
    utilizationIntervalMs: 0,
  })
  for (const name of AGAINST_CONVENTION) registry.unregister(name)
  addBuildInfo(registry)
  addCounters(registry, sources)
  addGauges(registry, sources)
  addRuleMetrics(registry, sources.rules)
  const intervals = new Summary({
    name: 'prometheus_target_interval_length_seconds',
    help: 'Actual intervals between scrapes.',
    labelNames: ['interval'],
    objectives: { 0.01: 0.001, 0.05: 0.005, 0.5: 0.05, 0.9: 0.01, 0.99: 0.001 },
    registers: [registry],
  })
  const queries = new Summary({
    name: 'prometheus_engine_query_duration_seconds',
    help: 'Time that queries take, by what it was spent on.',
    labelNames: ['slice'],
    objectives: { 0.5: 0.05, 0.9: 0.01, 0.99: 0.001 },
    registers: [registry],
  })
  return {
    registry,
    scrapeInterval: (intervalMs, actualMs) => {
      intervals.observe({ interval: goDuration(intervalMs) }, actualMs / 1000)
    },
    query: (seconds, slice) => queries.observe({ slice }, seconds),
  }
}

/** `15s`, `1m0s`: how the reference writes an interval in a label. */
function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${seconds % 60}s`
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds % 60}s`
}

function addBuildInfo(registry: Registry): void {
  const info = new Gauge({
    name: 'prometheus_build_info',
    help: 'Always 1; the version of Prometheus whose behaviour this server keeps to.',
    labelNames: ['version', 'revision', 'branch', 'goversion', 'goos', 'goarch', 'tags'],
    registers: [registry],
  })
  info.set(
    {
      version: REFERENCE_VERSION,
      revision: '',
      branch: '',
      goversion: '',
      goos: 'linux',
      goarch: '',
      tags: 'pharos',
    },
    1,
  )
  const own = new Gauge({
    name: 'pharos_build_info',
    help: 'Always 1; the version of Pharos.',
    labelNames: ['version'],
    registers: [registry],
  })
  own.set({ version: VERSION }, 1)
}

type Row = readonly [name: string, help: string, read: Read]

function scrapeCounters({ scrape }: MetricSources): readonly Row[] {
  return [
    [
      'prometheus_target_scrapes_exceeded_body_size_limit_total',
      'Scrapes that hit the body size limit.',
      () => scrape.exceededBodySize,
    ],
    [
      'prometheus_target_scrapes_exceeded_sample_limit_total',
      'Scrapes that hit the sample limit.',
      () => scrape.exceededSampleLimit,
    ],
    [
      'prometheus_target_scrapes_exceeded_target_limit_total',
      'Times that a pool hit its target limit.',
      () => scrape.exceededTargetLimit,
    ],
    [
      'prometheus_target_scrape_pool_exceeded_label_limits_total',
      'Scrapes that hit a label limit.',
      () => scrape.exceededLabelLimits,
    ],
    [
      'prometheus_target_scrapes_sample_duplicate_timestamp_total',
      'Samples refused for a time they already had with another value.',
      () => scrape.duplicates,
    ],
    [
      'prometheus_target_scrapes_sample_out_of_order_total',
      'Samples refused for being older than the newest.',
      () => scrape.outOfOrder,
    ],
    [
      'prometheus_target_scrapes_sample_out_of_bounds_total',
      'Samples refused for a time too far away.',
      () => scrape.outOfBounds,
    ],
    [
      'prometheus_target_scrapes_cache_flush_forced_total',
      'Times that a scrape cache was emptied.',
      () => scrape.cacheFlushes,
    ],
    [
      'prometheus_target_sync_failed_total',
      'Targets that could not be made of what was discovered.',
      () => scrape.targetsFailed,
    ],
    ['pharos_scrapes_total', 'Scrapes.', () => scrape.scrapes],
    [
      'pharos_scrapes_failed_total',
      'Scrapes that failed, for whatever reason.',
      () => scrape.failures,
    ],
    [
      'pharos_scrape_series_refused_total',
      'Series refused because the budget of series is used up.',
      () => scrape.seriesRefused,
    ],
    [
      'pharos_scrape_rows_lost_total',
      'Scrapes that the store could not take.',
      () => scrape.rowsLost,
    ],
  ]
}

function storeCounters({ tsdb }: MetricSources): readonly Row[] {
  return [
    [
      'prometheus_tsdb_out_of_order_samples_total',
      'Samples refused by the store for their order.',
      () => tsdb.outOfOrderSamples,
    ],
    [
      'prometheus_tsdb_head_out_of_order_samples_appended_total',
      'Samples taken although they came after newer ones of their series.',
      () => tsdb.lateSamples,
    ],
    [
      'prometheus_tsdb_too_old_samples_total',
      'Samples refused because they came outside the out-of-order window.',
      () => tsdb.tooOldSamples,
    ],
    [
      'prometheus_tsdb_out_of_bound_samples_total',
      'Samples refused by the store for their time.',
      () => tsdb.outOfBoundSamples,
    ],
    [
      'prometheus_tsdb_head_series_created_total',
      'Series created in the head.',
      () => tsdb.seriesCreated,
    ],
    [
      'pharos_tsdb_series_refused_total',
      'Series that a budget or a limit on labels refused, each time that they came.',
      () => tsdb.seriesRefused,
    ],
    [
      'prometheus_tsdb_head_series_removed_total',
      'Series removed from the head.',
      () => tsdb.seriesRemoved,
    ],
    [
      'prometheus_tsdb_wal_corruptions_total',
      'Damaged spans met in the log.',
      () => tsdb.walCorruptions,
    ],
    ['prometheus_tsdb_compactions_total', 'Compactions.', () => tsdb.compactions],
    [
      'prometheus_tsdb_compactions_failed_total',
      'Compactions that failed.',
      () => tsdb.compactionsFailed,
    ],
    [
      'pharos_tsdb_downsamplings_total',
      'Blocks whose samples were thinned out.',
      () => tsdb.downsamplings,
    ],
    [
      'prometheus_tsdb_time_retentions_total',
      'Blocks dropped by retention.',
      () => tsdb.retentionDeletedBlocks,
    ],
    ['pharos_tsdb_wal_records_total', 'Records written to the log.', () => tsdb.walRecords],
    ['pharos_tsdb_wal_written_bytes_total', 'Bytes written to the log.', () => tsdb.walBytes],
    [
      'pharos_tsdb_wal_truncated_bytes_total',
      'Bytes cut from torn ends of the log.',
      () => tsdb.walTruncatedBytes,
    ],
    ['pharos_tsdb_scrub_passes_total', 'Whole passes of the scrubber.', () => tsdb.scrubPasses],
    ['pharos_tsdb_scrub_bytes_total', 'Bytes that the scrubber read.', () => tsdb.scrubBytes],
  ]
}

function httpCounters({ http }: MetricSources): readonly Row[] {
  return [
    ['pharos_http_requests_total', 'Requests received.', () => http.requests],
    [
      'pharos_http_requests_refused_total',
      'Requests refused for where they came from.',
      () => http.refused,
    ],
    [
      'pharos_http_connections_dropped_total',
      'Connections over the limit.',
      () => http.connectionsDropped,
    ],
  ]
}

function addCounters(registry: Registry, sources: MetricSources): void {
  const { tsdb } = sources
  const table = [...scrapeCounters(sources), ...storeCounters(sources), ...httpCounters(sources)]
  for (const [name, help, read] of table) counter(registry, name, help, read)
  new Counter({
    name: 'prometheus_tsdb_head_samples_appended_total',
    help: 'Samples stored.',
    labelNames: ['type'],
    registers: [registry],
    collect: (metric) => {
      metric.setTotal({ type: 'float' }, tsdb.appendedSamples)
    },
  })
}

function storeGauges(tsdb: TsdbStats, times: MetricSources['tsdbTimes']): readonly Row[] {
  return [
    ['prometheus_tsdb_head_series', 'Series in the head.', () => tsdb.headSeries],
    [
      'pharos_tsdb_label_sets',
      'Label sets in memory, of the head and of all blocks.',
      () => tsdb.labelSets,
    ],
    ['pharos_tsdb_scrub_damages', 'Damaged tiles that are known.', () => tsdb.scrubDamages],
    [
      'pharos_tsdb_scrub_last_pass_timestamp_seconds',
      'When the last whole pass of the scrubber ended.',
      () => tsdb.scrubPassedMs / 1000,
    ],
    [
      'prometheus_tsdb_head_min_time_seconds',
      'Oldest sample in the head.',
      () => tsdb.headMinTimeMs / 1000,
    ],
    [
      'prometheus_tsdb_head_max_time_seconds',
      'Newest sample in the head.',
      () => times().maxMs / 1000,
    ],
    [
      'prometheus_tsdb_lowest_timestamp_seconds',
      'Oldest sample of all.',
      () => times().minMs / 1000,
    ],
    [
      'prometheus_tsdb_head_chunks',
      'Tiles of the head: columns of up to 120 rows.',
      () => tsdb.headTiles,
    ],
    [
      'prometheus_tsdb_wal_storage_size_bytes',
      'Bytes of the log on disk.',
      () => tsdb.walStorageBytes,
    ],
    [
      'prometheus_tsdb_head_chunks_storage_size_bytes',
      "Bytes of the head's segments on disk.",
      () => tsdb.segmentBytes,
    ],
    ['prometheus_tsdb_blocks_loaded', 'Blocks in use.', () => tsdb.blocksLoaded],
    ['prometheus_tsdb_storage_blocks_bytes', 'Bytes of blocks.', () => tsdb.blockBytes],
    [
      'pharos_tsdb_memory_short',
      '1 while memory is so short that new series are refused.',
      () => Number(tsdb.isMemoryShort),
    ],
    [
      'pharos_tsdb_read_only',
      '1 while the disk does not take samples.',
      () => Number(tsdb.isReadOnly),
    ],
  ]
}

function addGauges(
  registry: Registry,
  { reload, tsdb, tsdbTimes, pools, isReady }: MetricSources,
): void {
  const table: readonly Row[] = [
    [
      'prometheus_config_last_reload_successful',
      'Whether the last configuration was taken.',
      () => Number(reload.isSuccessful),
    ],
    [
      'prometheus_config_last_reload_success_timestamp_seconds',
      'When a configuration was last taken.',
      () => reload.successMs / 1000,
    ],
    ...storeGauges(tsdb, tsdbTimes),
    ['prometheus_ready', 'Whether start-up is complete.', () => Number(isReady())],
  ]
  for (const [name, help, read] of table) gauge(registry, name, help, read)
  new Gauge({
    name: 'prometheus_target_scrape_pool_targets',
    help: 'Targets of each pool.',
    labelNames: ['scrape_job'],
    registers: [registry],
    collect: (metric) => {
      metric.reset()
      for (const pool of pools()) metric.set({ scrape_job: pool.name }, pool.active.length)
    },
  })
}

function counter(registry: Registry, name: string, help: string, read: Read): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect: (metric) => metric.setTotal(read()),
  })
}

function gauge(registry: Registry, name: string, help: string, read: Read): void {
  new Gauge({ name, help, registers: [registry], collect: (metric) => metric.set(read()) })
}
