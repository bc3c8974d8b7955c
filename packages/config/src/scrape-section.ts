// One entry of scrape_configs: decoding, what it takes over from the global section, cross-checks, and the
// settings that the scrape manager gets.

import { quoted } from '@pharos/base'
import { always, byteSize, count, duration, filePath, flag, openFlag, real, text } from './codec.ts'
import { DISCOVERY_SHAPE, etcdDiscoveries } from './discovery-sections.ts'
import { backendDiscoveries } from './discovery-settings.ts'
import type { DiscoveryFields, StaticGroupFields } from './discovery-sections.ts'
import {
  checkProtocols,
  DEFAULT_PROTOCOLS,
  PROTO_FIRST_PROTOCOLS,
  protocolMistake,
  validationScheme,
} from './global-section.ts'
import type { GlobalFields, LimitFields } from './global-section.ts'
import { checkHttp, HTTP_SHAPE, httpClientSettings, normaliseHttp } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import type { NameScheme } from '@pharos/model'
import { checkRelabelRules, compiledRules, relabelRules } from './relabel-section.ts'
import type { RelabelFields } from './relabel-section.ts'
import { list, mapOf, section } from './section.ts'
import { addressLabels } from './target-file.ts'
import type { Refuse, Section } from './section.ts'
import type { ScrapeProtocol, ScrapeSettings } from './settings.ts'
import type { TargetGroup } from '@pharos/model'

export interface ScrapeFields extends HttpFields, LimitFields, DiscoveryFields {
  job_name: string
  honor_labels: boolean
  honor_timestamps: boolean
  track_timestamps_staleness: boolean
  params: readonly (readonly [string, readonly string[]])[]
  scrape_interval: number
  scrape_timeout: number
  scrape_protocols: readonly string[]
  fallback_scrape_protocol: string
  scrape_native_histograms: boolean | undefined
  always_scrape_classic_histograms: boolean | undefined
  convert_classic_histograms_to_nhcb: boolean | undefined
  scrape_failure_log_file: string
  metrics_path: string
  scheme: string
  enable_compression: boolean
  native_histogram_bucket_limit: number
  native_histogram_min_bucket_factor: number
  metric_name_validation_scheme: NameScheme | ''
  metric_name_escaping_scheme: string
  extra_scrape_metrics: boolean | undefined
  quarantine: QuarantineFields
  relabel_configs: readonly RelabelFields[]
  metric_relabel_configs: readonly RelabelFields[]
}

interface QuarantineFields {
  max_series: number
  max_churn: number
  cooldown: number
}

/** Ours: a target whose series explode is cut off for a while. */
const quarantineSection = section<QuarantineFields>({
  max_series: count(),
  max_churn: count(),
  cooldown: duration('10m'),
})

export const scrapeSection: Section<ScrapeFields> = section<ScrapeFields>(
  {
    job_name: always(text()),
    honor_labels: flag(),
    honor_timestamps: always(flag(true)),
    track_timestamps_staleness: always(flag()),
    params: mapOf(list(text())),
    scrape_interval: duration(),
    scrape_timeout: duration(),
    scrape_protocols: list(text()),
    fallback_scrape_protocol: text(),
    scrape_native_histograms: openFlag(),
    always_scrape_classic_histograms: openFlag(),
    convert_classic_histograms_to_nhcb: openFlag(),
    scrape_failure_log_file: filePath(),
    metrics_path: text('/metrics'),
    scheme: text('http'),
    enable_compression: always(flag(true)),
    body_size_limit: byteSize(),
    sample_limit: count(),
    target_limit: count(),
    label_limit: count(),
    label_name_length_limit: count(),
    label_value_length_limit: count(),
    native_histogram_bucket_limit: count(),
    native_histogram_min_bucket_factor: real(),
    keep_dropped_targets: count(),
    metric_name_validation_scheme: validationScheme(),
    metric_name_escaping_scheme: text(),
    extra_scrape_metrics: openFlag(),
    quarantine: quarantineSection,
    ...HTTP_SHAPE,
    relabel_configs: relabelRules('empty or null target relabeling rule in scrape config'),
    metric_relabel_configs: relabelRules('empty or null metric relabeling rule in scrape config'),
    ...DISCOVERY_SHAPE,
  },
  {
    check(job, refuse) {
      if (job.job_name === '') refuse('job_name is empty')
      checkHttp(job, refuse)
      if (job.relabel_configs?.length === 0) checkStaticTargets(job.static_configs, refuse)
    },
    normalise: normaliseHttp,
  },
)

