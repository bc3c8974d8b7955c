// All silences, the expired ones for as long as they are kept, and in the journal.
import type { Random } from '@pharos/base'
import { UserError } from '@pharos/base'
import { AlertMatcher, Labels, type MatchType } from '@pharos/model'
import { SILENCE_CHARACTERS_MAX, SILENCES_MAX } from './limits.ts'
import { type JournalledOptions, StateJournal } from './state-journal.ts'
import {
  canReplace,
  type Silence,
  type SilenceRecord,
  silenceRecord,
  silences,
  silenceState,
} from './silence.ts'

interface SilenceStoreOptions extends JournalledOptions {
  readonly random: Random
  /** How long expired silences are kept. */
  readonly retentionMs: number
  /** 0: the package's own limits. */
  readonly maxSilences: number
  readonly maxSilenceBytes: number
}

type SilenceDraft = Omit<Silence, 'id' | 'updatedAtMs'> & { readonly id: string }

/** Set, expired, or over by time; `before` is missing for a new one. */
type SilenceListener = (silence: Silence, before: Silence | undefined) => void

export class SilenceStore {
  readonly #silences = new Map<string, Silence>()
  readonly #options: SilenceStoreOptions
  readonly #listeners: SilenceListener[] = []
  #journal: StateJournal<SilenceRecord> | undefined

  private constructor(options: SilenceStoreOptions) {
    this.#options = options
  }

  /** @throws OutsideError `disk/…` */
  static async open(options: SilenceStoreOptions): Promise<SilenceStore> {
    const store = new SilenceStore(options)
    if (options.path !== undefined)
      store.#journal = await StateJournal.open<SilenceRecord>({
        ...options,
        path: options.path,
        magic: 'PHAMSI01',
        take: (record) => store.#silences.set(record.id, silenceOf(record)),
        state: () => [...store.#silences.values()].map(silenceRecord),
      })
    store.collect()
    return store
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id)
  }

  all(): readonly Silence[] {
    return [...this.#silences.values()]
  }

  listen(listener: SilenceListener): void {
    this.#listeners.push(listener)
  }

  /** Ids of the active silences that hold for an alert. */
  mutedBy(labels: Labels): readonly string[] {
    const nowMs = this.#options.clock.now()
    const ids: string[] = []
    for (const silence of this.#silences.values())
      if (silenceState(silence, nowMs) === 'active' && silences(silence, labels))
        ids.push(silence.id)
    return ids
  }

  /**
   * Creates a silence, changes one, or, when it cannot be changed that way, ends it and creates another.
   * @returns its id
   * @throws UserError `alertmanager/silence-…` with the reference's words
   * @source Alertmanager silence Silences.Set
   */
  async set(draft: SilenceDraft): Promise<string> {
    const nowMs = this.#options.clock.now()
    const before = draft.id === '' ? undefined : this.#silences.get(draft.id)
    if (draft.id !== '' && before === undefined)
      throw new UserError('alertmanager/silence-not-found', 'silence not found')
    const fresh: Silence = { ...draft, updatedAtMs: nowMs }
    this.#check(fresh)
    if (before !== undefined && canReplace(before, fresh, nowMs)) {
      await this.#keep(fresh, before)
      return fresh.id
    }
    if (before === undefined || silenceState(before, nowMs) === 'expired') this.#checkRoom()
    if (before !== undefined && silenceState(before, nowMs) !== 'expired')
      await this.expire(before.id)
    const id = uuid(this.#options.random)
    await this.#keep({ ...fresh, id, startsAtMs: Math.max(nowMs, fresh.startsAtMs) }, undefined)
    return id
  }

  /** Ends a silence now. @throws UserError when there is none, or it has ended */
  async expire(id: string): Promise<void> {
    const nowMs = this.#options.clock.now()
    const before = this.#silences.get(id)
    if (before === undefined)
      throw new UserError('alertmanager/silence-not-found', 'silence not found')
    if (silenceState(before, nowMs) === 'expired')
      throw new UserError('alertmanager/silence-expired', 'silence already expired')
    const startsAtMs = Math.min(before.startsAtMs, nowMs)
    // One ms ago, so that it is over from this moment on.
    await this.#keep({ ...before, startsAtMs, endsAtMs: nowMs - 1, updatedAtMs: nowMs }, before)
  }

  /** As another member of the cluster has it; older than what is known it changes nothing. */
  async take(record: SilenceRecord): Promise<void> {
    const silence = silenceOf(record)
    const before = this.#silences.get(silence.id)
    if ((before?.updatedAtMs ?? -Infinity) >= silence.updatedAtMs) return
    if (before === undefined) this.#checkRoom()
    await this.#keep(silence, before)
  }

  /** Drops silences that ended longer ago than they are kept. */
  collect(): void {
    const oldestMs = this.#options.clock.now() - this.#options.retentionMs
    for (const [id, silence] of this.#silences)
      if (silence.endsAtMs < oldestMs) this.#silences.delete(id)
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  async #keep(silence: Silence, before: Silence | undefined): Promise<void> {
    this.#silences.set(silence.id, silence)
    for (const listener of this.#listeners) listener(silence, before)
    await this.#journal?.append([silenceRecord(silence)])
  }

  #checkRoom(): void {
    const most = this.#options.maxSilences > 0 ? this.#options.maxSilences : SILENCES_MAX
    if (this.#silences.size >= most)
      throw new UserError(
        'alertmanager/silence-limit',
        `exceeded maximum number of silences: ${this.#silences.size} (limit: ${most})`,
      )
  }

  #check(silence: Silence): void {
    const invalid = (why: string): UserError =>
      new UserError('alertmanager/silence-invalid', `invalid silence: ${why}`)
    if (silence.matcherSets.length === 0 || silence.matcherSets.some((set) => set.length === 0))
      throw invalid('at least one matcher required')
    for (const set of silence.matcherSets)
      if (set.every((matcher) => matcher.matches('')))
        throw invalid('at least one matcher must not match the empty string')
    if (silence.endsAtMs < silence.startsAtMs)
      throw invalid('end time must not be before start time')
    const characters = JSON.stringify(silenceRecord(silence)).length
    const most =
      this.#options.maxSilenceBytes > 0 ? this.#options.maxSilenceBytes : SILENCE_CHARACTERS_MAX
    if (characters > most)
      throw new UserError(
        'alertmanager/silence-limit',
        `silence exceeded maximum size: ${characters} bytes (limit: ${most} bytes)`,
      )
  }
}

function silenceOf(record: SilenceRecord): Silence {
  return {
    id: record.id,
    matcherSets: record.sets.map((set) =>
      // The types were written from matchers.
      set.map(([type, name, value]) => new AlertMatcher(type as MatchType, name, value)),
    ),
    startsAtMs: record.starts,
    endsAtMs: record.ends,
    updatedAtMs: record.updated,
    createdBy: record.by,
    comment: record.comment,
    annotations: new Labels(record.annotations),
  }
}

/** A version 4 UUID. */
function uuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
