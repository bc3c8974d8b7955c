// The typed form of prometheus.yml. Durations are ms, sizes are bytes, regexes are compiled; past the
// schema nobody validates again.

import type { HttpClientSettings, OutboundRules, TlsSettings } from '@pharos/base'
import type { Labels, TargetGroup } from '@pharos/model'
import type { BackendDiscoveries } from './discovery-settings.ts'
import type { RelabelRule } from './relabel-rule.ts'

export interface PrometheusConfig {
  readonly global: GlobalSettings
  /** Paths with globs in the last part, relative ones resolved against the config file. */
  readonly ruleFiles: readonly string[]
  /** Patterns of files with more scrape configs; their texts go to a second `loadConfig` as `scrapeFiles`. */
  readonly scrapeConfigFiles: readonly string[]
  readonly scrapeConfigs: readonly ScrapeSettings[]
  readonly alerting: AlertingSettings
  readonly storage: StorageSettings
  readonly remoteWrite: readonly RemoteWriteSettings[]
  readonly remoteRead: readonly RemoteReadSettings[]
  readonly otlp: OtlpSettings
  /** Where this server may connect to. */
  readonly outbound: OutboundRules
  readonly cluster: ClusterConfig | undefined
  /** Parts of the file that are valid but have no component yet: `tracing`, `scrape_configs[2].consul_sd_configs`. */
  readonly notImplemented: readonly NotImplemented[]
  /** The effective configuration as YAML with defaults, secrets masked; what /api/v1/status/config answers. */
  readonly yaml: string
}

/** 0 where the file says nothing: the flags hold then. */
export interface StorageSettings {
  readonly outOfOrderMs: number
  readonly retentionMs: number
  readonly retentionBytes: number
  /** Share of the disk. */
  readonly retentionPercentage: number
  /** Selectors whose series are kept for less. */
  readonly retentionRules: readonly { readonly match: string; readonly timeMs: number }[]
  /** How samples are thinned out as they grow old, from young to old. */
  readonly downsampling: readonly { readonly afterMs: number; readonly stepMs: number }[]
  /** Undefined: the default. */
  readonly maxExemplars: number | undefined
  /** The engine that older samples are read from. */
  readonly remote: StorageRemoteSettings | undefined
}

/** An engine behind us, as it is read. */
export interface StorageRemoteSettings {
  readonly engine: 'victoriametrics' | 'mimir' | 'thanos' | 'prometheus'
  /** What `/api/v1/…` is put behind. */
  readonly url: string
  /** Without a password. */
  readonly publicUrl: string
  /** It is asked for what we have, too. */
  readonly readsRecent: boolean
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly http: HttpClientSettings
}

/** Other alert managers that rules tell. */
export interface AlertingSettings {
  readonly alertRelabelRules: readonly RelabelRule[]
  readonly alertmanagers: readonly AlertmanagerTargets[]
}

export interface AlertmanagerTargets {
  /** How they are found and reached, as a job has it. */
  readonly job: ScrapeSettings
  readonly pathPrefix: string
  readonly timeoutMs: number
  readonly alertRelabelRules: readonly RelabelRule[]
}

export interface NotImplemented {
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly column: number
}

export interface GlobalSettings {
  readonly scrapeIntervalMs: number
  readonly scrapeTimeoutMs: number
  readonly evaluationIntervalMs: number
  readonly ruleQueryOffsetMs: number
  readonly externalLabels: Labels
  readonly queryLogFile: string
}

export type ScrapeProtocol =
  | 'PrometheusProto'
  | 'OpenMetricsText1.0.0'
  | 'OpenMetricsText0.0.1'
  | 'PrometheusText1.0.0'
  | 'PrometheusText0.0.4'

export interface ScrapeSettings {
  readonly jobName: string
  readonly scrapeIntervalMs: number
  readonly scrapeTimeoutMs: number
  readonly metricsPath: string
  readonly scheme: 'http' | 'https'
  readonly params: readonly (readonly [string, readonly string[]])[]
  readonly honorLabels: boolean
  readonly honorTimestamps: boolean
  readonly trackTimestampsStaleness: boolean
  readonly enableCompression: boolean
  readonly scrapeProtocols: readonly ScrapeProtocol[]
  readonly fallbackScrapeProtocol: ScrapeProtocol | undefined
  /** 0: no limit. */
  readonly bodySizeLimitBytes: number
  readonly sampleLimit: number
  readonly labelLimit: number
  readonly labelNameLengthLimit: number
  readonly labelValueLengthLimit: number
  readonly targetLimit: number
  readonly keepDroppedTargets: number
  /** Protobuf: native histograms are taken as such. */
  readonly nativeHistograms: boolean
  /** What is native, or is converted, is taken as classic too. */
  readonly alwaysClassicHistograms: boolean
  /** Classic histograms become native ones with custom buckets. */
  readonly convertClassicHistograms: boolean
  /** Buckets of a native histogram; 0: no limit. */
  readonly nativeHistogramBucketLimit: number
  /** Smallest growth from one bucket to the next; 0: any. */
  readonly nativeHistogramMinBucketFactor: number
  readonly extraScrapeMetrics: boolean
  /** '' for none. */
  readonly failureLogFile: string
  readonly quarantine: QuarantineSettings
  readonly http: HttpClientSettings
  readonly relabelRules: readonly RelabelRule[]
  readonly metricRelabelRules: readonly RelabelRule[]
  /** static_configs. */
  readonly staticGroups: readonly TargetGroup[]
  readonly fileDiscoveries: readonly FileDiscoverySettings[]
  readonly etcdDiscoveries: readonly EtcdDiscoverySettings[]
  /** All discoveries that ask a backend. */
  readonly backends: BackendDiscoveries
}

