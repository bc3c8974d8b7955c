// The groups. A change is checked and made in one turn of the event loop, written down, and answered when it is safe.
//
//   push ──► labels of the group ──► check ──► memory ──► journal ──(synced)──► answer

import { background, bug, OutsideError, RecordJournal, UserError } from '@pharos/base'
import type { Clock, Disk, Logger, Timer } from '@pharos/base'
import type { MetricFamily } from '@pharos/exposition'
import type { MetricType } from '@pharos/model'
import { aggregated, type GaugeMode } from './aggregate.ts'
import { checkConsistency, FamilyIndex, GroupPeers, inconsistent } from './consistency.ts'
import { familyOf, plainFamily, type PushRecord } from './journal-record.ts'
import {
  EXPIRY_STEP_MS,
  GROUPS_MAX,
  JOURNAL_BYTES_MAX,
  JOURNAL_REWRITE_BYTES_MIN,
  METRICS_MAX,
  RECORD_BYTES_MAX,
} from './limits.ts'
import {
  endMs,
  groupKey,
  PUSH_FAILURE_TIME,
  PUSH_TIME,
  type PushGroup,
  withGroupLabels,
} from './push-group.ts'

export interface GroupStoreOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  /** Where the journal lies; undefined: groups are only in memory. */
  readonly journalPath: string | undefined
  /** False: nothing but timestamps is checked, and the page may have to leave families out. */
  readonly isChecked: boolean
  /** The gateway's own families, which pushed ones must agree with. */
  readonly ownTypes: ReadonlyMap<string, MetricType>
  /** Told after each change what the group holds now; undefined: it is gone. */
  readonly onChange?: (group: PushGroup, atMs: number, isGone: boolean) => void
}

interface Push {
  readonly labels: readonly string[]
  readonly families: readonly MetricFamily[]
  /** Families of the group that are not pushed go away. */
  readonly replaces: boolean
  /** Undefined: what is pushed takes the place of what was there. */
  readonly aggregate: GaugeMode | undefined
  /** 0: for ever. */
  readonly ttlMs: number
}

export class GroupStore {
  readonly index: FamilyIndex = new FamilyIndex()
  readonly #options: GroupStoreOptions
  readonly #log: Logger
  readonly #groups = new Map<string, PushGroup>()
  readonly #peers = new GroupPeers()
  readonly #journal: RecordJournal<PushRecord> | undefined
  #lock: { release(): Promise<void> } | undefined
  #metricCount = 0
  #expiry: { readonly atMs: number; readonly timer: Timer } | undefined
  #isClosed = false
  #isLoading = false

  /** Reads the journal. @throws OutsideError `disk/locked` when another process has it, `disk/…` */
  static async open(options: GroupStoreOptions): Promise<GroupStore> {
    const store = new GroupStore(options)
    await store.#load()
    return store
  }

  private constructor(options: GroupStoreOptions) {
    this.#options = options
    this.#log = options.log.component('pushgateway')
    if (options.journalPath === undefined) return
    this.#journal = new RecordJournal<PushRecord>(
      { ...options, log: this.#log },
      {
        path: options.journalPath,
        magic: 'PHPUSH01',
        state: () => this.#records(),
        rewriteBytesMin: JOURNAL_REWRITE_BYTES_MIN,
        recordBytesMax: RECORD_BYTES_MAX,
        fileBytesMax: JOURNAL_BYTES_MAX,
      },
    )
  }

  /** In the order in which they were first pushed. */
  groups(): Iterable<PushGroup> {
    return this.#groups.values()
  }

  get size(): number {
    return this.#groups.size
  }

  get metricCount(): number {
    return this.#metricCount
  }

  /** False while the journal cannot be written. */
  get isHealthy(): boolean {
    return !this.#isClosed && this.#journal?.isReady !== false
  }