/** A URL as a target is nearly always a mistake; rules may still turn it into an address. */
export function checkStaticTargets(
  groups: readonly (Partial<StaticGroupFields> | undefined)[] | undefined,
  refuse: Refuse,
): void {
  groups?.forEach((group, i) => {
    group?.targets?.forEach((target, k) => {
      if (target?.includes('/') && !target.startsWith('unix:/'))
        refuse(`${quoted(target)} is not a valid hostname`, 'static_configs', i, 'targets', k)
    })
  })
}

/** The section with what it leaves open taken from the global one. */
export function inheritGlobal(job: ScrapeFields, global: GlobalFields): ScrapeFields {
  const scrape_interval = job.scrape_interval || global.scrape_interval
  const native = job.scrape_native_histograms ?? global.scrape_native_histograms ?? false
  const scheme = job.metric_name_validation_scheme || global.metric_name_validation_scheme
  return {
    ...job,
    scrape_interval,
    scrape_timeout: job.scrape_timeout || Math.min(global.scrape_timeout, scrape_interval),
    scrape_protocols: protocolsOf(job, global, native),
    scrape_native_histograms: native,
    always_scrape_classic_histograms:
      job.always_scrape_classic_histograms ?? global.always_scrape_classic_histograms,
    convert_classic_histograms_to_nhcb:
      job.convert_classic_histograms_to_nhcb ?? global.convert_classic_histograms_to_nhcb,
    extra_scrape_metrics: job.extra_scrape_metrics ?? global.extra_scrape_metrics,
    scrape_failure_log_file: job.scrape_failure_log_file || global.scrape_failure_log_file,
    body_size_limit: job.body_size_limit || global.body_size_limit,
    sample_limit: job.sample_limit || global.sample_limit,
    target_limit: job.target_limit || global.target_limit,
    label_limit: job.label_limit || global.label_limit,
    label_name_length_limit: job.label_name_length_limit || global.label_name_length_limit,
    label_value_length_limit: job.label_value_length_limit || global.label_value_length_limit,
    keep_dropped_targets: job.keep_dropped_targets || global.keep_dropped_targets,
    metric_name_validation_scheme: scheme,
    metric_name_escaping_scheme: escapingOf(job, global),
  }
}

function protocolsOf(job: ScrapeFields, global: GlobalFields, native: boolean): readonly string[] {
  if (job.scrape_protocols.length > 0) return job.scrape_protocols
  if (global.scrape_protocols.length > 0) return global.scrape_protocols
  return native ? PROTO_FIRST_PROTOCOLS : DEFAULT_PROTOCOLS
}

/** A job that only asks for legacy names does not take over that UTF-8 is allowed. */
function escapingOf(
  job: Pick<ScrapeFields, 'metric_name_validation_scheme' | 'metric_name_escaping_scheme'>,
  global: Pick<GlobalFields, 'metric_name_validation_scheme' | 'metric_name_escaping_scheme'>,
): string {
  if (job.metric_name_escaping_scheme !== '') return job.metric_name_escaping_scheme
  const isLegacy =
    (job.metric_name_validation_scheme || global.metric_name_validation_scheme) === 'legacy'
  const inferred = isLegacy ? 'underscores' : 'allow-utf-8'
  return job.metric_name_validation_scheme === ''
    ? global.metric_name_escaping_scheme || inferred
    : inferred
}

const ESCAPINGS = ['allow-utf-8', 'underscores', 'dots', 'values']

/**
 * Checks a job against the global section. Both may have keys that did not decode; those are undefined.
 * @source config ScrapeConfig.Validate
 */