/** Ours: when a target is cut off; 0 switches a limit off. */
export interface QuarantineSettings {
  /** Series of one scrape after relabelling. */
  readonly maxSeries: number
  /** New series within an hour, the first scrape not counted. */
  readonly maxChurn: number
  readonly cooldownMs: number
}

/** etcd_sd_configs. */
export interface EtcdDiscoverySettings {
  readonly endpoints: readonly string[]
  readonly prefix: string
  /** What stands behind the prefix: `{name}/{id}`. */
  readonly layout: string
  /** Of etcd itself; what `http` says is for what stands before it. */
  readonly username: string
  readonly password: string
  readonly passwordFile: string
  readonly http: HttpClientSettings
  /** Between two full lists; changes are watched. */
  readonly refreshIntervalMs: number
}

export interface FileDiscoverySettings {
  /** Paths with globs in the last part, relative ones resolved against the config file. */
  readonly files: readonly string[]
  readonly refreshIntervalMs: number
}

export interface RemoteWriteSettings {
  /** As given, else made from the settings, as the reference does. */
  readonly name: string
  readonly url: string
  /** Without a password. */
  readonly publicUrl: string
  /** Of its queue on disk; the same as long as name or URL are. */
  readonly directoryName: string
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly writeRelabelRules: readonly RelabelRule[]
  readonly sendsExemplars: boolean
  readonly sendsHistograms: boolean
  readonly message: 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request'
  readonly http: HttpClientSettings
  readonly queue: RemoteQueueSettings
  readonly sendsMetadata: boolean
  readonly metadataIntervalMs: number
}

export interface RemoteReadSettings {
  /** As given, else the URL. */
  readonly name: string
  readonly url: string
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  /** Asked for what is here, too. */
  readonly readsRecent: boolean
  readonly requiredMatchers: readonly (readonly [string, string])[]
  /** External labels are asked for and taken off. */
  readonly filtersExternalLabels: boolean
  readonly http: HttpClientSettings
}

/** `cluster`. */
export interface ClusterConfig {
  readonly name: string
  /** Endpoints; none: no cluster, only peers. */
  readonly etcd: readonly string[]
  /** To https endpoints of etcd. */
  readonly tls: TlsSettings
  /** To other members and to peers. */
  readonly http: HttpClientSettings
  /** URLs of servers that scrape the same targets: what this one missed is asked of them. */
  readonly peers: readonly string[]
  /** The external label in which peers differ. */
  readonly replicaLabel: string
  /** The longest time that is asked of peers, ms. */
  readonly backfillMs: number
  readonly username: string
  readonly password: string
  readonly passwordFile: string
  /** '': made from host name and port. */
  readonly id: string
  /** Where the others reach this one; '': the external URL. */
  readonly url: string
  readonly weight: number
  readonly leaseMs: number
  readonly sharesTargets: boolean
  readonly replication: number
  /** Each group is evaluated by one member. */
  readonly leadsRules: boolean
  readonly sharesAlerts: boolean
}

/** How metrics of OpenTelemetry become series. */
export interface OtlpSettings {
  readonly promotesAllResourceAttributes: boolean
  readonly promotedResourceAttributes: readonly string[]
  /** Of all. */
  readonly ignoredResourceAttributes: readonly string[]
  /** Names are made legal the old way. */
  readonly isEscaped: boolean
  /** Names get their unit and `_total`. */
  readonly hasSuffixes: boolean
  readonly keepsIdentifyingAttributes: boolean
  readonly convertsHistograms: boolean
  readonly promotesScope: boolean
  /** Labels that begin with `_` get `key` in front. */
  readonly sanitizesUnderscores: boolean
  /** Several underscores stay several. */
  readonly keepsUnderscores: boolean
}

/** `queue_config`. Durations are ms; limits of 0 are none. */
export interface RemoteQueueSettings {
  /** Samples a shard may have in memory. */
  readonly capacity: number
  readonly maxShards: number
  readonly minShards: number
  readonly maxSamplesPerSend: number
  readonly batchSendDeadlineMs: number
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  readonly retryOn429: boolean
  readonly sampleAgeLimitMs: number
  /** '' for a directory below the store's. */
  readonly diskPath: string
  readonly diskBytes: number
  readonly diskAgeMs: number
}
