import type { World } from '@pharos/base'
import type { ScrapeSettings } from '@pharos/config'
import { createConsulDiscoverer } from '@pharos/discovery-consul'
import { createDnsDiscoverer } from '@pharos/discovery-dns'
import { createDockerDiscoverer, createSwarmDiscoverer } from '@pharos/discovery-docker'
import { createHttpDiscoverer } from '@pharos/discovery-http'
import { createKubernetesDiscoverer } from '@pharos/discovery-kubernetes'
import { createNacosDiscoverer } from '@pharos/discovery-nacos'
import { createEtcdDiscoverer } from '@pharos/discovery-etcd'
import { createFileDiscoverer } from '@pharos/discovery-file'
import { createStaticDiscoverer } from '@pharos/discovery-static'
import type { Discoverer } from '@pharos/model'

/** The discoverers of one scrape configuration. A new mechanism is one line here. */
export function discoverersOf(settings: ScrapeSettings, world: World): Discoverer[] {
  const { staticGroups, backends } = settings
  const each = <T>(
    kind: string,
    all: readonly T[],
    make: (one: T, world: World) => Discoverer,
  ): Discoverer[] => all.map((one) => identified(kind, one, make(one, world)))
  return [
    // What stands in the file is known at once: its identity says nothing of what it holds.
    ...(staticGroups.length === 0
      ? []
      : [identified('static', '', createStaticDiscoverer(staticGroups))]),
    ...each('file', settings.fileDiscoveries, createFileDiscoverer),
    ...each('etcd', settings.etcdDiscoveries, createEtcdDiscoverer),
    ...each('http', backends.http, createHttpDiscoverer),
    ...each('dns', backends.dns, createDnsDiscoverer),
    ...each('consul', backends.consul, createConsulDiscoverer),
    ...each('nacos', backends.nacos, createNacosDiscoverer),
    ...each('docker', backends.docker, createDockerDiscoverer),
    ...each('dockerswarm', backends.dockerswarm, createSwarmDiscoverer),
    ...each('kubernetes', backends.kubernetes, createKubernetesDiscoverer),
  ]
}

function identified(kind: string, settings: unknown, discoverer: Discoverer): Discoverer {
  return {
    identity: `${kind} ${JSON.stringify(settings)}`,
    run: (found, signal) => discoverer.run(found, signal),
  }
}
