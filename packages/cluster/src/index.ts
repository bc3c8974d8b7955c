export { Cluster } from './cluster.ts'
export type { ClusterState, Member } from './cluster.ts'
export { staticShard } from './rendezvous.ts'
export type { SharedState } from './shared-state.ts'
