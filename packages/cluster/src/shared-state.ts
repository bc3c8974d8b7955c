// Small records that every member has: silences, what was said to whom, alerts of a rule group. A record that was put here goes
// to etcd when it can be reached; what others put comes from there. Of one key what was put last in etcd wins.

import { type EtcdClient, EtcdError } from '@pharos/registry'
import { CALLS_AT_ONCE, RECORD_BYTES, RECORDS_WAITING } from './limits.ts'

/** gRPC's code of an etcd that has no leader. */
const UNAVAILABLE = 14

export class SharedState {
  readonly #prefix: string
  readonly #waiting = new Map<string, string>()
  /** What etcd has, as far as we know. */
  readonly #known = new Map<string, string>()
  readonly #listeners: ((key: string, value: string) => void)[] = []

  /** @param prefix  with a slash at its end */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Records that etcd does not have yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Told of every record that another member put, and of all of them at the start. */
  listen(listener: (key: string, value: string) => void): void {
    this.#listeners.push(listener)
  }

  get(key: string): string | undefined {
    return this.#waiting.get(key) ?? this.#known.get(key)
  }

  /** Sent with the next look at etcd. Too large a record is left out. */
  put(key: string, value: string): void {
    if (value.length > RECORD_BYTES || this.get(key) === value) return
    this.#waiting.delete(key)
    this.#waiting.set(key, value)
    if (this.#waiting.size > RECORDS_WAITING) {
      const [oldest] = this.#waiting.keys()
      this.#waiting.delete(oldest!)
    }
  }

  /** Sends what waits and takes what others sent. @throws OutsideError when etcd does not answer */
  async exchange(etcd: EtcdClient, timeoutMs: number, expiry: string): Promise<void> {
    const due = [...this.#waiting].slice(0, CALLS_AT_ONCE)
    await Promise.all(due.map(([key, value]) => this.#send(etcd, key, value, timeoutMs, expiry)))
    const { keys } = await etcd.list(this.#prefix, { timeoutMs })
    for (const { key, value: bytes } of keys) {
      if (bytes.length > RECORD_BYTES) continue
      const name = key.slice(this.#prefix.length)
      const value = new TextDecoder().decode(bytes)
      if (this.#known.get(name) === value) continue
      this.#known.set(name, value)
      // What waits here is newer.
      if (this.#waiting.has(name)) continue
      for (const listener of this.#listeners) listener(name, value)
    }
  }

  async #send(
    etcd: EtcdClient,
    key: string,
    value: string,
    timeoutMs: number,
    expiry: string,
  ): Promise<void> {
    try {
      await etcd.put(this.#prefix + key, value, expiry, { timeoutMs })
    } catch (error) {
      // A record that etcd itself refuses, too large for it, must not keep the others.
      if (!(error instanceof EtcdError) || error.grpcCode === UNAVAILABLE) throw error
    }
    this.#known.set(key, value)
    if (this.#waiting.get(key) === value) this.#waiting.delete(key)
  }
}
