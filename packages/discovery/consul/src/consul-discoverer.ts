// `consul_sd_configs`: the catalog's services, each with its instances and their health.

import type { Clock, Disk, Logger, Net } from '@pharos/base'
import type { ConsulDiscoverySettings } from '@pharos/config'
import { createHttpClient, listOf, objectOf, pairsOf, requestJson, textOf } from '@pharos/http'
import type { HttpClient, Json } from '@pharos/http'
import { createPollingDiscoverer, hostPort, Labels, metaName } from '@pharos/model'
import type { PollingDiscoverer, TargetGroup } from '@pharos/model'
import { REQUESTS_AT_ONCE, SERVICES_MAX } from './limits.ts'

interface ConsulDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

const META = '__meta_consul_'

/**
 * One group for each service, with its name as source.
 * @source discovery/consul
 */
export function createConsulDiscoverer(
  settings: ConsulDiscoverySettings,
  world: ConsulDiscoveryWorld,
): PollingDiscoverer {
  const client = createHttpClient(world, { settings: settings.http, disk: world.disk })
  const consul = new Consul(settings, client)
  return createPollingDiscoverer({
    mechanism: 'consul',
    intervalMs: settings.refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    close: () => client.close(),
    ask: (signal) => consul.groups(signal),
  })
}

class Consul {
  readonly #settings: ConsulDiscoverySettings
  readonly #client: HttpClient
  /** Asked of the agent once, when the configuration names none. */
  #datacenter: string

  constructor(settings: ConsulDiscoverySettings, client: HttpClient) {
    this.#settings = settings
    this.#client = client
    this.#datacenter = settings.datacenter
  }

  async groups(signal: AbortSignal): Promise<readonly TargetGroup[]> {
    if (this.#datacenter === '') {
      const agent = objectOf(await this.#asked('/v1/agent/self', [], signal))
      this.#datacenter = textOf(objectOf(agent['Config'])['Datacenter'])
    }
    const names = await this.#serviceNames(signal)
    const groups: TargetGroup[] = []
    for (let i = 0; i < names.length; i += REQUESTS_AT_ONCE) {
      const some = names.slice(i, i + REQUESTS_AT_ONCE)
      groups.push(...(await Promise.all(some.map((name) => this.#group(name, signal)))))
    }
    return groups.filter((group) => group.targets.length > 0)
  }

  async #serviceNames(signal: AbortSignal): Promise<readonly string[]> {
    const { services, tags, nodeMeta, filter } = this.#settings
    // Names without tags need no catalog.
    if (services.length > 0 && tags.length === 0) return services
    const query: [string, string][] = nodeMeta.map(([key, value]) => [
      'node-meta',
      `${key}:${value}`,
    ])
    if (filter !== '') query.push(['filter', filter])
    const catalog = objectOf(await this.#asked('/v1/catalog/services', query, signal))
    return Object.entries(catalog)
      .filter(([name]) => services.length === 0 || services.includes(name))
      .filter(([, has]) => tags.every((tag) => listOf(has).includes(tag)))
      .map(([name]) => name)
      .slice(0, SERVICES_MAX)
  }

  async #group(name: string, signal: AbortSignal): Promise<TargetGroup> {
    const { tags, nodeMeta, healthFilter } = this.#settings
    const query: [string, string][] = [
      ...tags.map((tag): [string, string] => ['tag', tag]),
      ...nodeMeta.map(([key, value]): [string, string] => ['node-meta', `${key}:${value}`]),
    ]
    if (healthFilter !== '') query.push(['filter', healthFilter])
    const path = `/v1/health/service/${encodeURIComponent(name)}`
    const entries = listOf(await this.#asked(path, query, signal))
    return {
      source: name,
      labels: Labels.of([
        [`${META}service`, name],
        [`${META}dc`, this.#datacenter],
      ]),
      targets: entries.map((entry) => targetOf(objectOf(entry), this.#settings.tagSeparator)),
    }
  }

  async #asked(
    path: string,
    query: readonly (readonly [string, string])[],
    signal: AbortSignal,
  ): Promise<unknown> {
    const { url, datacenter, namespace, partition, allowStale, token } = this.#settings
    const parameters = new URLSearchParams()
    if (datacenter !== '') parameters.set('dc', datacenter)
    if (namespace !== '') parameters.set('ns', namespace)
    if (partition !== '') parameters.set('partition', partition)
    if (allowStale) parameters.set('stale', '')
    for (const [name, value] of query) parameters.append(name, value)
    const { value } = await requestJson(this.#client, {
      url: `${url}${path}?${parameters.toString()}`,
      ...(token === '' ? {} : { privateHeaders: [['X-Consul-Token', token]] }),
      signal,
    })
    return value
  }
}

function targetOf(entry: Json, separator: string): Labels {
  const node = objectOf(entry['Node'])
  const service = objectOf(entry['Service'])
  const tags = listOf(service['Tags']).map(textOf)
  const address = textOf(service['Address']) || textOf(node['Address'])
  const pairs: [string, string][] = [
    ['__address__', hostPort(address, textOf(service['Port']))],
    [`${META}address`, textOf(node['Address'])],
    [`${META}node`, textOf(node['Node'])],
    [`${META}namespace`, textOf(service['Namespace'])],
    [`${META}partition`, textOf(service['Partition'])],
    // A separator at both ends lets a rule match a whole tag.
    [`${META}tags`, `${separator}${tags.join(separator)}${separator}`],
    [`${META}service_address`, textOf(service['Address'])],
    [`${META}service_port`, textOf(service['Port'])],
    [`${META}service_id`, textOf(service['ID'])],
    [`${META}health`, healthOf(listOf(entry['Checks']))],
  ]
  for (const [key, value] of pairsOf(node['Meta']))
    pairs.push([metaName(`${META}metadata_`, key), value])
  for (const [key, value] of pairsOf(service['Meta']))
    pairs.push([metaName(`${META}service_metadata_`, key), value])
  for (const [key, value] of pairsOf(node['TaggedAddresses']))
    pairs.push([metaName(`${META}tagged_address_`, key), value])
  return Labels.from(Object.fromEntries(pairs))
}

/** The worst of all checks. @source consul api HealthChecks.AggregatedStatus */
function healthOf(checks: readonly unknown[]): string {
  let worst = 'passing'
  for (const check of checks.map(objectOf)) {
    const id = textOf(check['CheckID'])
    if (id === '_node_maintenance' || id.startsWith('_service_maintenance:')) return 'maintenance'
    const status = textOf(check['Status'])
    if (status === 'critical' || (status === 'warning' && worst === 'passing')) worst = status
  }
  return worst
}
