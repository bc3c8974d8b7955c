// All alerts that are known, by fingerprint, and in the journal.
import type { Clock } from '@pharos/base'
import { Labels } from '@pharos/model'
import { fingerprintOf, isResolvedAt, merged, type StoredAlert } from './alert.ts'
import { ALERTS_MAX } from './limits.ts'
import { type JournalledOptions, StateJournal } from './state-journal.ts'

/** An alert on disk; an alert that is gone has only its labels. */
interface AlertRecord {
  readonly labels: readonly string[]
  readonly annotations?: readonly string[]
  readonly starts?: number
  readonly ends?: number
  readonly updated?: number
  readonly timeout?: boolean
  readonly url?: string
  readonly gone?: true
}

/** Called for each alert that came or changed, before `put` resolves. */
type AlertListener = (alert: StoredAlert, before: StoredAlert | undefined) => void

export class AlertStore {
  readonly stats = { received: 0, resolved: 0, refused: 0 }
  readonly #alerts = new Map<string, StoredAlert>()
  readonly #clock: Clock
  readonly #listeners: AlertListener[] = []
  #journal: StateJournal<AlertRecord> | undefined

  private constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws OutsideError `disk/…` */
  static async open(options: JournalledOptions): Promise<AlertStore> {
    const store = new AlertStore(options.clock)
    if (options.path !== undefined)
      store.#journal = await StateJournal.open<AlertRecord>({
        ...options,
        path: options.path,
        magic: 'PHAMAL01',
        take: (record) => store.#take(record),
        state: () => [...store.#alerts.values()].map(recordOf),
      })
    return store
  }

  get size(): number {
    return this.#alerts.size
  }

  get(fingerprint: string): StoredAlert | undefined {
    return this.#alerts.get(fingerprint)
  }

  all(): IterableIterator<StoredAlert> {
    return this.#alerts.values()
  }

  listen(listener: AlertListener): void {
    this.#listeners.push(listener)
  }

  /**
   * Takes alerts, merged with what is known of them; resolves when what changed is in the journal.
   * @returns how many were refused because there is no room
   */
  async put(alerts: readonly StoredAlert[]): Promise<number> {
    const records: AlertRecord[] = []
    let refused = 0
    const nowMs = this.#clock.now()
    for (const incoming of alerts) {
      const before = this.#alerts.get(incoming.fingerprint)
      if (before === undefined && this.#alerts.size >= ALERTS_MAX) {
        refused++
        continue
      }
      const alert = before === undefined ? incoming : merged(before, incoming, nowMs)
      this.#alerts.set(alert.fingerprint, alert)
      this.stats.received++
      if (isResolvedAt(alert, nowMs)) this.stats.resolved++
      // That it is still there is said every minute and need not be written down.
      if (before === undefined || isNews(before, alert, nowMs)) records.push(recordOf(alert))
      for (const listener of this.#listeners) listener(alert, before)
    }
    this.stats.refused += refused
    await this.#journal?.append(records)
    return refused
  }

  /**
   * After a restart: an alert whose end passed while nobody could be told that it goes on counts as going on for one
   * `resolve_timeout` more.
   */
  extend(resolveTimeoutMs: number): void {
    const nowMs = this.#clock.now()
    for (const [fingerprint, alert] of this.#alerts) {
      const wasTold = alert.endsAtMs <= alert.updatedAtMs
      if (wasTold || !isResolvedAt(alert, nowMs)) continue
      const endsAtMs = nowMs + resolveTimeoutMs
      this.#alerts.set(fingerprint, { ...alert, endsAtMs, isTimeout: true })
    }
  }

  /** Drops alerts that are resolved and that nobody waits to hear of. */
  collect(isAwaited: (alert: StoredAlert) => boolean): void {
    const nowMs = this.#clock.now()
    const gone: AlertRecord[] = []
    for (const [fingerprint, alert] of this.#alerts) {
      if (!isResolvedAt(alert, nowMs) || isAwaited(alert)) continue
      this.#alerts.delete(fingerprint)
      gone.push({ labels: alert.labels.flat, gone: true })
    }
    void this.#journal?.append(gone)
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  #take(record: AlertRecord): void {
    const labels = new Labels(record.labels)
    const fingerprint = fingerprintOf(labels)
    if (record.gone === true) {
      this.#alerts.delete(fingerprint)
      return
    }
    this.#alerts.set(fingerprint, {
      labels,
      annotations: new Labels(record.annotations ?? []),
      startsAtMs: record.starts ?? 0,
      endsAtMs: record.ends ?? 0,
      updatedAtMs: record.updated ?? 0,
      isTimeout: record.timeout === true,
      generatorUrl: record.url ?? '',
      fingerprint,
    })
  }
}

function isNews(before: StoredAlert, alert: StoredAlert, nowMs: number): boolean {
  return (
    before.startsAtMs !== alert.startsAtMs ||
    isResolvedAt(before, nowMs) !== isResolvedAt(alert, nowMs) ||
    isResolvedAt(alert, nowMs) ||
    !before.annotations.equals(alert.annotations)
  )
}

function recordOf(alert: StoredAlert): AlertRecord {
  return {
    labels: alert.labels.flat,
    annotations: alert.annotations.flat,
    starts: alert.startsAtMs,
    ends: alert.endsAtMs,
    updated: alert.updatedAtMs,
    timeout: alert.isTimeout,
    url: alert.generatorUrl,
  }
}
