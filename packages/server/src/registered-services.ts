// Services as people see them: what discovery says of each target's service, gathered by name, with what the scrape and
// the health check say of each instance.
import type { ServiceInstanceStatus, ServiceStatus } from '@pharos/api'
import type { Clock, Timer, World } from '@pharos/base'
import type { Labels } from '@pharos/model'
import { type Checked, HealthMonitor, readHealthCheck } from '@pharos/registry'
import type { ScrapePoolStatus, TargetStatus } from '@pharos/scrape'

/** Names of the service, of its instance: etcd and our registry, Consul, Nacos, Kubernetes, Swarm. */
const NAMES = [
  ['__meta_service_name', '__meta_service_id'],
  ['__meta_consul_service', '__meta_consul_service_id'],
  ['__meta_nacos_service', '__meta_nacos_instance_id'],
  ['__meta_kubernetes_service_name', '__meta_kubernetes_pod_name'],
  ['__meta_dockerswarm_service_name', '__meta_dockerswarm_task_id'],
] as const

const ROUTE = '__meta_service_route_'
const METADATA = '__meta_service_metadata_'
const HEALTH = `${METADATA}health`

/** How often the health checks learn who is there, ms. */
const LOOK_MS = 2_000

type Pools = () => readonly ScrapePoolStatus[]

export class RegisteredServices {
  readonly #pools: Pools
  readonly #clock: Clock
  readonly #monitor: HealthMonitor
  #timer: Timer | undefined

  constructor(world: World, pools: Pools) {
    this.#pools = pools
    this.#clock = world.clock
    this.#monitor = new HealthMonitor(world)
    this.#look()
  }

  /** By name; instances by id. An instance that several jobs scrape stands there once, as the first job has it. */
  list(): readonly ServiceStatus[] {
    const services = new Map<string, Map<string, ServiceInstanceStatus>>()
    for (const { active } of this.#pools()) {
      for (const target of active) {
        const found = instanceIn(target.discoveredLabels)
        if (found === undefined) continue
        const { name, key } = found
        const instances = services.get(name) ?? new Map<string, ServiceInstanceStatus>()
        services.set(name, instances)
        if (!instances.has(key)) instances.set(key, this.#status(target, found))
      }
    }
    const byName = [...services].sort(([a], [b]) => (a < b ? -1 : 1))
    return byName.map(([name, instances]) => ({
      name,
      instances: [...instances.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    }))
  }

  close(): void {
    this.#timer?.cancel()
    this.#monitor.close()
  }

  #look(): void {
    this.#monitor.follow(checkedIn(this.#pools()))
    this.#timer = this.#clock.after(LOOK_MS, () => this.#look())
  }

  #status(target: TargetStatus, { key, id }: FoundInstance): ServiceInstanceStatus {
    const labels = target.discoveredLabels
    const lease = labels.get('__meta_service_lease_ttl')
    const text = labels.get(HEALTH)
    const health = this.#monitor.status(key)
    const check = text === '' ? undefined : readHealthCheck(text)
    return {
      id,
      address: labels.get('__address__'),
      leaseSeconds: lease === '' ? undefined : Number(lease),
      routes: [...labels]
        .filter(([name]) => name.startsWith(ROUTE))
        .map(([name, methods]) => ({ path: `/${name.slice(ROUTE.length)}`, methods })),
      metadata: [...labels]
        .filter(([name]) => name.startsWith(METADATA))
        .map(([name, value]) => [name.slice(METADATA.length), value] as const),
      check:
        check === undefined
          ? undefined
          : {
              text,
              state: health?.state ?? 'unknown',
              failures: health?.failures ?? 0,
              lastError: typeof check === 'string' ? check : (health?.lastError ?? ''),
              lastCheckMs: health?.lastCheckMs,
              latencyMs: health?.latencyMs ?? 0,
            },
      target,
    }
  }
}

interface FoundInstance {
  readonly name: string
  readonly id: string
  readonly key: string
}

function instanceIn(labels: Labels): FoundInstance | undefined {
  const names = NAMES.find(([name]) => labels.get(name) !== '')
  if (names === undefined) return undefined
  const name = labels.get(names[0])
  const id = labels.get(names[1])
  return { name, id, key: JSON.stringify([name, id, labels.get('__address__')]) }
}

function* checkedIn(pools: readonly ScrapePoolStatus[]): Iterable<Checked> {
  for (const { active } of pools) {
    for (const { discoveredLabels: labels } of active) {
      const text = labels.get(HEALTH)
      if (text === '') continue
      const check = readHealthCheck(text)
      const found = instanceIn(labels)
      if (typeof check === 'string' || found === undefined) continue
      const host = labels.get('__meta_service_host')
      const port = Number(labels.get('__meta_service_port'))
      if (host !== '' && port > 0) yield { key: found.key, host, port, check }
    }
  }
}
