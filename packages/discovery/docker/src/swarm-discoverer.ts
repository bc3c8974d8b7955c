// `dockerswarm_sd_configs`: services, nodes or tasks of a swarm.

import type { SwarmDiscoverySettings } from '@pharos/config'
import { listOf, objectOf, textOf } from '@pharos/http'
import type { Json } from '@pharos/http'
import { createPollingDiscoverer, hostPort, Labels } from '@pharos/model'
import type { PollingDiscoverer } from '@pharos/model'
import { DockerApi, labelPairs } from './docker-api.ts'
import type { Pairs } from './docker-api.ts'
import type { DockerDiscoveryWorld } from './docker-discoverer.ts'

const META = '__meta_dockerswarm_'

/**
 * One group, `DockerSwarm`.
 * @throws UserError `discovery/docker-host`
 * @source discovery/moby/dockerswarm.go, services.go, nodes.go, tasks.go
 */
export function createSwarmDiscoverer(
  settings: SwarmDiscoverySettings,
  world: DockerDiscoveryWorld,
): PollingDiscoverer {
  const api = new DockerApi(settings.host, settings.http, world)
  const { role } = settings
  return createPollingDiscoverer({
    mechanism: 'dockerswarm',
    intervalMs: settings.refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    close: () => api.close(),
    async ask(signal) {
      const targets =
        role === 'nodes'
          ? (await api.list('/nodes', settings.filters, signal)).map((node) =>
              nodeTarget(node, settings.port),
            )
          : role === 'services'
            ? await serviceTargets(api, settings, signal)
            : await taskTargets(api, settings, signal)
      return [{ source: 'DockerSwarm', targets, labels: Labels.EMPTY }]
    },
  })
}

function nodeTarget(node: Json, port: number): Labels {
  const address = textOf(objectOf(node['Status'])['Addr'])
  return Labels.of([...nodeLabels(node), ['__address__', hostPort(address, port)]])
}

function nodeLabels(node: Json): Pairs {
  const spec = objectOf(node['Spec'])
  const about = objectOf(node['Description'])
  const platform = objectOf(about['Platform'])
  const status = objectOf(node['Status'])
  const manager = node['ManagerStatus'] === undefined ? undefined : objectOf(node['ManagerStatus'])
  return [
    [`${META}node_id`, textOf(node['ID'])],
    [`${META}node_hostname`, textOf(about['Hostname'])],
    [`${META}node_address`, textOf(status['Addr'])],
    [`${META}node_availability`, textOf(spec['Availability'])],
    [`${META}node_engine_version`, textOf(objectOf(about['Engine'])['EngineVersion'])],
    [`${META}node_platform_architecture`, textOf(platform['Architecture'])],
    [`${META}node_platform_os`, textOf(platform['OS'])],
    [`${META}node_role`, textOf(spec['Role'])],
    [`${META}node_status`, textOf(status['State'])],
    ...labelPairs(`${META}node_label_`, spec['Labels']),
    ...(manager === undefined
      ? []
      : ([
          [`${META}node_manager_leader`, String(manager['Leader'] === true)],
          [`${META}node_manager_reachability`, textOf(manager['Reachability'])],
          [`${META}node_manager_address`, textOf(manager['Addr'])],
        ] as const)),
  ]
}

async function serviceTargets(
  api: DockerApi,
  settings: SwarmDiscoverySettings,
  signal: AbortSignal,
): Promise<Labels[]> {
  const services = await api.list('/services', settings.filters, signal)
  const networks = await api.networkLabels(META, signal)
  return services.flatMap((service) => {
    const spec = objectOf(service['Spec'])
    const container = objectOf(objectOf(spec['TaskTemplate'])['ContainerSpec'])
    const update = textOf(objectOf(service['UpdateStatus'])['State'])
    const common: Pairs = [
      ...serviceLabels(service),
      [`${META}service_task_container_hostname`, textOf(container['Hostname'])],
      [`${META}service_task_container_image`, textOf(container['Image'])],
      ...(update === '' ? [] : ([[`${META}service_updating_status`, update]] as const)),
    ]
    const endpoint = objectOf(service['Endpoint'])
    const ports = tcpPorts(endpoint['Ports'])
    return listOf(endpoint['VirtualIPs'])
      .map(objectOf)
      .flatMap((virtual) => {
        const ip = withoutMask(textOf(virtual['Addr']))
        const about = [...common, ...(networks.get(textOf(virtual['NetworkID'])) ?? [])]
        if (ports.length === 0)
          return [Labels.of([...about, ['__address__', hostPort(ip, settings.port)]])]
        return ports.map((port) =>
          Labels.of([
            ...about,
            ['__address__', hostPort(ip, textOf(port['PublishedPort']))],
            [`${META}service_endpoint_port_name`, textOf(port['Name'])],
            [`${META}service_endpoint_port_publish_mode`, textOf(port['PublishMode'])],
          ]),
        )
      })
  })
}

