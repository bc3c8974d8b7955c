// Who is there, for a client: the instances of a service by name, kept up to date by a watch. One connection to the
// registry serves all names.

import { background } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { etcdClientOf } from './etcd-access.ts'
import type { EtcdAccess } from './etcd-access.ts'
import type { ServiceInstance } from './service-instance.ts'
import { ServiceWatch } from './service-watch.ts'
import type { ServiceWatchStats } from './service-watch.ts'

export interface DiscoveryOptions extends EtcdAccess {
  /** `/service/` when missing. */
  readonly prefix?: string
  /** ms between two full lists; changes are watched and told at once. 30 s when missing. */
  readonly refreshMs?: number
}

/** Told the instances of one service, in the order of their ids' keys, each time that they change. */
export type InstancesListener = (instances: readonly ServiceInstance[]) => void

/**
 * Follows a registry until it is closed. While the registry is away everything stays as it was found.
 *
 * @throws UserError `registry/endpoint` from the constructor
 */
export class Discovery {
  /** Resolves with the first list; before it nobody is known. */
  readonly ready: Promise<void>
  readonly #watch: ServiceWatch
  readonly #listeners = new Map<string, Set<InstancesListener>>()
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #hasFirst = false

  constructor(options: DiscoveryOptions = {}) {
    const world = options.world ?? realWorld()
    const { log, clock } = world
    const client = etcdClientOf(options, world)
    const { prefix, refreshMs } = options
    this.#watch = new ServiceWatch({
      client,
      clock,
      log,
      ...(prefix === undefined ? {} : { prefix }),
      ...(refreshMs === undefined ? {} : { refreshMs }),
    })
    const first = Promise.withResolvers<void>()
    this.ready = first.promise
    this.#running = this.#watch
      .run(({ put, gone }) => {
        const names = this.#hasFirst
          ? new Set([
              ...put.map(({ instance }) => instance.name),
              ...gone.map((key) => nameIn(key, prefix)),
            ])
          : this.#listeners.keys()
        this.#hasFirst = true
        first.resolve()
        for (const name of names) this.#tell(name)
      }, this.#closing.signal)
      .finally(() => {
        first.resolve()
        client.close()
      })
    background('discovery', this.#running, log)
  }

  get stats(): Readonly<ServiceWatchStats> {
    return this.#watch.stats
  }

  /** Those that are registered now; of every service when no name is given. */
  instances(name?: string): readonly ServiceInstance[] {
    return this.#watch.instances(name)
  }

  /**
   * Tells the instances of a service once the first list has come, in a later turn, and at every change.
   * @returns ends it
   */
  watch(name: string, listener: InstancesListener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    if (this.#hasFirst)
      queueMicrotask(() => {
        if (listeners.has(listener)) listener(this.instances(name))
      })
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(name) === listeners)
        this.#listeners.delete(name)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#listeners.clear()
    await this.#running
  }

  #tell(name: string): void {
    const listeners = this.#listeners.get(name)
    if (listeners === undefined) return
    const instances = this.instances(name)
    for (const listener of listeners) listener(instances)
  }
}

/** `monitor` of `/service/monitor/1`. */
function nameIn(key: string, prefix = '/service/'): string {
  return key.slice(prefix.length).split('/', 1)[0]!
}
