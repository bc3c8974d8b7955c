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
  const found: Discoverer[] = []
  if (settings.staticGroups.length > 0) found.push(createStaticDiscoverer(settings.staticGroups))
  for (const one of settings.fileDiscoveries) found.push(createFileDiscoverer(one, world))
  for (const one of settings.etcdDiscoveries) found.push(createEtcdDiscoverer(one, world))
  const { backends } = settings
  for (const one of backends.http) found.push(createHttpDiscoverer(one, world))
  for (const one of backends.dns) found.push(createDnsDiscoverer(one, world))
  for (const one of backends.consul) found.push(createConsulDiscoverer(one, world))
  for (const one of backends.nacos) found.push(createNacosDiscoverer(one, world))
  for (const one of backends.docker) found.push(createDockerDiscoverer(one, world))
  for (const one of backends.dockerswarm) found.push(createSwarmDiscoverer(one, world))
  for (const one of backends.kubernetes) found.push(createKubernetesDiscoverer(one, world))
  return found
}
