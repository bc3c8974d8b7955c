// What the routes need of the rest of the house. `server` fills it in; tests bring their own.

import type { Clock } from '@pharos/base'
import type { RelabelRule, RuleSettings } from '@pharos/config'
import type { Exemplar, Labels, Matcher, Metadata } from '@pharos/model'
import type { Queryable } from '@pharos/promql'
import type { Backtest, ExpectedMessage, RuleStore, RuleTrial } from '@pharos/rules'
import type { ScrapePoolStatus, TargetStatus } from '@pharos/scrape'
import type { BlockInfo, Cardinality, StorageCost } from '@pharos/tsdb'
import type { ApiQueryOptions, QueryControl, TimedAnswer } from './running-query.ts'

/** What of PromQL's engine the API uses. */
export interface QueryEngine {
  instant(query: string, timeMs: number, options?: ApiQueryOptions): Promise<TimedAnswer>
  range(
    query: string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options?: ApiQueryOptions,
  ): Promise<TimedAnswer>
}

/** An exemplar and the series that it belongs to. */
export interface SeriesExemplar {
  readonly series: Labels
  readonly exemplar: Exemplar
}

/** One metric family as one target describes it. */
export interface TargetMetadata {
  readonly scrapePool: string
  /** The target's labels, without the `__…` ones; undefined for what no running target says. */
  readonly target: Labels | undefined
  readonly family: string
  readonly metadata: Metadata
}

/** Field names and their order are those of the JSON. */
export interface BuildInfo {
  readonly version: string
  readonly revision: string
  readonly branch: string
  readonly buildUser: string
  readonly buildDate: string
  readonly goVersion: string
}

export interface RuntimeInfo {
  readonly startTimeMs: number
  readonly workingDirectory: string
  readonly hostname: string
  readonly reloadConfigSuccess: boolean
  readonly lastConfigTimeMs: number
  readonly corruptionCount: number
  /** What this process has most like a goroutine: pending tasks, connections; at least 1. */
  readonly taskCount: number
  readonly cpuCount: number
  readonly memoryLimitBytes: number
  readonly storageRetention: string
}

export interface WalReplayStatus {
  readonly min: number
  readonly max: number
  readonly current: number
}

/** The reference's three fields, and what pages in other languages word it by. */
export interface Notification {
  readonly text: string
  /** Since when, RFC 3339. */
  readonly date: string
  /** False in a stream: it is over. */
  readonly active: boolean
  readonly kind: string
  readonly count?: number
  readonly detail?: string
}

/** What an operator should know now. */
export interface NotificationFeed {
  list(): readonly Notification[]
  /**
   * All that is active is sent at once, and then every change.
   * @param end  called when the server closes
   * @returns what ends it; undefined when there are as many subscribers as may be
   */
  subscribe(send: (notification: Notification) => void, end: () => void): (() => void) | undefined
}

export interface AlertStatus {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: 'pending' | 'firing' | 'inactive'
  /** ms since 1970. */
  readonly activeAtMs: number
  readonly keepFiringSinceMs: number | undefined
  readonly value: number
}

/** A rule that is not in force, tried on what is stored. */
export interface RuleTrials {
  /** How often rules are evaluated when nothing else is said, ms. */
  intervalMs(): number
  test(rule: RuleSettings, timeMs: number): Promise<RuleTrial>
  backtest(
    rule: RuleSettings,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  ): Promise<{ readonly backtest: Backtest; readonly messages: readonly ExpectedMessage[] }>
}

/** Rule files that may be changed over HTTP. */
export type RuleFiles = Pick<RuleStore, 'delete' | 'directory' | 'groups' | 'namespaces' | 'put'>

export interface RuleStatus {
  readonly kind: 'alerting' | 'recording'
  readonly name: string
  /** The expression as the printer writes it. */
  readonly query: string
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly labels: Labels
  readonly annotations: Labels
  /** Pending and firing ones. */
  readonly alerts: readonly AlertStatus[]
  readonly state: 'inactive' | 'pending' | 'firing'
  readonly health: 'unknown' | 'ok' | 'err'
  readonly lastError: string
  readonly evaluationMs: number
  /** ms since 1970; undefined before the first evaluation. */
  readonly lastEvaluationMs: number | undefined
}

export interface RuleGroupStatus {
  readonly name: string
  readonly file: string
  readonly intervalMs: number
  readonly limit: number
  readonly rules: readonly RuleStatus[]
  readonly evaluationMs: number
  readonly lastEvaluationMs: number | undefined
}

