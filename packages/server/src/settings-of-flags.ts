// Flags to the options of the rooms they are for.
import type { Clock } from '@pharos/base'
import { type EngineSettings, parseSelector } from '@pharos/promql'
import type { RuleManagerSettings } from '@pharos/rules'
import type { ScrapeFeatures } from '@pharos/scrape'
import type { PrometheusConfig } from '@pharos/config'
import type { ReloadableOptions, TsdbOptions } from '@pharos/tsdb'
import type { FlagReader } from './flag-reader.ts'
import { memoryBudget } from './memory-limit.ts'

const DAY_MS = 24 * 3600_000
const LONGEST_BLOCK_MS = 31 * DAY_MS

/** What `--enable-feature` switches on in scraping. */
export function scrapeFeatures(flags: FlagReader): ScrapeFeatures {
  const features = new Set(flags.list('enable-feature'))
  return {
    typeAndUnitLabels: features.has('type-and-unit-labels'),
    createdTimestamps: features.has('created-timestamp-zero-ingestion'),
  }
}

/** Blocks of an agent: what it has sent goes soon, and takes little memory until then. */
const AGENT_BLOCK_MS = 20 * 60_000
/** @source prometheus/main.go: agent.DefaultMaxWALTime */
const AGENT_RETENTION_MS = 4 * 3600_000

export function tsdbOptions(flags: FlagReader): TsdbOptions {
  return flags.bool('agent') ? agentOptions(flags) : serverOptions(flags)
}

/** An agent keeps samples for as long as its endpoints may be away after a restart; nobody queries them. */
function agentOptions(flags: FlagReader): TsdbOptions {
  return {
    ...serverOptions(flags),
    path: flags.text('storage.agent.path').replace(/(?<=.)\/+$/, ''),
    retentionMs: flags.durationMs('storage.agent.retention.max-time') || AGENT_RETENTION_MS,
    retentionBytes: 0,
    retentionPercentage: 0,
    minBlockMs: AGENT_BLOCK_MS,
    maxBlockMs: AGENT_BLOCK_MS,
  }
}

function serverOptions(flags: FlagReader): TsdbOptions {
  const bytes = flags.bytes('storage.tsdb.retention.size')
  // As in the reference: a limit by size alone leaves time unlimited.
  const isByTime = flags.isGiven('storage.tsdb.retention.time') || bytes === 0
  const retentionMs = isByTime ? flags.durationMs('storage.tsdb.retention.time') : 0
  const minBlockMs = flags.durationMs('storage.tsdb.min-block-duration')
  const longest =
    retentionMs === 0 ? LONGEST_BLOCK_MS : Math.min(LONGEST_BLOCK_MS, retentionMs / 10)
  return {
    path: flags.text('storage.tsdb.path').replace(/(?<=.)\/+$/, ''),
    retentionMs,
    retentionBytes: bytes,
    minBlockMs,
    maxBlockMs: Math.max(
      minBlockMs,
      flags.durationMs('storage.tsdb.max-block-duration') || longest,
    ),
    // The reader has refused everything else.
    walSync: flags.text('storage.tsdb.wal-sync') as TsdbOptions['walSync'],
    maxFutureMs: flags.durationMs('storage.tsdb.max-future'),
    retentionPercentage: flags.number('storage.tsdb.retention.percentage'),
    outOfOrderMs: 0,
    maxHeadSeries: flags.number('storage.tsdb.max-head-series'),
    minFreeDiskBytes: flags.bytes('storage.tsdb.min-free-disk'),
    delayCompactFile: flags.text('storage.tsdb.delay-compact-file.path'),
    memory: memoryBudget(flags),
  }
}

/** Beyond what peers are asked for, until the last of it is written. */
const BACKFILL_SLACK_MS = 600_000

/** What the configuration file says of the store goes before the flags, and may change while it runs. */
export function reloadableOptions(
  flags: FlagReader,
  { storage, cluster }: Pick<PrometheusConfig, 'storage' | 'cluster'>,
): ReloadableOptions {
  const given = tsdbOptions(flags)
  const isGiven = storage.retentionMs + storage.retentionBytes + storage.retentionPercentage > 0
  return {
    // What peers have of the time that this server was away is late by that time.
    outOfOrderMs: Math.max(
      storage.outOfOrderMs,
      (cluster?.peers.length ?? 0) > 0 ? cluster!.backfillMs + BACKFILL_SLACK_MS : 0,
    ),
    // As in the reference: none are kept for a number below 0.
    maxExemplars:
      storage.maxExemplars === undefined ? undefined : Math.max(0, storage.maxExemplars),
    // A file that limits retention in one way leaves the others unlimited.
    retentionMs: isGiven ? storage.retentionMs : given.retentionMs,
    retentionBytes: isGiven ? storage.retentionBytes : given.retentionBytes,
    retentionRules: storage.retentionRules.map(({ match, timeMs }) => ({
      matchers: parseSelector(match),
      timeMs,
    })),
    retentionPercentage: isGiven ? storage.retentionPercentage : given.retentionPercentage,
    downsampling: storage.downsampling,
  }
}

export function engineSettings(
  flags: FlagReader,
  clock: Clock,
  evaluationIntervalMs: number,
): EngineSettings {
  return {
    lookbackMs: flags.durationMs('query.lookback-delta'),
    timeoutMs: flags.durationMs('query.timeout'),
    maxSamples: flags.number('query.max-samples'),
    maxMemoryBytes: flags.bytes('query.max-memory'),
    defaultSubqueryStepMs: evaluationIntervalMs,
    features: new Set(flags.list('enable-feature')),
    clock,
  }
}

type RuleOptions = Pick<
  RuleManagerSettings,
  'concurrentRules' | 'features' | 'graceMs' | 'outageToleranceMs' | 'resendDelayMs'
>

export function ruleOptions(flags: FlagReader): RuleOptions {
  return {
    concurrentRules: flags.number('rules.max-concurrent-evals'),
    features: new Set(flags.list('enable-feature')),
    graceMs: flags.durationMs('rules.alert.for-grace-period'),
    outageToleranceMs: flags.durationMs('rules.alert.for-outage-tolerance'),
    resendDelayMs: flags.durationMs('rules.alert.resend-delay'),
  }
}
