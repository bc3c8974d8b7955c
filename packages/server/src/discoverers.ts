import type { World } from '@pharos/base'
import type { ScrapeSettings } from '@pharos/config'
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
  return found
}
