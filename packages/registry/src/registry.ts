// The service registry: who is alive, where, and with which routes. etcd stands behind it, or the embedded
// one; both arrive with the discovery issue. This is the door that `server` and `discovery` are built to.

/** A service instance, stored as `/service/{name}/{id}`. */
export interface ServiceInstance {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly leaseSeconds: number
  readonly routes: readonly { readonly path: string; readonly method: string }[]
}

export type RegistryEvent =
  | { readonly type: 'put'; readonly instance: ServiceInstance }
  | { readonly type: 'delete'; readonly name: string; readonly id: string }

export interface Registration {
  /** Takes the instance out and gives the lease back. */
  close(): Promise<void>
}

export interface Registry {
  /** Keeps the instance registered, over lost leases and restarts of the backend, until closed. */
  register(instance: ServiceInstance): Promise<Registration>
  list(name?: string): Promise<readonly ServiceInstance[]>
  /** Calls `changed` for each event after the state that `list` gave, until `signal` is aborted. */
  watch(changed: (event: RegistryEvent) => void, signal: AbortSignal): Promise<void>
}
