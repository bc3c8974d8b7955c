// Counters of notifications, as plain numbers; `server` turns them into metrics.
import type { FailureReason } from './integration.ts'

interface KindStats {
  notifications: number
  requests: number
  failedRequests: number
}

export class NotificationStats {
  readonly suppressed = { silence: 0, inhibition: 0, time: 0 }
  /** Told of each attempt, for a histogram. */
  onAttempt: (kind: string, seconds: number) => void = () => {}
  readonly #kinds = new Map<string, KindStats>()
  readonly #failures = new Map<string, number>()

  /** By kind of receiver. */
  kinds(): ReadonlyMap<string, Readonly<KindStats>> {
    return this.#kinds
  }

  /** `[kind, reason, count]`. */
  failures(): readonly (readonly [string, string, number])[] {
    return [...this.#failures].map(([key, count]) => {
      const [kind = '', reason = ''] = key.split('\0')
      return [kind, reason, count] as const
    })
  }

  started(kind: string): void {
    this.#of(kind).notifications++
  }

  attempted(kind: string, durationMs: number, isOk: boolean): void {
    const stats = this.#of(kind)
    stats.requests++
    if (!isOk) stats.failedRequests++
    this.onAttempt(kind, durationMs / 1000)
  }

  failed(kind: string, reason: FailureReason): void {
    const key = `${kind}\0${reason}`
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1)
  }

  #of(kind: string): KindStats {
    const known = this.#kinds.get(kind)
    if (known !== undefined) return known
    const fresh = { notifications: 0, requests: 0, failedRequests: 0 }
    this.#kinds.set(kind, fresh)
    return fresh
  }
}
