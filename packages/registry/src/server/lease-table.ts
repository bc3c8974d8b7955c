import type { Clock, Timer } from '@pharos/base'
import { EXPIRY_SLACK_MS, PAUSE_MS_MIN } from './limits.ts'

export interface HeldLease {
  /** Decimal text. */
  readonly id: string
  readonly ttlSeconds: number
  /** Keys that go with it. */
  readonly keys: Set<string>
  /** Monotonic ms. */
  endMs: number
}

/** Leases and their ends. One timer waits for the earliest end. */
export class LeaseTable {
  readonly #clock: Clock
  readonly #expired: (leases: readonly HeldLease[]) => void
  readonly #leases = new Map<string, HeldLease>()
  #timer: Timer | undefined
  #timerMs = Infinity

  /** `expired` is told which have ended; it removes them. */
  constructor(clock: Clock, expired: (leases: readonly HeldLease[]) => void) {
    this.#clock = clock
    this.#expired = expired
  }

  get size(): number {
    return this.#leases.size
  }

  all(): IterableIterator<HeldLease> {
    return this.#leases.values()
  }

  get(id: string): HeldLease | undefined {
    return this.#leases.get(id)
  }

  add(id: string, ttlSeconds: number): HeldLease {
    const endMs = this.#clock.monotonicMs() + ttlSeconds * 1_000
    const lease = { id, ttlSeconds, keys: new Set<string>(), endMs }
    this.#leases.set(id, lease)
    this.#arm(endMs)
    return lease
  }

  renew(lease: HeldLease): void {
    lease.endMs = this.#clock.monotonicMs() + lease.ttlSeconds * 1_000
    this.#arm(lease.endMs)
  }

  /** Every lease lives its whole TTL from now: after a restart nobody could have renewed in time. */
  renewAll(): void {
    for (const lease of this.#leases.values()) this.renew(lease)
  }

  remove(id: string): void {
    this.#leases.delete(id)
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerMs = -Infinity
  }

  #arm(atMs: number): void {
    // A renewal moves a lease's end away; the timer then fires once for nothing and looks again.
    if (atMs >= this.#timerMs) return
    this.#timer?.cancel()
    this.#timerMs = atMs
    const delayMs = Math.max(0, atMs - this.#clock.monotonicMs()) + EXPIRY_SLACK_MS
    this.#timer = this.#clock.after(delayMs, () => this.#look())
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs()
    const lateMs = nowMs - this.#timerMs - EXPIRY_SLACK_MS
    this.#timerMs = Infinity
    // We were paused ourselves: nobody could renew meanwhile, and nobody is dead because of it.
    if (lateMs > PAUSE_MS_MIN) this.renewAll()
    const ended: HeldLease[] = []
    let nextMs = Infinity
    for (const lease of this.#leases.values()) {
      if (lease.endMs <= nowMs) ended.push(lease)
      else nextMs = Math.min(nextMs, lease.endMs)
    }
    if (nextMs < Infinity) this.#arm(nextMs)
    if (ended.length > 0) this.#expired(ended)
  }
}
