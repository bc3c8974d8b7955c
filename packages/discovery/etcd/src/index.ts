export { createEtcdDiscoverer } from './etcd-discoverer.ts'
export type { EtcdDiscoverer, EtcdDiscoveryStats } from './etcd-discoverer.ts'
