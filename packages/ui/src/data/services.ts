// Registered services: what discovery says of each target's service, gathered by name.
import type { ActiveTarget, Health, TargetsData } from './api-types.ts'
import { everyWordIn, wordsOf } from './search.ts'

export interface ServiceRoute {
  /** As a label can hold it: what may not stand in a name is `_`. */
  readonly path: string
  readonly methods: string
}

export interface ServiceEntry {
  readonly id: string
  readonly address: string
  readonly health: Health
  readonly lastError: string
  /** Seconds; undefined for registries without leases. */
  readonly leaseSeconds: number | undefined
  readonly routes: readonly ServiceRoute[]
  readonly metricsUrl: string
}

export interface ServiceGroup {
  readonly name: string
  readonly up: number
  readonly entries: readonly ServiceEntry[]
}

/** Names of the service, of its instance: etcd and our registry, Consul, Nacos, Kubernetes, Swarm. */
const NAMES = [
  ['__meta_service_name', '__meta_service_id'],
  ['__meta_consul_service', '__meta_consul_service_id'],
  ['__meta_nacos_service', '__meta_nacos_instance_id'],
  ['__meta_kubernetes_service_name', '__meta_kubernetes_pod_name'],
  ['__meta_dockerswarm_service_name', '__meta_dockerswarm_task_id'],
] as const

const ROUTE = '__meta_service_route_'

/** Services by name, their instances by id; targets that belong to none are left out. */
export function serviceGroups(data: TargetsData, filter: string): readonly ServiceGroup[] {
  const words = wordsOf(filter)
  const groups = new Map<string, ServiceEntry[]>()
  for (const target of data.activeTargets) {
    const labels = target.discoveredLabels
    const names = NAMES.find(([name]) => labels[name] !== undefined)
    if (names === undefined) continue
    const name = labels[names[0]]!
    const entry = entryOf(target, labels[names[1]] ?? '')
    const text = `${name} ${entry.id} ${entry.address} ${entry.lastError}`.toLowerCase()
    if (!everyWordIn(words, text)) continue
    const entries = groups.get(name)
    if (entries === undefined) groups.set(name, [entry])
    else entries.push(entry)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entries]) => ({
      name,
      up: entries.filter(({ health }) => health === 'up').length,
      entries: entries.sort((a, b) => (a.id < b.id ? -1 : 1)),
    }))
}

function entryOf(target: ActiveTarget, id: string): ServiceEntry {
  const labels = target.discoveredLabels
  const lease = labels['__meta_service_lease_ttl']
  const routes = Object.entries(labels)
    .filter(([name]) => name.startsWith(ROUTE))
    .map(([name, methods]) => ({ path: `/${name.slice(ROUTE.length)}`, methods }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    id,
    address: labels['__address__'] ?? '',
    health: target.health,
    lastError: target.lastError,
    leaseSeconds: lease === undefined ? undefined : Number(lease),
    routes,
    metricsUrl: target.globalUrl,
  }
}