  /**
   * Takes a push. It is safe when the promise resolves.
   * @throws UserError `push/timestamp`, `push/inconsistent`, `push/aggregate`, `push/too-many`: the group keeps what it
   *   had and notes the failure; OutsideError `push/not-stored`, `disk/…` when it may not be safe
   */
  async push(push: Push): Promise<void> {
    if (!this.isHealthy)
      throw new OutsideError(
        'push/not-stored',
        'the journal cannot be written; nothing is taken until it can',
      )
    const atMs = this.#options.clock.now()
    let families: readonly MetricFamily[]
    try {
      families = this.#checked(push)
    } catch (error) {
      if (error instanceof UserError) await this.#refuse(push.labels, atMs)
      throw error
    }
    const { labels, replaces, ttlMs } = push
    this.#apply(labels, families, { atMs, replaces, ttlMs })
    const plain = this.#journal === undefined ? [] : families.map(plainFamily)
    await this.#write({ kind: 'push', labels, atMs, replaces, ttlMs, families: plain })
  }

  /** Takes groups away; those that are not there are fine. @throws OutsideError `disk/…` */
  async delete(groups: Iterable<readonly string[]>): Promise<void> {
    const written: Promise<void>[] = []
    for (const labels of groups) {
      const group = this.#groups.get(groupKey(labels))
      if (group === undefined) continue
      this.#remove(group)
      written.push(this.#write({ kind: 'delete', labels }))
    }
    await Promise.all(written)
  }

  /** @throws OutsideError `disk/…` */
  wipe(): Promise<void> {
    return this.delete([...this.#groups.values()].map(({ labels }) => labels))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#expiry?.timer.cancel()
    await this.#journal?.close()
    await this.#lock?.release()
  }

  async #load(): Promise<void> {
    const { journalPath, disk } = this.#options
    if (this.#journal === undefined || journalPath === undefined) return
    const directory = directoryOf(journalPath)
    await disk.makeDirectory(directory)
    // A directory whose name is not synced is gone after a power cut, and every answered push with it.
    await disk.syncDirectory(directoryOf(directory))
    this.#lock = await disk.lock(`${journalPath}.lock`)
    this.#isLoading = true
    const isSound = await this.#journal.replay((record) => this.#replay(record))
    this.#isLoading = false
    await this.#journal.open(isSound)
    this.#expire()
    for (const group of this.#groups.values()) this.#tell(group, group.pushedMs, false)
  }

  /** The families as they will stand in the group. @throws UserError */
  #checked(push: Push): readonly MetricFamily[] {
    const group = this.#groups.get(groupKey(push.labels))
    // The gateway makes these itself.
    const pushed = push.families.filter(
      ({ name }) => name !== PUSH_TIME && name !== PUSH_FAILURE_TIME,
    )
    if (pushed.some(({ metrics }) => metrics.some((metric) => metric.timestampMs !== undefined)))
      throw new UserError(
        'push/timestamp',
        inconsistent('pushed metrics must not have timestamps').message,
      )
    const metricCount = pushed.reduce((sum, { metrics }) => sum + metrics.length, 0)
    if (this.#metricCount + metricCount > METRICS_MAX || this.#groups.size >= GROUPS_MAX)
      throw new UserError(
        'push/too-many',
        `the gateway holds ${this.#groups.size} groups and ${this.#metricCount} metrics and takes no more; delete groups or give them a time to live`,
      )
    const { aggregate } = push
    const families = pushed.map((one) => {
      const family = withGroupLabels(one, push.labels)
      return aggregate === undefined
        ? family
        : aggregated(group?.families.get(one.name)?.family, family, aggregate)
    })
    if (this.#options.isChecked)
      checkConsistency(families, {
        index: this.index,
        peers: this.#peers.of(push.labels, group),
        group,
        replaces: push.replaces,
        own: this.#options.ownTypes,
      })
    return families
  }

  async #refuse(labels: readonly string[], atMs: number): Promise<void> {
    if (this.#groups.size >= GROUPS_MAX && !this.#groups.has(groupKey(labels))) return
    this.#groupOf(labels).failedMs = atMs
    await this.#write({ kind: 'refused', labels, atMs })
  }

  #apply(
    labels: readonly string[],
    families: readonly MetricFamily[],
    { atMs, replaces, ttlMs }: { atMs: number; replaces: boolean; ttlMs: number },
  ): void {
    const group = this.#groupOf(labels)
    if (replaces) for (const name of group.families.keys()) this.#dropFamily(group, name)
    for (const family of families) {
      this.#dropFamily(group, family.name)
      group.families.set(family.name, { family, atMs })
      this.index.add(group, family)
      this.#metricCount += family.metrics.length
    }
    group.pushedMs = atMs
    group.ttlMs = ttlMs
    this.#expectEnd(endMs(group))
    this.#tell(group, atMs, false)
  }

  #tell(group: PushGroup, atMs: number, isGone: boolean): void {
    if (!this.#isLoading) this.#options.onChange?.(group, atMs, isGone)
  }

  #groupOf(labels: readonly string[]): PushGroup {
    const key = groupKey(labels)
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { labels, key, families: new Map(), pushedMs: 0, failedMs: 0, ttlMs: 0 }
      this.#groups.set(key, group)
      this.#peers.add(group)
    }
    return group
  }

  #dropFamily(group: PushGroup, name: string): void {
    const known = group.families.get(name)
    if (known === undefined) return
    group.families.delete(name)
    this.index.remove(group, name)
    this.#metricCount -= known.family.metrics.length
  }

  #remove(group: PushGroup): void {
    for (const name of group.families.keys()) this.#dropFamily(group, name)
    this.#groups.delete(group.key)
    this.#peers.remove(group)
    this.#tell(group, this.#options.clock.now(), true)
  }

