export type { Registration, Registry, RegistryEvent, ServiceInstance } from './registry.ts'