export type Readiness = 'ready' | 'starting' | 'stopping'

/** The store as its operator sees it. Times in ms, both ends inclusive. */
export interface StoreAdministration {
  /** Hides what satisfies one of the sets. */
  deleteSeries(
    matcherSets: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
  ): Promise<void>
  /** @returns how many deletions were taken back */
  undeleteSeries(matcherSets: readonly (readonly Matcher[])[]): Promise<number>
  cleanTombstones(): Promise<void>
  /** @returns the name of the snapshot */
  snapshot(skipHead: boolean): Promise<string>
}

/** An instance of a service that discovery found. */
export interface ServiceInstanceStatus {
  readonly id: string
  readonly address: string
  /** Undefined for registries without leases. */
  readonly leaseSeconds: number | undefined
  /** Paths as a label's name can hold them: what may not stand in one is `_`. */
  readonly routes: readonly { readonly path: string; readonly methods: string }[]
  readonly metadata: readonly (readonly [name: string, value: string])[]
  /** Undefined for an instance that does not want to be asked. */
  readonly check:
    | {
        /** As the instance wrote it. */
        readonly text: string
        readonly state: 'passing' | 'critical' | 'unknown'
        /** Failed checks in a row. */
        readonly failures: number
        readonly lastError: string
        readonly lastCheckMs: number | undefined
        readonly latencyMs: number
      }
    | undefined
  /** How its metrics are had. */
  readonly target: TargetStatus
}

export interface ServiceStatus {
  readonly name: string
  readonly instances: readonly ServiceInstanceStatus[]
}

export interface ApiServices {
  readonly engine: QueryEngine
  /** What runs on `engine`. */
  readonly queries: QueryControl
  readonly queryable: Queryable
  readonly clock: Clock
  /** Flags of `--enable-feature`; those of the syntax matter here. */
  readonly features: ReadonlySet<string>
  /** --query.lookback-delta, ms; what /federate looks back. */
  readonly lookbackMs: number
  /** --query.timeout, ms; a request may ask for less. */
  readonly queryTimeoutMs: number
  /** Where the server is reached from outside, and the address it listens on (`host:port`). */
  readonly externalUrl: URL
  readonly listenAddress: string
  /** `/-/reload` and `/-/quit` work. */
  readonly enableLifecycle: boolean
  /** The admin API works. */
  readonly enableAdminApi: boolean
  /** What the admin API works on. */
  readonly administration?: StoreAdministration
  readonly buildInfo: BuildInfo
  /** Every flag with its value as text. */
  readonly flags: Readonly<Record<string, string>>
  /** Groups of features, each on or off: /api/v1/features. */
  featureTable(): Readonly<Record<string, Readonly<Record<string, boolean>>>>
  readiness(): Readiness
  targets(): readonly ScrapePoolStatus[]
  registeredServices(): readonly ServiceStatus[]
  metadata(): readonly TargetMetadata[]
  /** Goes up when samples were appended. */
  appendedSamples(): number
  /** All that are stored, oldest first; missing when none are. */
  exemplars?(): readonly SeriesExemplar[]
  /** Undefined for a pool that is not configured. */
  relabelRules(scrapePool: string): readonly RelabelRule[] | undefined
  scrapeConfigYaml(scrapePool: string): string | undefined
  /** The configuration in force, secrets blanked out. */
  configYaml(): string
  externalLabels(): Labels
  runtimeInfo(): RuntimeInfo
  cardinality(limit: number): Promise<Cardinality>
  /** What the series that satisfy all matchers take up. */
  storageCost(matchers: readonly Matcher[]): Promise<StorageCost>
  blocks(): readonly BlockInfo[]
  walReplay(): WalReplayStatus
  readonly notifications: NotificationFeed
  /** In any order. */
  readonly ruleTrials: RuleTrials
  /** Undefined: they may not. */
  readonly ruleFiles: RuleFiles | undefined
  ruleGroups(): readonly RuleGroupStatus[]
  /** URLs of other alert managers that alerts go to, and those that relabelling dropped. */
  alertmanagers(): { readonly active: readonly string[]; readonly dropped: readonly string[] }
  /** Reads the configuration again; rejects with what is wrong with it. */
  reload(): Promise<void>
  /** Asks the process to end; returns at once. */
  quit(): void
}
