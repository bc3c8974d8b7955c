// Keeps one instance in the registry. One loop owns the state:
//
//   establish: grant a lease, put the key with it ──► keep: renew every TTL/3, look at the key every TTL
//        ▲                                                │ lease unknown, key gone or taken,
//        └──────────── backoff when that fails ◄──────────┘ or no answer until the lease has run out
//
// Every renewal is a call of its own with a time limit, so no stream can stall silently, and a process that was
// paused beyond its lease learns so from its first renewal. The key always carries our lease, and we only ever
// revoke that lease, never delete the key: whoever has taken the key over in the meantime keeps it.

import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Logger, Random } from '@pharos/base'
import type { EtcdClient } from './etcd-client.ts'
import { isLeaseGone } from './etcd-errors.ts'
import { CLOSE_TIMEOUT_MS, RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts'
import { MESSAGES } from './registration-messages.ts'
import type { Language } from './registration-messages.ts'
import { checkInstance, instanceJson, readInstance, serviceKey } from './service-instance.ts'
import type { ServiceInstance } from './service-instance.ts'

export type RegistrationEvent =
  | { readonly type: 'registered' | 'restored'; readonly key: string; readonly lease: string }
  | { readonly type: 'lost'; readonly key: string; readonly reason: string }
  /** Another instance, at another address, holds the key and keeps it alive. */
  | { readonly type: 'taken'; readonly key: string; readonly holder: string }

export interface RegistrationOptions {
  readonly client: EtcdClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly prefix?: string
  readonly language?: Language
  /** Called synchronously; what it throws ends nothing and is logged. */
  readonly onEvent?: (event: RegistrationEvent) => void
}

export interface Registration {
  readonly key: string
  /** True while the registry is known to hold the instance. */
  readonly isRegistered: boolean
  /** Resolves when the instance was registered for the first time, or the registration was closed before. */
  readonly registered: Promise<void>
  /** Takes the instance out and gives the lease back; at most 2 s. */
  close(): Promise<void>
}

/**
 * Registers an instance and keeps it registered until closed, whatever happens to the registry meanwhile.
 * @throws UserError `registry/service` for an instance that cannot be registered
 */
export function register(instance: ServiceInstance, options: RegistrationOptions): Registration {
  checkInstance(instance)
  const kept = new KeptRegistration(instance, options)
  kept.start()
  return kept
}

interface Lease {
  readonly id: string
  readonly ttlMs: number
}

class KeptRegistration implements Registration {
  readonly key: string
  readonly registered: Promise<void>
  isRegistered = false
  readonly #instance: ServiceInstance
  readonly #value: string
  readonly #options: RegistrationOptions
  readonly #log: Logger
  readonly #language: Language
  readonly #first = Promise.withResolvers<void>()
  readonly #closing = new AbortController()
  #ended: Promise<void> = Promise.resolve()
  #lease: Lease | undefined
  /** Monotonic ms until which the lease is known to live. */
  #aliveUntilMs = 0
  #wasRegistered = false
  #told = ''

  constructor(instance: ServiceInstance, options: RegistrationOptions) {
    this.#instance = instance
    this.#value = instanceJson(instance)
    this.#options = options
    this.#log = options.log.component('registry')
    this.#language = options.language ?? 'en'
    this.key = serviceKey(instance, options.prefix)
    this.registered = this.#first.promise
  }

  start(): void {
    this.#ended = this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#ended
    this.#first.resolve()
    const lease = this.#lease
    this.#lease = undefined
    this.isRegistered = false
    if (lease === undefined) return
    const say = MESSAGES[this.#language]
    try {
      await this.#options.client.revokeLease(lease.id, { timeoutMs: CLOSE_TIMEOUT_MS })
      this.#log.info(say.deregistered, { key: this.key })
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#log.warn(say.notDeregistered, { key: this.key, err: messageOf(error) })
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    let failures = 0
    while (!signal.aborted) {
      try {
        if (await this.#establish()) {
          failures = 0
          await this.#keep()
          // The first attempt after a loss is made at once.
          continue
        }
        await this.#sleep(this.#instance.leaseTime * 250)
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        if (signal.aborted) return
        if (isLeaseGone(error)) this.#lease = undefined
        this.#warn(MESSAGES[this.#language].failed, messageOf(error))
        await this.#sleep(this.#backoffMs(failures++))
      }
    }
  }

  /** Returns false while somebody else holds the key. */
  async #establish(): Promise<boolean> {
    const { client, clock } = this.#options
    const call = this.#call(this.#instance.leaseTime * 1_000)
    const startMs = clock.monotonicMs()
    this.#lease ??= await this.#grant()
    const lease = this.#lease
    const holder = await client.get(this.key, call)
    if (holder !== undefined && holder.lease !== lease.id && !this.#isOurs(holder.value)) {
      await this.#renew(lease, startMs)
      this.#tellTaken(new TextDecoder().decode(holder.value))
      return false
    }
    const revision = holder?.modRevision ?? 0
    // Somebody was quicker: look again in the next round.
    if ((await client.putIf(this.key, revision, this.#value, lease.id, call)) === 0) return false
    // From before the grant: the lease may be as old as that.
    this.#aliveUntilMs = startMs + lease.ttlMs
    this.isRegistered = true
    this.#told = ''
    const isFirst = !this.#wasRegistered
    this.#wasRegistered = true
    const say = MESSAGES[this.#language]
    this.#log.info(isFirst ? say.registered : say.restored, { key: this.key, lease: lease.id })
    this.#emit({ type: isFirst ? 'registered' : 'restored', key: this.key, lease: lease.id })
    this.#first.resolve()
    return true
  }

  async #grant(): Promise<Lease> {
    const seconds = this.#instance.leaseTime
    const { id, ttlSeconds } = await this.#options.client.grantLease(
      seconds,
      this.#call(seconds * 1_000),
    )
    return { id, ttlMs: ttlSeconds * 1_000 }
  }

  /** Renews until the registration is lost or closed. */
  async #keep(): Promise<void> {
    const { clock } = this.#options
    const lease = this.#lease!
    for (let round = 1; ; round++) {
      await this.#sleep(lease.ttlMs / 3)
      if (this.#closing.signal.aborted) return
      let why = await this.#renewedOrWhy(lease)
      if (why === undefined && round % 3 === 0) why = await this.#keyOrWhy(lease)
      if (why === undefined) continue
      if (this.#closing.signal.aborted) return
      this.isRegistered = false
      this.#log.warn(MESSAGES[this.#language].lost, {
        key: this.key,
        reason: why,
        lateMs: Math.max(0, Math.round(clock.monotonicMs() - this.#aliveUntilMs)),
      })
      this.#emit({ type: 'lost', key: this.key, reason: why })
      return
    }
  }

  /** Tries until the lease is renewed; gives the reason when it cannot be any more. */
  async #renewedOrWhy(lease: Lease): Promise<string | undefined> {
    const { clock } = this.#options
    for (let failures = 0; ; failures++) {
      try {
        if (await this.#renew(lease, clock.monotonicMs())) return undefined
        return 'the registry does not know the lease any more'
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        if (this.#closing.signal.aborted) return undefined
        if (clock.monotonicMs() >= this.#aliveUntilMs)
          return `no answer until the lease ran out: ${messageOf(error)}`
        this.#warn(MESSAGES[this.#language].failed, messageOf(error))
      }
      const leftMs = this.#aliveUntilMs - clock.monotonicMs()
      await this.#sleep(Math.max(1, Math.min(leftMs, lease.ttlMs / 10, this.#backoffMs(failures))))
      if (this.#closing.signal.aborted) return undefined
    }
  }

  async #renew(lease: Lease, startMs: number): Promise<boolean> {
    const { client } = this.#options
    const ttlSeconds = await client.keepLease(lease.id, this.#call(lease.ttlMs / 3))
    if (ttlSeconds <= 0) {
      this.#lease = undefined
      return false
    }
    this.#aliveUntilMs = startMs + ttlSeconds * 1_000
    return true
  }

  /** Looks whether the key is still ours: people delete keys, and two instances may have one id. */
  async #keyOrWhy(lease: Lease): Promise<string | undefined> {
    try {
      const found = await this.#options.client.get(this.key, this.#call(lease.ttlMs / 3))
      if (found === undefined) return 'the key was deleted'
      return found.lease === lease.id ? undefined : 'the key was overwritten'
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      return undefined
    }
  }

  /** The same address is an earlier life of ourselves: only one process can serve it. */
  #isOurs(value: Uint8Array): boolean {
    const other = readInstance(value)
    if (typeof other === 'string') return true
    return other.host === this.#instance.host && other.port === this.#instance.port
  }

  #tellTaken(holder: string): void {
    if (this.#told === holder) return
    this.#told = holder
    this.#log.error(MESSAGES[this.#language].taken, { key: this.key, holder })
    this.#emit({ type: 'taken', key: this.key, holder })
  }

  /** Once for each reason in a row. */
  #warn(message: string, reason: string): void {
    if (this.#told === reason) return
    this.#told = reason
    this.#log.warn(message, { key: this.key, err: reason })
  }

  #emit(event: RegistrationEvent): void {
    try {
      this.#options.onEvent?.(event)
    } catch (error) {
      this.#log.error('a listener of the registration failed', { err: messageOf(error) })
    }
  }

  #call(limitMs: number): { readonly timeoutMs: number; readonly signal: AbortSignal } {
    return { timeoutMs: Math.max(500, limitMs), signal: this.#closing.signal }
  }

  #backoffMs(failures: number): number {
    // A thousand services that lost one registry must not all come back in the same millisecond. While the lease
    // is short the wait is short too, so that nobody is away for longer than a lease.
    const limitMs = Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, this.#instance.leaseTime * 200))
    const baseMs = Math.min(limitMs, RETRY_MS_MIN * 2 ** Math.min(failures, 10))
    return baseMs * (0.5 + this.#options.random.next() / 2)
  }

  async #sleep(ms: number): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, this.#closing.signal)
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    }
  }
}
