// One member's view of the cluster, kept by one loop:
//
//   every second, and as soon as etcd's watch tells   list members and leaders ─► take the free groups that are ours
//   beside it                                         renew the lease, exchange records
//
//   /pharos/{cluster}/members/{id}      who is there: {"url", "weight"}; goes with the lease
//   /pharos/{cluster}/leaders/{group}   id of the leader; made only where there is none, goes with the lease
//   /pharos/{cluster}/shared/…          records that all members have
//
// Three states, by our own monotonic clock:
//
//   member   the lease was renewed less than TTL − skew ago: what etcd said last holds
//   fenced   it was not, and nobody knows why, as after a pause: nothing is led until etcd was asked again
//   alone    etcd was asked after that and did not answer: everything is led and what the last members had is shared
//            among those of them that answer a ping. Twice rather than never.
//
// Whoever leads may still be slow: what goes out of the cluster is claimed first, by a put that etcd takes from the leader only.

import { background, type Clock, type Logger, messageOf, OutsideError } from '@pharos/base'
import type { EtcdClient } from '@pharos/registry'
import {
  CALLS_AT_ONCE,
  EXCHANGE_MS,
  HANDOVER_MS,
  LEASE_MS_MIN,
  MEMBER_BYTES,
  MEMBERS_MAX,
  POLL_MS,
} from './limits.ts'
import { OwnLease } from './own-lease.ts'
import { isOwner, ownersOf } from './rendezvous.ts'
import { SharedState } from './shared-state.ts'

interface ClusterSettings {
  /** Of the cluster; part of every key. */
  readonly name: string
  /** Of this member. */
  readonly id: string
  /** Where other members reach this one. */
  readonly url: string
  /** Above 0; twice as much takes twice as many targets. */
  readonly weight: number
  readonly leaseMs: number
  /** Members that scrape each target. */
  readonly replication: number
}

interface ClusterContext {
  readonly etcd: EtcdClient
  readonly clock: Clock
  readonly log: Logger
  /** Whether the member at a URL answers; asked while etcd is away. Never rejects. */
  readonly ping: (url: string) => Promise<boolean>
  /** Members or leaders are others than before, or this one leads other groups. */
  readonly onChange: () => void
}

export interface Member {
  readonly id: string
  readonly url: string
  readonly weight: number
}

export type ClusterState = 'joining' | 'member' | 'fenced' | 'alone'

/** Records stay for a day after the last member that put some has gone. */
const RECORD_TTL_SECONDS = 86_400
const RECORD_RENEWAL_MS = 3_600_000

export class Cluster {
  readonly shared: SharedState
  readonly #settings: ClusterSettings
  readonly #context: ClusterContext
  readonly #prefix: string
  readonly #stop = new AbortController()
  #loop: Promise<unknown> = Promise.resolve()
  readonly #lease: OwnLease
  #recordLease: { readonly id: string; readonly atMs: number } | undefined
  #isAlone = false
  /** When the lease was granted, monotonic ms. */
  #enteredMs = -Infinity
  /** The others have had the time to see us, and let go what is ours now. */
  #isSeen = false
  #exchanging: Promise<void> | undefined
  /** The next look is not to wait. */
  #isDue = false
  #endSleep: (() => void) | undefined
  /** The watch tells of every change. */
  #isWatching = false
  /** etcd's, at the last look. */
  #revision = 0
  #picture = ''
  #isHurried = false
  /** When the last exchange that succeeded began, monotonic ms. */
  #exchangedMs = -Infinity
  /** By group that we lead: when we knew it first, monotonic ms. */
  #ledSinceMs: ReadonlyMap<string, number> = new Map()
  #members: readonly Member[] = []
  #leaders: ReadonlyMap<string, string> = new Map()
  #wanted: ReadonlySet<string> = new Set()
  #lastError = ''

  constructor(settings: ClusterSettings, context: ClusterContext) {
    this.#settings = { ...settings, leaseMs: Math.max(LEASE_MS_MIN, settings.leaseMs) }
    this.#context = context
    this.#prefix = `/pharos/${settings.name}/`
    this.shared = new SharedState(`${this.#prefix}shared/`)
    this.#lease = new OwnLease(context.etcd, context.clock, this.#settings.leaseMs)
  }

