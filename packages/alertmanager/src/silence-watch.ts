// The life of silences as others see it: history, notices, and the moment when alerts may speak again.
import type { Clock, Timer } from '@pharos/base'
import type { StoredAlert } from './alert.ts'
import type { HistorySink } from './history.ts'
import { type Silence, silences, silenceState, type SilenceState } from './silence.ts'
import type { SilenceStore } from './silence-store.ts'

interface SilenceWatchOptions {
  readonly clock: Clock
  readonly silences: SilenceStore
  readonly history: HistorySink
  readonly firing: () => readonly StoredAlert[]
  /** Alerts that fire under a silence that began, will end within minutes, or has ended. */
  readonly notify: (
    change: 'silence began' | 'silence ends soon' | 'silence ended',
    alerts: readonly StoredAlert[],
    text: string,
  ) => void
}

const LOOK_MS = 5_000
/** So long before its end a silence says so. */
const SOON_MS = 15 * 60_000

export class SilenceWatch {
  readonly #options: SilenceWatchOptions
  readonly #states = new Map<string, SilenceState>()
  readonly #warned = new Set<string>()
  #timer: Timer | undefined

  constructor(options: SilenceWatchOptions) {
    this.#options = options
  }

  start(): void {
    const { silences: store, clock } = this.#options
    // What was so before this process began is no news.
    for (const silence of store.all())
      this.#states.set(silence.id, silenceState(silence, clock.now()))
    store.listen((silence) => this.#look(silence))
    this.#lookLater()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      const known = new Set<string>()
      for (const silence of this.#options.silences.all()) {
        known.add(silence.id)
        this.#look(silence)
      }
      for (const id of this.#states.keys()) if (!known.has(id)) this.#forget(id)
      this.#lookLater()
    })
  }

  #forget(id: string): void {
    this.#states.delete(id)
    this.#warned.delete(id)
  }

  #look(silence: Silence): void {
    const nowMs = this.#options.clock.now()
    const state = silenceState(silence, nowMs)
    const before = this.#states.get(silence.id) ?? 'pending'
    this.#states.set(silence.id, state)
    if (state === 'active' && before !== 'active') this.#changed(silence, 'silence began')
    if (state === 'expired' && before === 'active') this.#changed(silence, 'silence ended')
    const isSoon =
      state === 'active' &&
      silence.endsAtMs - nowMs <= SOON_MS &&
      silence.endsAtMs - silence.startsAtMs > 2 * SOON_MS
    if (!isSoon || this.#warned.has(silence.id)) return
    this.#warned.add(silence.id)
    this.#changed(silence, 'silence ends soon')
  }

  #changed(
    silence: Silence,
    change: 'silence began' | 'silence ends soon' | 'silence ended',
  ): void {
    const { history, firing, notify } = this.#options
    const alerts = firing().filter((alert) => silences(silence, alert.labels))
    if (change !== 'silence ends soon')
      for (const { labels, fingerprint } of alerts)
        history.add({
          type: change === 'silence began' ? 'silenced' : 'unsilenced',
          labels,
          fingerprint,
          silenceID: silence.id,
          by: silence.createdBy,
          text: silence.comment,
        })
    if (alerts.length > 0) notify(change, alerts, textOf(silence))
  }
}

function textOf(silence: Silence): string {
  const end = new Date(silence.endsAtMs).toISOString().replace(/\.\d+Z$/, 'Z')
  return `by ${silence.createdBy} until ${end}: ${silence.comment}`
}
