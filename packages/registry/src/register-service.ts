// One line in a service: register, and keep registered.

import type { TlsClientOptions, World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { EtcdClient } from './etcd-client.ts'
import { LEASE_SECONDS_DEFAULT } from './limits.ts'
import { register } from './registration.ts'
import type { Registration, RegistrationEvent } from './registration.ts'
import type { Language } from './registration-messages.ts'
import type { ServiceInstance, ServiceRoute } from './service-instance.ts'

export interface ServiceDescription {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  /** s; 5 when missing. */
  readonly leaseTime?: number
  readonly routes?: readonly ServiceRoute[]
  readonly metadata?: Readonly<Record<string, string>>
}

export interface RegisterOptions {
  /** `http://127.0.0.1:2379` when missing. */
  readonly endpoints?: readonly string[]
  readonly username?: string
  readonly password?: string
  /** PEM texts, for https endpoints. */
  readonly tls?: TlsClientOptions
  readonly prefix?: string
  /** Of the log lines. */
  readonly language?: Language
  readonly onEvent?: (event: RegistrationEvent) => void
  /** Clock, net, random and log; the real ones when missing. */
  readonly world?: Pick<World, 'clock' | 'net' | 'random' | 'log'>
}

/**
 * Registers a service as `/service/{name}/{id}` and keeps it registered until `close()`. Does not wait for the
 * registry: a service must start without it. `registered` resolves when it is in.
 *
 * @throws UserError `registry/service`, `registry/endpoint`
 * @source seeds/000, service registration
 */
export function registerService(
  service: ServiceDescription,
  options: RegisterOptions = {},
): Registration {
  const { clock, net, random, log } = options.world ?? realWorld()
  const { username, password, tls } = options
  const client = new EtcdClient({
    net,
    clock,
    endpoints: options.endpoints ?? ['http://127.0.0.1:2379'],
    ...(username === undefined
      ? {}
      : { credentials: async () => ({ username, password: password ?? '' }) }),
    ...(tls === undefined ? {} : { tls: async () => tls }),
  })
  const registration = register(instanceOf(service), {
    client,
    clock,
    random,
    log,
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
    ...(options.language === undefined ? {} : { language: options.language }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  })
  return {
    key: registration.key,
    registered: registration.registered,
    get isRegistered() {
      return registration.isRegistered
    },
    async close() {
      await registration.close()
      client.close()
    },
  }
}

function instanceOf(service: ServiceDescription): ServiceInstance {
  return {
    id: service.id,
    name: service.name,
    host: service.host,
    port: service.port,
    leaseTime: service.leaseTime ?? LEASE_SECONDS_DEFAULT,
    routes: service.routes ?? [],
    metadata: service.metadata ?? {},
  }
}
