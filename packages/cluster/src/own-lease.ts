// The lease of this member: how sure we are of it by our own monotonic clock, and whether this process was awake all the time.

import type { Clock } from '@pharos/base'
import type { EtcdClient } from '@pharos/registry'

/** Part of the lease by which clocks may differ in speed, and a least time. */
const SKEW = 0.1
const SKEW_MS_MIN = 500

export class OwnLease {
  readonly #etcd: EtcdClient
  readonly #clock: Clock
  readonly #leaseMs: number
  #id: string | undefined
  /** Before the request that renewed it last was sent, monotonic ms. */
  #renewedMs = -Infinity
  /** When somebody was seen to run last, monotonic ms. */
  #awakeMs: number
  /** When a pause as long as the lease was noticed, monotonic ms; undefined once somebody has looked who took over meanwhile. */
  #sleptMs: number | undefined

  constructor(etcd: EtcdClient, clock: Clock, leaseMs: number) {
    this.#etcd = etcd
    this.#clock = clock
    this.#leaseMs = leaseMs
    this.#awakeMs = clock.monotonicMs()
  }

  /** Undefined while there is none. */
  get id(): string | undefined {
    return this.#id
  }

  get wasEverGranted(): boolean {
    return this.#renewedMs > -Infinity
  }

  /** etcd keeps it for sure: whatever is ours under it is nobody else's. */
  get isSure(): boolean {
    return this.#clock.monotonicMs() - this.#renewedMs < this.#sureMs
  }

  /** Not paused for as long as a lease lasts, or somebody has looked since. */
  get isAwake(): boolean {
    return this.#sleptMs === undefined && this.#clock.monotonicMs() - this.#awakeMs < this.#sureMs
  }

  /** To be called much more often than a lease lasts. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#awakeMs >= this.#sureMs) this.#sleptMs = nowMs
    this.#awakeMs = nowMs
  }

  /** It is known again who was there at a time, or that nobody can tell. */
  looked(atMs: number): void {
    if (this.#sleptMs !== undefined && atMs >= this.#sleptMs) this.#sleptMs = undefined
  }

  get isDue(): boolean {
    return this.#clock.monotonicMs() - this.#renewedMs > this.#leaseMs / 4
  }

  /** @throws OutsideError when etcd does not answer */
  async grant(timeoutMs: number, underLease: (id: string) => Promise<void>): Promise<void> {
    const askedMs = this.#clock.monotonicMs()
    const { id } = await this.#etcd.grantLease(this.#leaseMs / 1000, { timeoutMs })
    await underLease(id)
    this.#id = id
    this.#renewedMs = askedMs
  }

  /** @returns whether it is there still. @throws OutsideError when etcd does not answer */
  async renew(timeoutMs: number): Promise<boolean> {
    const id = this.#id
    if (id === undefined) return false
    const askedMs = this.#clock.monotonicMs()
    const isKept = (await this.#etcd.keepLease(id, { timeoutMs })) > 0
    if (this.#id !== id) return true
    if (isKept) this.#renewedMs = Math.max(this.#renewedMs, askedMs)
    else this.#id = undefined
    return isKept
  }

  get #sureMs(): number {
    return this.#leaseMs - Math.max(SKEW_MS_MIN, this.#leaseMs * SKEW)
  }
}
