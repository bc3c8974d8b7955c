export { EtcdClient } from './etcd-client.ts'
export { EtcdError } from './etcd-errors.ts'
export { register } from './registration.ts'
export { registerService } from './register-service.ts'
export { instanceJson, readInstance, serviceKey, SERVICE_PREFIX } from './service-instance.ts'
export { advertisedAddresses } from './advertised-addresses.ts'
export { recordRoutes, routesOf } from './routes-of.ts'
export { loadServiceConfig, readServiceConfig } from './service-config.ts'
export { addressOf, serviceLabels } from './service-labels.ts'
export { ServiceWatch } from './service-watch.ts'
export { bridgeTargets, targetFileText } from './target-file.ts'
export type { EtcdClientOptions, KeyRange } from './etcd-client.ts'
export type { KeyValue, ResponseHeader, WatchEvent } from './etcd-wire.ts'
export type { WatchOptions } from './etcd-watch.ts'
export type { Registration, RegistrationEvent, RegistrationOptions } from './registration.ts'
export type { Language } from './registration-messages.ts'
export type { FastifyLike } from './routes-of.ts'
export type { ServiceConfig, ServiceConfigOptions } from './service-config.ts'
export type { RegisterOptions, ServiceDescription } from './register-service.ts'
export type { BridgeOptions } from './target-file.ts'
export type { ServiceInstance, ServiceRoute } from './service-instance.ts'
export type {
  FoundService,
  ServiceChange,
  ServiceWatchOptions,
  ServiceWatchStats,
} from './service-watch.ts'