function serviceLabels(service: Json): Pairs {
  const spec = objectOf(service['Spec'])
  const mode = objectOf(spec['Mode'])
  const modeName = 'Replicated' in mode ? 'replicated' : 'Global' in mode ? 'global' : ''
  return [
    [`${META}service_id`, textOf(service['ID'])],
    [`${META}service_name`, textOf(spec['Name'])],
    [`${META}service_mode`, modeName],
    ...labelPairs(`${META}service_label_`, spec['Labels']),
  ]
}

async function taskTargets(
  api: DockerApi,
  settings: SwarmDiscoverySettings,
  signal: AbortSignal,
): Promise<Labels[]> {
  const tasks = await api.list('/tasks', settings.filters, signal)
  const services = byId(await api.list('/services', [], signal))
  const nodes = byId(await api.list('/nodes', [], signal))
  const networks = await api.networkLabels(META, signal)
  return tasks.flatMap((task) => {
    const service = services.get(textOf(task['ServiceID'])) ?? {}
    const node = nodes.get(textOf(task['NodeID'])) ?? {}
    const status = objectOf(task['Status'])
    const container = objectOf(objectOf(task['Spec'])['ContainerSpec'])
    const common: Pairs = [
      [`${META}task_id`, textOf(task['ID'])],
      [`${META}task_container_id`, textOf(objectOf(status['ContainerStatus'])['ContainerID'])],
      [`${META}task_desired_state`, textOf(task['DesiredState'])],
      [`${META}task_slot`, textOf(task['Slot'] ?? 0)],
      [`${META}task_state`, textOf(status['State'])],
      ...labelPairs(`${META}container_label_`, container['Labels']),
      ...serviceLabels(service),
      ...nodeLabels(node),
    ]
    const onNode = tcpPorts(objectOf(status['PortStatus'])['Ports']).map((port) =>
      portTarget(port, textOf(objectOf(node['Status'])['Addr']), common),
    )
    const servicePorts = tcpPorts(objectOf(service['Endpoint'])['Ports'])
    const onNetworks = listOf(task['NetworksAttachments'])
      .map(objectOf)
      .flatMap((attachment) => {
        const id = textOf(objectOf(attachment['Network'])['ID'])
        const about = [...common, ...(networks.get(id) ?? [])]
        return listOf(attachment['Addresses']).flatMap((address) => {
          const ip = withoutMask(textOf(address))
          if (servicePorts.length > 0)
            return servicePorts.map((port) => portTarget(port, ip, about))
          return [Labels.of([...about, ['__address__', hostPort(ip, settings.port)]])]
        })
      })
    return [...onNode, ...onNetworks]
  })
}

function portTarget(port: Json, host: string, about: Pairs): Labels {
  return Labels.of([
    ...about,
    ['__address__', hostPort(host, textOf(port['PublishedPort']))],
    [`${META}task_port_publish_mode`, textOf(port['PublishMode'])],
  ])
}

function tcpPorts(ports: unknown): readonly Json[] {
  return listOf(ports)
    .map(objectOf)
    .filter((port) => port['Protocol'] === 'tcp')
}

function byId(list: readonly Json[]): ReadonlyMap<string, Json> {
  return new Map(list.map((one) => [textOf(one['ID']), one]))
}

function withoutMask(address: string): string {
  return address.split('/', 1)[0]!
}
