export { startRegistry } from './registry-service.ts'
export type { RegistryServer, RegistryServerOptions } from './registry-service.ts'
export type { RegistryUser } from './registry-api.ts'
