// What discovery knows of an instance, as labels.

import type { FoundService } from './service-watch.ts'
import type { ServiceInstance } from './service-instance.ts'

/** Label sets of one instance are bounded: a router may have a thousand routes. */
const ROUTE_LABELS_MAX = 100

/** `host:port`, an IPv6 host in brackets. */
export function addressOf({ host, port }: Pick<ServiceInstance, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Meta labels, sorted by name: `__meta_etcd_key`, `__meta_service_name`, `_id`, `_host`, `_port`, `_lease_ttl`,
 * `_route_<path>` with the path's methods, `_metadata_<key>`.
 */
export function serviceLabels({ key, instance }: FoundService): (readonly [string, string])[] {
  const labels = new Map<string, string>([
    ['__meta_etcd_key', key],
    ['__meta_service_host', instance.host],
    ['__meta_service_id', instance.id],
    ['__meta_service_lease_ttl', String(instance.leaseTime)],
    ['__meta_service_name', instance.name],
    ['__meta_service_port', String(instance.port)],
  ])
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of instance.routes) {
    const name = `__meta_service_route_${labelPart(path.replace(/^\//, ''))}`
    const known = methods.get(name)
    if (known !== undefined) known.add(method)
    else if (methods.size < ROUTE_LABELS_MAX) methods.set(name, new Set([method]))
  }
  for (const [name, known] of methods) labels.set(name, [...known].sort().join(','))
  for (const [name, value] of Object.entries(instance.metadata))
    labels.set(`__meta_service_metadata_${labelPart(name)}`, value)
  return [...labels]
    .map(([name, value]) => [name, value.toWellFormed()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What may stand in a label name; everything else becomes an underscore, as the reference does it. */
function labelPart(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, '_').slice(0, 200)
}
