// The built-in registry: keys, leases and watches of one process, made to last by a journal. Changes are made in
// memory at once and answered when they are safe; reads wait for what is on its way to the disk.

import { OutsideError, RecordJournal } from '@pharos/base'
import type { Clock, Disk, Logger, Random } from '@pharos/base'
import { base64Of, bytesOf } from '../etcd-wire.ts'
import type { JournalRecord } from './journal-record.ts'
import { KeyStore } from './key-store.ts'
import type { Change } from './key-store.ts'
import { LeaseTable } from './lease-table.ts'
import type { HeldLease } from './lease-table.ts'
import {
  JOURNAL_BYTES_MAX,
  JOURNAL_BYTES_MIN,
  LEASES_MAX,
  RECORD_BYTES_MAX,
  STORE_BYTES_MAX,
  TTL_SECONDS_MAX,
  TTL_SECONDS_MIN,
} from './limits.ts'
import { RefusedError, refusals } from './refusals.ts'
import { WatchHub } from './watch-hub.ts'

interface RegistryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly random: Random
  readonly log: Logger
}

/** What a batch wants: put a key, or delete it. */
export interface Wanted {
  readonly key: string
  /** Undefined: delete. */
  readonly value: Uint8Array | undefined
  readonly lease: string
}

export class RegistryCore {
  readonly store: KeyStore = new KeyStore()
  readonly leases: LeaseTable
  readonly watches: WatchHub = new WatchHub()
  clusterId: string
  readonly #random: Random
  readonly #log: Logger
  readonly #journal: RecordJournal<JournalRecord>
  readonly #unlock: { release(): Promise<void> }

  /**
   * Opens the registry in a directory, which is made when it is missing.
   * @throws OutsideError `disk/locked` when another process has it, `disk/…`
   */
  static async open(world: RegistryWorld, directory: string): Promise<RegistryCore> {
    await world.disk.makeDirectory(directory)
    // A directory whose name is not synced is gone after a power cut, and every answered change with it.
    await world.disk.syncDirectory(parentOf(directory))
    const unlock = await world.disk.lock(`${directory}/lock`)
    try {
      const core = new RegistryCore(world, directory, unlock)
      await core.#load()
      return core
    } catch (error) {
      await unlock.release()
      throw error
    }
  }

  constructor(world: RegistryWorld, directory: string, unlock: { release(): Promise<void> }) {
    this.#random = world.random
    this.#log = world.log.component('registry')
    this.#unlock = unlock
    this.#journal = new RecordJournal<JournalRecord>(
      { ...world, log: this.#log },
      {
        path: `${directory}/registry.journal`,
        magic: 'PHREG001',
        state: () => this.#records(),
        rewriteBytesMin: JOURNAL_BYTES_MIN,
        recordBytesMax: RECORD_BYTES_MAX,
        fileBytesMax: JOURNAL_BYTES_MAX,
      },
    )
    this.leases = new LeaseTable(world.clock, (ended) => this.#expire(ended))
    this.clusterId = this.#randomId()
  }

  /** Resolves when every change so far is safe. */
  settled(): Promise<void> {
    return this.#journal.settled()
  }

  get journalBytes(): number {
    return this.#journal.bytes
  }

  /** @throws RefusedError when changes cannot be made to last just now, or there is no room */
  checkWritable(addedBytes: number): void {
    if (!this.#journal.isReady) throw new RefusedError(refusals.notStored)
    if (addedBytes > 0 && this.store.bytes + addedBytes > STORE_BYTES_MAX)
      throw new RefusedError(refusals.noSpace)
  }

  /**
   * Makes changes at one new revision. Their leases exist: the caller has looked.
   * @returns the changes made and when they are safe
   */
  change(wanted: readonly Wanted[], ended?: string): { changes: Change[]; safe: Promise<void> } {
    const { store, leases } = this
    const revision = store.revision + 1
    const changes: Change[] = []
    for (const { key, value, lease } of wanted) {
      const before = store.get(key)
      if (value === undefined && before === undefined) continue
      if (before !== undefined) leases.get(before.lease)?.keys.delete(key)
      changes.push(store.change(revision, key, value, lease))
      if (value !== undefined) leases.get(lease)?.keys.add(key)
    }
    if (changes.length === 0 && ended === undefined) return { changes, safe: Promise.resolve() }
    const safe = this.#journal.append({
      kind: 'change',
      revision: store.revision,
      ...(ended === undefined ? {} : { ended }),
      changes: changes.map(({ key, after }) => [
        base64OfKey(key),
        after === undefined ? null : base64Of(after.value),
        after?.lease ?? '0',
      ]),
    })
    // Told even when it is not safe: it is what everybody can read now.
    const told = safe.finally(() => this.watches.publish(changes))
    return { changes, safe: told }
  }