export function checkJob(job: Partial<ScrapeFields>, global: GlobalFields, refuse: Refuse): void {
  const whose = `scrape config with job name ${quoted(job.job_name ?? '')}`
  const intervalMs = job.scrape_interval === 0 ? global.scrape_interval : job.scrape_interval
  if (intervalMs !== undefined && (job.scrape_timeout ?? 0) > intervalMs)
    refuse(`scrape timeout greater than scrape interval for ${whose}`, 'scrape_timeout')
  checkProtocols(job.scrape_protocols, whose, refuse, 'scrape_protocols')
  const fallback = job.fallback_scrape_protocol ?? ''
  const mistake = fallback === '' ? undefined : protocolMistake(fallback)
  if (mistake !== undefined)
    refuse(`invalid fallback_scrape_protocol for ${whose}: ${mistake}`, 'fallback_scrape_protocol')
  const scheme = job.metric_name_validation_scheme || global.metric_name_validation_scheme || 'utf8'
  const escaping = escapingOf(
    {
      metric_name_validation_scheme: job.metric_name_validation_scheme ?? '',
      metric_name_escaping_scheme: job.metric_name_escaping_scheme ?? '',
    },
    global,
  )
  const known = `must be one of '${ESCAPINGS.join("', '").replace("', 'values", "', or 'values")}'`
  if (!ESCAPINGS.includes(escaping))
    refuse(
      `unknown scrape config name escaping method specified, ${known}, got ${quoted(escaping)}`,
      'metric_name_escaping_scheme',
    )
  else if (escaping === 'allow-utf-8' && scheme !== 'utf8')
    refuse('utf8 metric names requested but validation scheme is not set to UTF8')
  checkRelabelRules(job.relabel_configs, scheme, refuse, 'relabel_configs')
  checkRelabelRules(job.metric_relabel_configs, scheme, refuse, 'metric_relabel_configs')
}

/** Groups as a discoverer hands them on; the source is the group's index in the section. */
function staticGroups(groups: readonly StaticGroupFields[]): readonly TargetGroup[] {
  return groups.map(({ targets, labels }, i) => ({
    source: String(i),
    targets: targets.map(addressLabels),
    labels,
  }))
}

/** The settings of a job that was checked and has taken over the global section. */
export function scrapeSettings(job: ScrapeFields): ScrapeSettings {
  const scheme = job.metric_name_validation_scheme || 'utf8'
  return {
    jobName: job.job_name,
    scrapeIntervalMs: job.scrape_interval,
    scrapeTimeoutMs: job.scrape_timeout,
    metricsPath: job.metrics_path,
    scheme: job.scheme === 'https' ? 'https' : 'http',
    params: job.params,
    honorLabels: job.honor_labels,
    honorTimestamps: job.honor_timestamps,
    trackTimestampsStaleness: job.track_timestamps_staleness,
    enableCompression: job.enable_compression,
    // Checked above, so the texts are protocols.
    scrapeProtocols: job.scrape_protocols as readonly ScrapeProtocol[],
    fallbackScrapeProtocol:
      job.fallback_scrape_protocol === ''
        ? undefined
        : (job.fallback_scrape_protocol as ScrapeProtocol),
    bodySizeLimitBytes: job.body_size_limit,
    sampleLimit: job.sample_limit,
    labelLimit: job.label_limit,
    labelNameLengthLimit: job.label_name_length_limit,
    labelValueLengthLimit: job.label_value_length_limit,
    targetLimit: job.target_limit,
    keepDroppedTargets: job.keep_dropped_targets,
    nativeHistograms: job.scrape_native_histograms ?? false,
    alwaysClassicHistograms: job.always_scrape_classic_histograms ?? false,
    convertClassicHistograms: job.convert_classic_histograms_to_nhcb ?? false,
    nativeHistogramBucketLimit: job.native_histogram_bucket_limit,
    nativeHistogramMinBucketFactor: job.native_histogram_min_bucket_factor,
    extraScrapeMetrics: job.extra_scrape_metrics ?? false,
    failureLogFile: job.scrape_failure_log_file,
    quarantine: {
      maxSeries: job.quarantine.max_series,
      maxChurn: job.quarantine.max_churn,
      cooldownMs: job.quarantine.cooldown,
    },
    http: httpClientSettings(job),
    relabelRules: compiledRules(job.relabel_configs, scheme),
    metricRelabelRules: compiledRules(job.metric_relabel_configs, scheme),
    staticGroups: staticGroups(job.static_configs),
    fileDiscoveries: job.file_sd_configs.map(({ files, refresh_interval }) => ({
      files,
      refreshIntervalMs: refresh_interval,
    })),
    etcdDiscoveries: etcdDiscoveries(job.etcd_sd_configs),
    backends: backendDiscoveries(job),
  }
}
