// How a service says where its registry is.

import type { TlsClientOptions, World } from '@pharos/base'
import { EtcdClient } from './etcd-client.ts'

export interface EtcdAccess {
  /** `http://127.0.0.1:2379` when missing. */
  readonly endpoints?: readonly string[]
  readonly username?: string
  readonly password?: string
  /** PEM texts, for https endpoints. */
  readonly tls?: TlsClientOptions
  /** Clock, net, random and log; the real ones when missing. */
  readonly world?: Pick<World, 'clock' | 'net' | 'random' | 'log'>
}

/** @throws UserError `registry/endpoint` */
export function etcdClientOf(
  access: EtcdAccess,
  { net, clock }: Pick<World, 'clock' | 'net'>,
): EtcdClient {
  const { username, password, tls } = access
  return new EtcdClient({
    net,
    clock,
    endpoints: access.endpoints ?? ['http://127.0.0.1:2379'],
    ...(username === undefined
      ? {}
      : { credentials: async () => ({ username, password: password ?? '' }) }),
    ...(tls === undefined ? {} : { tls: async () => tls }),
  })
}
