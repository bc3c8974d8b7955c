export { createFileDiscoverer } from './file-discoverer.ts'
export type { FileDiscoverer, FileDiscoveryStats, FileDiscoveryWorld } from './file-discoverer.ts'
