// `docker_sd_configs`: a target for each network and TCP port of each container.

import type { Clock, Disk, Logger, Net } from '@pharos/base'
import type { DockerDiscoverySettings } from '@pharos/config'
import { listOf, objectOf, textOf } from '@pharos/http'
import type { Json } from '@pharos/http'
import { createPollingDiscoverer, hostPort, Labels } from '@pharos/model'
import type { PollingDiscoverer } from '@pharos/model'
import { DockerApi, labelPairs } from './docker-api.ts'
import type { Pairs } from './docker-api.ts'

export interface DockerDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

const META = '__meta_docker_'

/**
 * One group, `Docker`.
 * @throws UserError `discovery/docker-host`
 * @source discovery/moby/docker.go
 */
export function createDockerDiscoverer(
  settings: DockerDiscoverySettings,
  world: DockerDiscoveryWorld,
): PollingDiscoverer {
  const api = new DockerApi(settings.host, settings.http, world)
  return createPollingDiscoverer({
    mechanism: 'docker',
    intervalMs: settings.refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    close: () => api.close(),
    async ask(signal) {
      const containers = await api.list('/containers/json', settings.filters, signal)
      const networkLabels = await api.networkLabels(META, signal)
      const byId = new Map(containers.map((one) => [textOf(one['Id']), one]))
      const targets = containers.flatMap((one) => targetsOf(one, byId, networkLabels, settings))
      return [{ source: 'Docker', targets, labels: Labels.EMPTY }]
    },
  })
}

function targetsOf(
  container: Json,
  byId: ReadonlyMap<string, Json>,
  networkLabels: ReadonlyMap<string, Pairs>,
  settings: DockerDiscoverySettings,
): Labels[] {
  const name = textOf(listOf(container['Names'])[0])
  if (name === '') return []
  const mode = textOf(objectOf(container['HostConfig'])['NetworkMode'])
  const common: Pairs = [
    [`${META}container_id`, textOf(container['Id'])],
    [`${META}container_name`, name],
    [`${META}container_network_mode`, mode],
    ...labelPairs(`${META}container_label_`, container['Labels']),
  ]
  return networksOf(container, byId, settings.matchFirstNetwork).flatMap((network) => {
    const ip = textOf(network['IPAddress']) || textOf(network['GlobalIPv6Address'])
    const about: Pairs = [
      [`${META}network_ip`, ip],
      ...common,
      ...(networkLabels.get(textOf(network['NetworkID'])) ?? []),
    ]
    const ports = listOf(container['Ports'])
      .map(objectOf)
      .filter((port) => port['Type'] === 'tcp')
    if (ports.length > 0) return ports.map((port) => portTarget(port, ip, about))
    // Containers on the host's own network have no ports of theirs.
    const address = mode === 'host' ? settings.hostNetworkingHost : hostPort(ip, settings.port)
    return [Labels.of([...about, ['__address__', address]])]
  })
}

function portTarget(port: Json, ip: string, about: Pairs): Labels {
  const privatePort = textOf(port['PrivatePort'])
  const isPublic = Number(port['PublicPort'] ?? 0) > 0
  return Labels.of([
    ...about,
    ['__address__', hostPort(ip, privatePort)],
    [`${META}port_private`, privatePort],
    ...(isPublic
      ? ([
          [`${META}port_public`, textOf(port['PublicPort'])],
          [`${META}port_public_ip`, textOf(port['IP'])],
        ] as const)
      : []),
  ])
}

/** The networks of a container, or of the one whose network it shares. */
function networksOf(
  container: Json,
  byId: ReadonlyMap<string, Json>,
  isFirstOnly: boolean,
): readonly Json[] {
  let one: Json | undefined = container
  let networks = Object.entries(networksField(one))
  const seen = new Set<Json>()
  while (networks.length === 0 && one !== undefined && !seen.has(one)) {
    seen.add(one)
    const mode: string = textOf(objectOf(one['HostConfig'])['NetworkMode'])
    one = mode.startsWith('container:') ? byId.get(mode.slice('container:'.length)) : undefined
    if (one !== undefined) networks = Object.entries(networksField(one))
  }
  networks.sort(([a], [b]) => (a < b ? -1 : 1))
  const chosen = isFirstOnly && networks.length > 1 ? networks.slice(0, 1) : networks
  return chosen.map(([, network]) => objectOf(network))
}

function networksField(container: Json): Json {
  return objectOf(objectOf(container['NetworkSettings'])['Networks'])
}
