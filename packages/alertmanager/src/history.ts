// What happened: fired, notified, acknowledged, silenced, resolved. In memory and on disk, newest wins when it is full.
import type { Clock } from '@pharos/base'
import { type AlertMatcher, Labels, matchesAlert } from '@pharos/model'
import { HISTORY_ENTRIES_MAX } from './limits.ts'
import { type JournalledOptions, StateJournal } from './state-journal.ts'

export const HISTORY_TYPES = [
  'fired',
  'resolved',
  'notified',
  'failed',
  'silenced',
  'unsilenced',
  'inhibited',
  'uninhibited',
  'acked',
  'unacked',
  'commented',
] as const

type HistoryType = (typeof HISTORY_TYPES)[number]

interface HistoryEvent {
  readonly type: HistoryType
  /** Of the alert; of the group for `notified` and `failed`. */
  readonly labels: Labels
  readonly fingerprint?: string
  readonly receiver?: string
  readonly integration?: string
  readonly groupKey?: string
  readonly firing?: number
  readonly resolved?: number
  readonly reason?: string
  readonly by?: string
  readonly text?: string
  readonly silenceID?: string
  readonly error?: string
}

export interface HistoryEntry extends HistoryEvent {
  /** Ascending. */
  readonly id: number
  readonly atMs: number
}

/** An entry on disk. */
interface HistoryRecord extends Omit<HistoryEntry, 'labels'> {
  readonly labels: readonly string[]
}

export interface HistorySink {
  add(event: HistoryEvent): void
}

export interface HistoryQuery {
  readonly types: readonly string[]
  readonly matchers: readonly AlertMatcher[]
  readonly fingerprint: string
  readonly receiver: string
  readonly startMs: number
  readonly endMs: number
  /** Only entries before this one. */
  readonly beforeId: number
  readonly limit: number
}

export class History implements HistorySink {
  /** Oldest first. */
  #entries: HistoryEntry[] = []
  #nextId = 1
  readonly #clock: Clock
  readonly #retentionMs: number
  #journal: StateJournal<HistoryRecord> | undefined

  private constructor(clock: Clock, retentionMs: number) {
    this.#clock = clock
    this.#retentionMs = retentionMs
  }

  /** @throws OutsideError `disk/…` */
  static async open(
    options: JournalledOptions & { readonly retentionMs: number },
  ): Promise<History> {
    const history = new History(options.clock, options.retentionMs)
    if (options.path !== undefined)
      history.#journal = await StateJournal.open<HistoryRecord>({
        ...options,
        path: options.path,
        magic: 'PHAMHI01',
        take: (record) => history.#take({ ...record, labels: new Labels(record.labels) }),
        state: () => history.#kept().map(recordOf),
      })
    return history
  }

  get size(): number {
    return this.#entries.length
  }

  add(event: HistoryEvent): void {
    const entry = { ...event, id: this.#nextId, atMs: this.#clock.now() }
    this.#take(entry)
    void this.#journal?.append([recordOf(entry)])
  }

  /** Newest first. */
  query(query: HistoryQuery): readonly HistoryEntry[] {
    const found: HistoryEntry[] = []
    const oldestMs = Math.max(query.startMs, this.#clock.now() - this.#retentionMs)
    for (let i = this.#entries.length - 1; i >= 0 && found.length < query.limit; i--) {
      const entry = this.#entries[i]!
      if (entry.atMs < oldestMs) break
      if (entry.id < query.beforeId && entry.atMs <= query.endMs && holds(entry, query))
        found.push(entry)
    }
    return found
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  #take(entry: HistoryEntry): void {
    this.#entries.push(entry)
    this.#nextId = Math.max(this.#nextId, entry.id + 1)
    // Cut in large steps, so that it costs nothing for an entry.
    if (this.#entries.length > HISTORY_ENTRIES_MAX * 1.1) this.#entries = this.#kept()
  }

  #kept(): HistoryEntry[] {
    const oldestMs = this.#clock.now() - this.#retentionMs
    return this.#entries.slice(-HISTORY_ENTRIES_MAX).filter((entry) => entry.atMs >= oldestMs)
  }
}

function holds(entry: HistoryEntry, query: HistoryQuery): boolean {
  return (
    (query.types.length === 0 || query.types.includes(entry.type)) &&
    (query.fingerprint === '' || entry.fingerprint === query.fingerprint) &&
    (query.receiver === '' || entry.receiver === query.receiver) &&
    matchesAlert(query.matchers, entry.labels)
  )
}

function recordOf(entry: HistoryEntry): HistoryRecord {
  return { ...entry, labels: entry.labels.flat }
}
