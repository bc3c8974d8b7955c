// Small records that every member has: silences, what was said to whom, alerts of a rule group. A record that was put here goes
// to etcd when it can be reached; what others put comes from there, by a watch at once and by a list in any case.
//
// A record is put over the one that is known only: whoever was away for long does not undo what others said meanwhile, but
// hears of it first, and the newer one of both stays.

import { type EtcdClient, EtcdError, type KeyValue, type WatchEvent } from '@pharos/registry'
import { CALLS_AT_ONCE, RECORD_BYTES, RECORDS_WAITING } from './limits.ts'

interface Known {
  readonly value: string
  /** etcd's, of its last change. */
  readonly revision: number
}

/** What a record means to whoever shares it. */
interface RecordRules {
  /** Whether `own`, which waits here, is to take the place of `theirs`. Both are of the same key and differ. */
  replaces(key: string, own: string, theirs: string): boolean
}

/** gRPC's code of an etcd that has no leader. */
const UNAVAILABLE = 14

export class SharedState {
  readonly #prefix: string
  readonly #waiting = new Map<string, string>()
  /** What etcd has, as far as we know. */
  readonly #known = new Map<string, Known>()
  readonly #listeners: ((key: string, value: string) => void)[] = []
  /** etcd's, at the last list. */
  #revision = 0
  #rules: RecordRules = { replaces: () => true }

  /** @param prefix  with a slash at its end */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Records that etcd does not have yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether a key of etcd is one of a record. */
  has(path: string): boolean {
    return path.startsWith(this.#prefix)
  }

  /** etcd's key of a record. */
  pathOf(key: string): string {
    return this.#prefix + key
  }

  use(rules: RecordRules): void {
    this.#rules = rules
  }

  /** Told of every record that another member put, and of all of them at the start. */
  listen(listener: (key: string, value: string) => void): void {
    this.#listeners.push(listener)
  }

  get(key: string): string | undefined {
    return this.#waiting.get(key) ?? this.#known.get(key)?.value
  }

  /** Sent with the next exchange. Too large a record is left out. */
  put(key: string, value: string): void {
    if (value.length > RECORD_BYTES || this.get(key) === value) return
    this.#waiting.delete(key)
    this.#waiting.set(key, value)
    if (this.#waiting.size > RECORDS_WAITING) {
      const [oldest] = this.#waiting.keys()
      this.#waiting.delete(oldest!)
    }
  }

  /** A record that this member put into etcd; the watch may have told of it, or of a newer one, before. */
  note(key: string, value: string, revision: number): void {
    if ((this.#known.get(key)?.revision ?? 0) < revision) this.#known.set(key, { value, revision })
  }

  /** Takes what others sent, then sends what waits. @throws OutsideError when etcd does not answer */
  async exchange(etcd: EtcdClient, timeoutMs: number, lease: string): Promise<void> {
    const { header, keys } = await etcd.list(this.#prefix, { timeoutMs })
    if (header.revision < this.#revision) this.#startOver()
    this.#revision = header.revision
    const found = new Set(keys.map(({ key }) => key.slice(this.#prefix.length)))
    // Gone with the lease of the last member that put it.
    for (const [key, { revision }] of this.#known)
      if (revision <= header.revision && !found.has(key)) this.#known.delete(key)
    for (const one of keys) this.#take(one)
    await this.send(etcd, timeoutMs, lease)
  }

  /** Sends some of what waits. What somebody else has changed meanwhile waits for the next exchange. */
  async send(etcd: EtcdClient, timeoutMs: number, lease: string): Promise<void> {
    const due = [...this.#waiting].slice(0, CALLS_AT_ONCE)
    await Promise.all(due.map(([key, value]) => this.#send(etcd, key, value, timeoutMs, lease)))
  }

  /** What a watch of the records told. */
  takeEvents(events: readonly WatchEvent[]): void {
    for (const { type, kv } of events) {
      if (type === 'put') this.#take(kv)
      else if (kv.key.startsWith(this.#prefix))
        this.#known.delete(kv.key.slice(this.#prefix.length))
    }
  }

  /** etcd has other data, as after a restore: it gets what we know. */
  #startOver(): void {
    const all = [...this.#known]
    this.#known.clear()
    for (const [key, { value }] of all) if (!this.#waiting.has(key)) this.put(key, value)
  }

  #take({ key, value: bytes, modRevision }: KeyValue): void {
    if (bytes.length > RECORD_BYTES || !key.startsWith(this.#prefix)) return
    const name = key.slice(this.#prefix.length)
    const known = this.#known.get(name)
    if (known !== undefined && known.revision >= modRevision) return
    const value = new TextDecoder().decode(bytes)
    this.#known.set(name, { value, revision: modRevision })
    const own = this.#waiting.get(name)
    if (own === value) this.#waiting.delete(name)
    if (own !== undefined && own !== value) {
      if (this.#rules.replaces(name, own, value)) return
      this.#waiting.delete(name)
    }
    if (known?.value === value) return
    for (const listener of this.#listeners) listener(name, value)
  }

  async #send(
    etcd: EtcdClient,
    key: string,
    value: string,
    timeoutMs: number,
    lease: string,
  ): Promise<void> {
    const before = this.#known.get(key)?.revision ?? 0
    try {
      const revision = await etcd.putIf(this.#prefix + key, before, value, lease, { timeoutMs })
      if (revision === 0) return
      this.note(key, value, revision)
    } catch (error) {
      // A record that etcd itself refuses, too large for it, must not keep the others.
      if (!(error instanceof EtcdError) || error.grpcCode === UNAVAILABLE) throw error
    }
    if (this.#waiting.get(key) === value) this.#waiting.delete(key)
  }
}