  /** @throws RefusedError */
  async grant(id: string, ttlSeconds: number): Promise<HeldLease> {
    if (ttlSeconds > TTL_SECONDS_MAX) throw new RefusedError(refusals.ttlTooLarge)
    if (id !== '0' && this.leases.get(id) !== undefined)
      throw new RefusedError(refusals.leaseExists)
    if (this.leases.size >= LEASES_MAX) throw new RefusedError(refusals.tooMany)
    this.checkWritable(0)
    const ttl = Math.max(TTL_SECONDS_MIN, ttlSeconds)
    const lease = this.leases.add(id === '0' ? this.#randomId() : id, ttl)
    await this.#journal.append({ kind: 'lease', id: lease.id, ttl })
    return lease
  }

  /** Ends a lease; its keys go with it. @throws RefusedError when there is no such lease */
  async revoke(id: string): Promise<void> {
    const lease = this.leases.get(id)
    if (lease === undefined) throw new RefusedError(refusals.leaseNotFound)
    await this.#end(lease)
  }

  /** Lets nothing be lost: what is on its way is written, leases stay for the next start. */
  async close(): Promise<void> {
    this.leases.close()
    await this.#journal.close()
    await this.#unlock.release()
  }

  #expire(ended: readonly HeldLease[]): void {
    for (const lease of ended) {
      const keys = lease.keys.size
      this.#log.debug('lease ran out', { lease: lease.id, keys })
      this.#end(lease).catch((error: unknown) => {
        // The journal has told it, and comes back to life by itself. The lease would then be there again after a
        // restart, and run out again.
        if (!(error instanceof OutsideError)) throw error
      })
    }
  }

  #end(lease: HeldLease): Promise<void> {
    this.leases.remove(lease.id)
    const wanted = [...lease.keys]
      .sort()
      .map((key) => ({ key, value: undefined, lease: '0' }) as const)
    return this.change(wanted, lease.id).safe
  }

  async #load(): Promise<void> {
    const isSound = await this.#journal.replay((record) => this.#replay(record))
    await this.#journal.open(isSound)
    this.leases.renewAll()
    this.#log.info('registry opened', {
      keys: this.store.size,
      leases: this.leases.size,
      revision: this.store.revision,
    })
  }

  #replay(record: JournalRecord): void {
    const { store, leases } = this
    switch (record.kind) {
      case 'head':
        this.clusterId = record.cluster
        store.revision = record.revision
        // What led to the head is not in the file.
        store.compacted = record.revision === 1 ? 0 : record.revision + 1
        break
      case 'lease':
        leases.add(record.id, record.ttl)
        break
      case 'key':
        store.restore({
          key: keyOfBase64(record.key),
          value: bytesOf(record.value),
          create: record.create,
          mod: record.mod,
          version: record.version,
          lease: record.lease,
        })
        leases.get(record.lease)?.keys.add(keyOfBase64(record.key))
        break
      case 'change':
        for (const [name, value, lease] of record.changes) {
          const key = keyOfBase64(name)
          leases.get(store.get(key)?.lease ?? '0')?.keys.delete(key)
          store.change(record.revision, key, value === null ? undefined : bytesOf(value), lease)
          if (value !== null) leases.get(lease)?.keys.add(key)
        }
        if (record.ended !== undefined) leases.remove(record.ended)
    }
  }

  /** All there is, as a journal begins. */
  *#records(): Iterable<JournalRecord> {
    const { store } = this
    yield {
      kind: 'head',
      cluster: this.clusterId,
      revision: store.revision,
      compacted: store.compacted,
    }
    for (const { id, ttlSeconds } of this.leases.all()) yield { kind: 'lease', id, ttl: ttlSeconds }
    for (const one of store.range({ start: '', end: '\0' })) {
      const { create, mod, version, lease } = one
      const key = base64OfKey(one.key)
      yield { kind: 'key', key, value: base64Of(one.value), create, mod, version, lease }
    }
  }

  /** A positive 63-bit number as text, as etcd's ids are. */
  #randomId(): string {
    const view = new DataView(this.#random.bytes(8).slice().buffer)
    const id = view.getBigUint64(0) & 0x7fff_ffff_ffff_ffffn
    return String(id === 0n ? 1n : id)
  }
}

function parentOf(directory: string): string {
  const slash = directory.replace(/\/+$/, '').lastIndexOf('/')
  return slash < 0 ? '.' : directory.slice(0, Math.max(1, slash))
}

/** Keys are text of one code unit a byte inside, base64 outside. */
export function base64OfKey(key: string): string {
  return Buffer.from(key, 'latin1').toString('base64')
}

export function keyOfBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1')
}
