// What was said to whom, so that nothing is said twice: one entry for each group and integration.
import type { Clock } from '@pharos/base'
import { NOTIFICATION_ENTRIES_MAX } from './limits.ts'
import { type JournalledOptions, StateJournal } from './state-journal.ts'

export interface NotificationEntry {
  /** Group key and integration: `{}:{alertname="x"}` and `team/email/0`. */
  readonly groupKey: string
  readonly integration: string
  readonly atMs: number
  /** Fingerprints. */
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly expiresAtMs: number
  /** What an integration wants to find again: the message that it updates. */
  readonly data?: Readonly<Record<string, string>>
}

export type NotifyReason =
  | 'first notification'
  | 'new alerts in group'
  | 'new resolved alerts'
  | 'all alerts resolved'
  | 'repeat interval elapsed'

export class NotificationLog {
  readonly #entries = new Map<string, NotificationEntry>()
  readonly #clock: Clock
  readonly #retentionMs: number
  #listener: ((entry: NotificationEntry) => void) | undefined
  #journal: StateJournal<NotificationEntry> | undefined

  private constructor(clock: Clock, retentionMs: number) {
    this.#clock = clock
    this.#retentionMs = retentionMs
  }

  /** @throws OutsideError `disk/…` */
  static async open(
    options: JournalledOptions & { readonly retentionMs: number },
  ): Promise<NotificationLog> {
    const log = new NotificationLog(options.clock, options.retentionMs)
    if (options.path !== undefined)
      log.#journal = await StateJournal.open<NotificationEntry>({
        ...options,
        path: options.path,
        magic: 'PHAMNL01',
        take: (entry) => log.#entries.set(keyOf(entry.groupKey, entry.integration), entry),
        state: () => log.#entries.values(),
      })
    log.collect()
    return log
  }

  get size(): number {
    return this.#entries.size
  }

  query(groupKey: string, integration: string): NotificationEntry | undefined {
    return this.#entries.get(keyOf(groupKey, integration))
  }

  /** Notes what a receiver confirmed. Known at once; resolves when it is with the operating system. */
  async add(
    entry: Omit<NotificationEntry, 'expiresAtMs'>,
    repeatIntervalMs: number,
  ): Promise<void> {
    const keepMs = Math.min(this.#retentionMs, 2 * repeatIntervalMs)
    const whole = { ...entry, expiresAtMs: entry.atMs + keepMs }
    const key = keyOf(entry.groupKey, entry.integration)
    if (!this.#entries.has(key) && this.#entries.size >= NOTIFICATION_ENTRIES_MAX)
      this.#dropOldest()
    this.#entries.set(key, whole)
    this.#listener?.(whole)
    await this.#journal?.append([whole])
  }

  /** Told of everything that was said here. */
  listen(listener: (entry: NotificationEntry) => void): void {
    this.#listener = listener
  }

  all(): Iterable<NotificationEntry> {
    return this.#entries.values()
  }

  /** What another member of the cluster said; older than what is known it changes nothing. */
  async take(entry: NotificationEntry): Promise<void> {
    const key = keyOf(entry.groupKey, entry.integration)
    if ((this.#entries.get(key)?.atMs ?? -Infinity) >= entry.atMs) return
    if (!this.#entries.has(key) && this.#entries.size >= NOTIFICATION_ENTRIES_MAX)
      this.#dropOldest()
    this.#entries.set(key, entry)
    await this.#journal?.append([entry])
  }

  /** Drops what is too old to matter. */
  collect(): void {
    const nowMs = this.#clock.now()
    for (const [key, entry] of this.#entries)
      if (entry.expiresAtMs <= nowMs) this.#entries.delete(key)
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }
}

function keyOf(groupKey: string, integration: string): string {
  return `${integration}\0${groupKey}`
}

/**
 * Why a group is to be told of now, or undefined when there is nothing new.
 * @source Alertmanager notify DedupStage.needsUpdate
 */
export function notifyReason(
  entry: NotificationEntry | undefined,
  firing: readonly string[],
  resolved: readonly string[],
  options: { readonly sendsResolved: boolean; readonly repeatMs: number; readonly nowMs: number },
): NotifyReason | undefined {
  if (entry === undefined) return firing.length > 0 ? 'first notification' : undefined
  if (!isSubset(firing, entry.firing))
    return entry.firing.length === 0 ? 'first notification' : 'new alerts in group'
  // Also for those who do not want to hear of it: the log has to forget what fired.
  if (firing.length === 0) return entry.firing.length > 0 ? 'all alerts resolved' : undefined
  if (options.sendsResolved && !isSubset(resolved, entry.resolved)) return 'new resolved alerts'
  return entry.atMs < options.nowMs - options.repeatMs ? 'repeat interval elapsed' : undefined
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  if (part.length === 0) return true
  const all = new Set(whole)
  return part.every((one) => all.has(one))
}