  #expectEnd(atMs: number): void {
    if (atMs === Infinity || this.#isClosed || this.#isLoading) return
    if (this.#expiry !== undefined && this.#expiry.atMs <= atMs) return
    this.#expiry?.timer.cancel()
    const delayMs = Math.max(EXPIRY_STEP_MS, atMs - this.#options.clock.now())
    this.#expiry = { atMs, timer: this.#options.clock.after(delayMs, () => this.#expire()) }
  }

  /** Takes away the groups whose time is up, and waits for the next one's. */
  #expire(): void {
    this.#expiry = undefined
    const nowMs = this.#options.clock.now()
    const ended: (readonly string[])[] = []
    let nextMs = Infinity
    for (const group of this.#groups.values()) {
      const atMs = endMs(group)
      if (atMs <= nowMs) ended.push(group.labels)
      else nextMs = Math.min(nextMs, atMs)
    }
    if (ended.length > 0) {
      this.#log.info('groups have reached the end of their time', { groups: ended.length })
      background('expiry of groups', this.delete(ended), this.#log)
    }
    this.#expectEnd(nextMs)
  }

  async #write(record: PushRecord): Promise<void> {
    await this.#journal?.append(record)
  }

  #replay(record: PushRecord): void {
    switch (record.kind) {
      case 'group': {
        const { labels, pushedMs, ttlMs } = record
        this.#apply(labels, [], { atMs: pushedMs, replaces: true, ttlMs })
        const group = this.#groupOf(labels)
        group.failedMs = record.failedMs
        for (const [atMs, plain] of record.families) {
          const family = familyOf(plain)
          group.families.set(family.name, { family, atMs })
          this.index.add(group, family)
          this.#metricCount += family.metrics.length
        }
        return
      }
      case 'push':
        this.#apply(record.labels, record.families.map(familyOf), record)
        return
      case 'refused':
        this.#groupOf(record.labels).failedMs = record.atMs
        return
      case 'delete': {
        const group = this.#groups.get(groupKey(record.labels))
        if (group !== undefined) this.#remove(group)
        return
      }
      default:
        bug(`a journal holds a record of an unknown kind: ${JSON.stringify(record).slice(0, 100)}`)
    }
  }

  /** All there is, as a journal begins. */
  *#records(): Iterable<PushRecord> {
    for (const { labels, pushedMs, failedMs, ttlMs, families } of this.#groups.values()) {
      yield {
        kind: 'group',
        labels,
        pushedMs,
        failedMs,
        ttlMs,
        families: [...families.values()].map(({ atMs, family }) => [atMs, plainFamily(family)]),
      }
    }
  }
}

function directoryOf(path: string): string {
  const at = path.lastIndexOf('/')
  if (at < 0) return '.'
  return at === 0 ? '/' : path.slice(0, at)
}