  get id(): string {
    return this.#settings.id
  }

  /** Who is there as far as we know, by id; we ourselves are among them once we have joined. */
  get members(): readonly Member[] {
    return this.#members
  }

  /** Ids by group, as etcd said last. */
  get leaders(): ReadonlyMap<string, string> {
    return this.#leaders
  }

  get lastError(): string {
    return this.#lastError
  }

  get state(): ClusterState {
    if (this.#isAlone) return 'alone'
    if (!this.#lease.wasEverGranted) return 'joining'
    return this.#lease.isSure ? 'member' : 'fenced'
  }

  /** Takes part from now on. Resolves after the first look at etcd, whether it answered or not. */
  async start(): Promise<void> {
    await this.#turn()
    this.#loop = Promise.all([this.#run(), this.#keepRenewed(), this.#follow()])
    background('cluster', this.#loop, this.#context.log)
  }

  /** Leaves: others take over at once where etcd answers. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#lookSoon()
    await this.#loop
    await this.#exchanging
    const { etcd } = this.#context
    const timeoutMs = this.#timeoutMs
    try {
      const { id } = this.#lease
      if (id !== undefined) await etcd.revokeLease(id, { timeoutMs })
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#context.log.warn('leaving the cluster without etcd', { err: messageOf(error) })
    }
    etcd.close()
  }

  /** The groups that are to have a leader. */
  lead(groups: Iterable<string>): void {
    this.#wanted = new Set(groups)
  }

  /** Whether this member scrapes a target. */
  owns(target: string): boolean {
    return this.#isSeen && isOwner(target, this.id, this.#members, this.#settings.replication)
  }

  /** Whether this member was not paused so long that others may have taken over; false until it has looked. */
  get isAwake(): boolean {
    return this.#lease.isAwake
  }

  /** Ids of the members that scrape a target. */
  ownersOf(target: string): readonly string[] {
    return ownersOf(target, this.#members, this.#settings.replication)
  }

  /** Whether this member evaluates a group now. */
  mayLead(group: string): boolean {
    if (!this.#lease.isSure) return this.#isAlone
    // What the leader before left behind has to be here first.
    return this.#exchangedMs >= (this.#ledSinceMs.get(group) ?? Infinity)
  }

  /**
   * Puts a record that only the leader of a group may put, before it does what no two members are to do. Alone it is not asked for.
   * @returns false when somebody else leads, or etcd does not answer: nobody knows then whether it was put
   */
  async claim(group: string, key: string, value: string): Promise<boolean> {
    if (!this.mayLead(group)) return false
    if (this.#isAlone) return true
    const timeoutMs = this.#timeoutMs
    try {
      const revision = await this.#context.etcd.putWhile(
        { key: `${this.#prefix}leaders/${group}`, value: this.id },
        this.shared.pathOf(key),
        value,
        await this.#recordLeaseId(),
        { timeoutMs },
      )
      if (revision === 0) return false
      this.shared.note(key, value, revision)
      return true
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#lastError = messageOf(error)
      return false
    }
  }

  get #timeoutMs(): number {
    return Math.max(500, this.#settings.leaseMs / 4)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#slept(POLL_MS)
      if (!signal.aborted) await this.#turn()
    }
  }

  #lookSoon(): void {
    this.#isDue = true
    this.#endSleep?.()
  }

  /** Until `ms` are over or a look is due. */
  async #slept(ms: number): Promise<void> {
    if (this.#isDue) return
    await new Promise<void>((resolve) => {
      const timer = this.#context.clock.after(ms, resolve)
      this.#endSleep = () => {
        timer.cancel()
        resolve()
      }
    })
    this.#endSleep = undefined
  }

  /** Follows all keys of the cluster, so that changes are seen at once. What is missed here, looks find. */
  async #follow(): Promise<void> {
    const { etcd, clock } = this.#context
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await etcd.watch(this.#prefix, {
          startRevision: this.#revision + 1,
          signal,
          onCreated: () => (this.#isWatching = true),
          onEvents: (events) => {
            const records = events.filter(({ kv }) => this.shared.has(kv.key))
            this.shared.takeEvents(records)
            if (records.length < events.length) this.#lookSoon()
          },
        })
      } catch (error) {
        if (!(error instanceof OutsideError) && !signal.aborted) throw error
      }
      this.#isWatching = false
      await clock.sleep(POLL_MS, signal).catch(() => {})
    }
  }

  /** One look at etcd. Never rejects but for a bug. */
  async #turn(): Promise<void> {
    const { clock, log } = this.#context
    this.#isDue = false
    this.#lease.tick()
    const startedMs = clock.monotonicMs()
    const wasSure = this.#lease.isSure
    try {
      await this.#enter()
      await this.#look()
      await this.#takeFree()
      this.#exchangeSoon()
      this.#lease.looked(startedMs)
      if (this.#isAlone) log.info('etcd answers again, this member is in the cluster')
      this.#isAlone = false
      this.#lastError = ''
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#lastError = messageOf(error)
      // A look that took far longer than its calls may was paused, and says nothing of etcd.
      const wasPaused = clock.monotonicMs() - startedMs > 6 * this.#timeoutMs
      if (!wasSure && !wasPaused) await this.#goAlone()
    }
    this.#tellChanges()
  }

  #tellChanges(): void {
    const led = [...this.#wanted].filter((group) => this.mayLead(group))
    const picture = JSON.stringify([this.#members, [...this.#leaders], led, this.#isSeen])
    if (picture === this.#picture) return
    this.#picture = picture
    this.#context.onChange()
  }

  /** Keeps the lease while looks take long. What fails here is noticed by the next look. */
  async #keepRenewed(): Promise<void> {
    const { clock } = this.#context
    const { signal } = this.#stop
    while (!signal.aborted) {
      await clock.sleep(this.#settings.leaseMs / 5, signal).catch(() => {})
      this.#lease.tick()
      if (signal.aborted) continue
      try {
        await this.#renew()
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
      }
    }
  }

  async #renew(): Promise<void> {
    const hadOne = this.#lease.id !== undefined
    const isKept = await this.#lease.renew(this.#timeoutMs)
    // It ran out: what we led belongs to others by now.
    if (hadOne && !isKept) this.#useLeaders(new Map())
  }

  async #enter(): Promise<void> {
    const { etcd, clock } = this.#context
    const timeoutMs = this.#timeoutMs
    const { url, weight, id } = this.#settings
    if (this.#lease.isDue) await this.#renew()
    if (this.#lease.id !== undefined) return
    const value = JSON.stringify({ url, weight })
    await this.#lease.grant(timeoutMs, async (lease) => {
      await etcd.put(`${this.#prefix}members/${id}`, value, lease, { timeoutMs })
    })
    this.#enteredMs = clock.monotonicMs()
    this.#isSeen = false
  }

  async #look(): Promise<void> {
    const { etcd } = this.#context
    const timeoutMs = this.#timeoutMs
    const [members] = await Promise.all([
      etcd.list(`${this.#prefix}members/`, { timeoutMs }),
      this.#listLeaders(),
    ])
    const found = members.keys.flatMap(({ key, value }) => {
      const member = memberOf(key.slice(key.lastIndexOf('/') + 1), value)
      return member === undefined ? [] : [member]
    })
    found.sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#members = found.slice(0, MEMBERS_MAX)
    this.#revision = members.header.revision
    this.#waitToBeSeen()
  }

  /** The others let go what is ours now as soon as they know of us. */
  #waitToBeSeen(): void {
    if (this.#isSeen) return
    const { clock } = this.#context
    const waitMs = this.#enteredMs + HANDOVER_MS - clock.monotonicMs()
    this.#isSeen = this.#members.length === 1 || waitMs <= 0
    if (!this.#isSeen) clock.after(waitMs, () => this.#lookSoon())
  }

  async #listLeaders(): Promise<void> {
    const path = `${this.#prefix}leaders/`
    const { keys } = await this.#context.etcd.list(path, { timeoutMs: this.#timeoutMs })
    this.#useLeaders(
      new Map(
        keys.map(({ key, value }) => [key.slice(path.length), new TextDecoder().decode(value)]),
      ),
    )
  }

  #useLeaders(leaders: ReadonlyMap<string, string>): void {
    const nowMs = this.#context.clock.monotonicMs()
    const own = [...leaders].filter(([, leader]) => leader === this.id)
    this.#ledSinceMs = new Map(
      own.map(([group]) => [group, this.#ledSinceMs.get(group) ?? nowMs] as const),
    )
    this.#leaders = leaders
  }

  /** Groups without a leader that are ours among those who are there. */
  async #takeFree(): Promise<void> {
    const { etcd, log } = this.#context
    const free = [...this.#wanted].filter(
      (group) => !this.#leaders.has(group) && isOwner(group, this.id, this.#members, 1),
    )
    const lease = this.#lease.id
    if (free.length === 0 || lease === undefined) return
    await Promise.all(
      free.slice(0, CALLS_AT_ONCE).map(async (group) => {
        const key = `${this.#prefix}leaders/${group}`
        const timeoutMs = this.#timeoutMs
        const isTaken = (await etcd.putIf(key, 0, this.id, lease, { timeoutMs })) > 0
        if (isTaken) log.info('this member leads a group now', { group })
      }),
    )
    await this.#listLeaders()
  }

  /** A record that all members are to have at once: it does not wait for the next look. */
  share(key: string, value: string): void {
    this.shared.put(key, value)
    this.#isHurried = true
    this.#exchangeSoon()
  }

  /** The watch tells of records; lists are for what it missed, and for a leader that has to know all there was. */
  #isListDue(): boolean {
    if (!this.#isWatching) return true
    const ageMs = this.#context.clock.monotonicMs() - this.#exchangedMs
    const ledSince = [...this.#ledSinceMs.values()]
    return ageMs >= EXCHANGE_MS || ledSince.some((sinceMs) => sinceMs > this.#exchangedMs)
  }

  /** Beside the looks: records may be many, and who owns what must not wait for them. */
  #exchangeSoon(): void {
    this.#exchanging ??= this.#exchange().finally(() => {
      this.#exchanging = undefined
      if (!this.#isHurried || this.shared.waiting === 0 || this.#stop.signal.aborted) return
      this.#isHurried = false
      this.#exchangeSoon()
    })
  }

  async #exchange(): Promise<void> {
    const { etcd, clock } = this.#context
    const startedMs = clock.monotonicMs()
    const isListDue = this.#isListDue()
    if (!isListDue && this.shared.waiting === 0) return
    try {
      const lease = await this.#recordLeaseId()
      if (isListDue) await this.shared.exchange(etcd, this.#timeoutMs, lease)
      else await this.shared.send(etcd, this.#timeoutMs, lease)
      if (!isListDue) return
      this.#exchangedMs = startedMs
      this.#tellChanges()
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#lastError = messageOf(error)
    }
  }

  async #recordLeaseId(): Promise<string> {
    const { etcd, clock } = this.#context
    const timeoutMs = this.#timeoutMs
    const nowMs = clock.monotonicMs()
    const known = this.#recordLease
    if (known !== undefined && nowMs - known.atMs < RECORD_RENEWAL_MS) return known.id
    const isKept = known !== undefined && (await etcd.keepLease(known.id, { timeoutMs })) > 0
    const id = isKept ? known.id : (await etcd.grantLease(RECORD_TTL_SECONDS, { timeoutMs })).id
    this.#recordLease = { id, atMs: nowMs }
    return id
  }

  async #goAlone(): Promise<void> {
    const { log, ping } = this.#context
    if (!this.#isAlone)
      log.error('etcd does not answer, this member goes on alone', { err: this.#lastError })
    const { id, url, weight } = this.#settings
    const others = this.#members.filter((member) => member.id !== id)
    const answers = await Promise.all(others.map(async (member) => ping(member.url)))
    this.#members = [{ id, url, weight }, ...others.filter((_, i) => answers[i])].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    )
    this.#isAlone = true
    this.#isSeen = true
    this.#lease.looked(this.#context.clock.monotonicMs())
  }
}

/** Undefined for what no member of ours has written. */
function memberOf(id: string, value: Uint8Array): Member | undefined {
  if (value.length > MEMBER_BYTES || id === '') return undefined
  try {
    const { url, weight } = JSON.parse(new TextDecoder().decode(value)) as Partial<Member>
    const isOne = typeof url === 'string' && typeof weight === 'number' && weight > 0
    return isOne ? { id, url, weight: Math.min(weight, 1000) } : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    return undefined
  }
}
