// What the parts of the composition know of the running server, and what it is made from. `Server` is the one
// that implements it; the rooms around it (API, listeners) are built to this door.
import type { World } from '@pharos/base'
import type { PrometheusConfig } from '@pharos/config'
import type { DashboardStore } from '@pharos/dashboards/store'
import type { HttpServer, OutboundNet } from '@pharos/http'
import type { Kernel } from '@pharos/kernel'
import type { Engine } from '@pharos/promql'
import type { RemotePlaces, RemoteWrite, SplitQueryable } from '@pharos/remote'
import type { RuleManager, RuleStore } from '@pharos/rules'
import type { ScrapeManager } from '@pharos/scrape'
import type { CellStore, ReplayStatus, Tsdb } from '@pharos/tsdb'
import type { AlertFanout } from './alert-fanout.ts'
import type { AlertmanagerPart } from './alertmanager-part.ts'
import type { ClusterPart } from './cluster.ts'
import type { PeerGaps } from './peer-gaps.ts'
import type { ConfigSource } from './config-file.ts'
import type { ExternalAlertmanagers } from './external-alertmanagers.ts'
import type { FlagReader } from './flag-reader.ts'
import type { NotificationBoard } from './notification-board.ts'
import type { OwnObservations } from './own-metrics.ts'
import type { QueryLane } from './query-lane.ts'
import type { RegisteredServices } from './registered-services.ts'
import type { ServerUrls } from './server-urls.ts'

export interface ServerSettings {
  readonly flags: FlagReader
  /** Its net keeps to what the configuration says of `outbound`. */
  readonly world: World & { readonly net: OutboundNet }
  readonly hostName: string
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Stands in for `--config.file`; made when the addresses are known. */
  readonly standardConfig: ((bound: BoundServer) => string) | undefined
  /** Where the built pages are. */
  readonly uiDirectory: string
  /** The alert manager in this process. */
  readonly alertmanager?: AlertmanagerPart
  /** Further routes on the same listeners. */
  readonly addRoutes?: (server: HttpServer, urls: ServerUrls) => Promise<void>
}

export interface BoundServer {
  readonly port: number
  /** '' or `/prefix`. */
  readonly prefix: string
}

/** What runs between start and end. */
export interface ServerParts {
  readonly tsdb: Tsdb
  /** The way into the store for everything that others send or rules find: remote endpoints get it too. */
  readonly appender: CellStore
  /** Missing for a server of its own. */
  readonly cluster?: ClusterPart
  readonly remoteWrite: RemoteWrite
  readonly remotePlaces: RemotePlaces
  /** What queries read: the own store, and others where it does not reach. */
  readonly queryable: SplitQueryable
  readonly scrapes: ScrapeManager
  readonly services: RegisteredServices
  readonly rules: RuleManager
  readonly external: ExternalAlertmanagers
  readonly fanout: AlertFanout
  readonly engine: Engine
  readonly kernel: Kernel
  readonly observations: OwnObservations
  readonly startedMs: number
}

export interface RunningServer {
  readonly settings: ServerSettings
  readonly urls: ServerUrls
  readonly source: ConfigSource
  readonly queries: QueryLane
  /** Undefined: rules are not changed by HTTP. */
  readonly ruleFiles: RuleStore | undefined
  readonly dashboards: DashboardStore
  readonly notifications: NotificationBoard
  readonly readiness: 'ready' | 'starting' | 'stopping'
  readonly replay: ReplayStatus
  /** What runs. Routes are only reached when it is there. */
  readonly parts: ServerParts
  /** Undefined without peers. */
  readonly gaps: PeerGaps | undefined
  /** The configuration in force. */
  readonly config: PrometheusConfig
  /** Takes the configuration again, one reload after the other. @throws what is wrong with it; the old one stays */
  reloadNow(): Promise<void>
  quit(reason: string): void
}
