// One line in a service: register, and keep registered.

import { realWorld } from '@pharos/base/node'
import { etcdClientOf } from './etcd-access.ts'
import type { EtcdAccess } from './etcd-access.ts'
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

export interface RegisterOptions extends EtcdAccess {
  readonly prefix?: string
  /** Of the log lines. */
  readonly language?: Language
  readonly onEvent?: (event: RegistrationEvent) => void
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
  const world = options.world ?? realWorld()
  const { clock, random, log } = world
  const client = etcdClientOf(options, world)
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
