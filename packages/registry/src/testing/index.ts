export { SimRegistry } from './sim-registry.ts'
export { registryContract } from './registry.contract.ts'
export type { SimRegistryOptions } from './sim-registry.ts'
export type { RegistryCase } from './registry.contract.ts'
