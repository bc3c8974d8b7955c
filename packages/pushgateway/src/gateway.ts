// One gateway: its groups, its own metrics, and how it takes what is pushed.

import type { Clock, Disk, Logger } from '@pharos/base'
import type { GaugeMode } from './aggregate.ts'
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts'
import { GroupStore, type GroupStoreOptions } from './group-store.ts'

export interface GatewaySettings {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  readonly version: string
  /** Flag name → value, as `/api/v1/status` shows them. */
  readonly flags: Readonly<Record<string, string>>
  /** '' keeps groups in memory only. */
  readonly persistenceFile: string
  readonly isChecked: boolean
  readonly allowsUtf8: boolean
  readonly isLenient: boolean
  /** For groups that name none, ms; 0: for ever. */
  readonly ttlMs: number
  /** Whether pushes to ordinary paths add up. */
  readonly aggregates: boolean
  readonly gaugeMode: GaugeMode
  readonly hasLifecycle: boolean
  readonly hasAdminApi: boolean
  /** `/metrics` shows the process too. */
  readonly showsProcess: boolean
  /** Asked to end by HTTP. */
  readonly onQuit?: () => void
  readonly onChange?: GroupStoreOptions['onChange']
}

export class Gateway {
  readonly settings: GatewaySettings
  readonly store: GroupStore
  readonly metrics: GatewayMetrics
  readonly startedMs: number
  readonly log: Logger
  /** What was mended, each told once. */
  readonly #mended = new Set<string>()

  /** @throws OutsideError `disk/…` */
  static async open(settings: GatewaySettings): Promise<Gateway> {
    const metrics = createGatewayMetrics(settings.version, settings.showsProcess)
    const own = await metrics.families()
    const { clock, disk, log, persistenceFile, isChecked, onChange } = settings
    const store = await GroupStore.open({
      clock,
      disk,
      log,
      journalPath: persistenceFile === '' ? undefined : persistenceFile,
      isChecked,
      ownTypes: new Map(own.map(({ name, type }) => [name, type])),
      ...(onChange === undefined ? {} : { onChange }),
    })
    return new Gateway(settings, store, metrics)
  }

  private constructor(settings: GatewaySettings, store: GroupStore, metrics: GatewayMetrics) {
    this.settings = settings
    this.store = store
    this.metrics = metrics
    this.startedMs = settings.clock.now()
    this.log = settings.log.component('pushgateway')
  }

  /** Something that the reference refuses was taken: said once, or the log would grow with every push. */
  noteMended(what: string): void {
    if (this.#mended.has(what)) return
    this.#mended.add(what)
    this.log.warn('a push was mended; Pushgateway would have refused it', { mended: what })
  }

  close(): Promise<void> {
    return this.store.close()
  }
}
