import { PLAIN_HTTP_CLIENT, silentLogger, UserError } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import type { DockerDiscoverySettings, SwarmDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import { serveHttp } from '@pharos/http/testing'
import type { SimRequest } from '@pharos/http/testing'
import type { Discoverer } from '@pharos/model'
import { expect, test } from 'vitest'
import { createDockerDiscoverer } from './docker-discoverer.ts'
import { createSwarmDiscoverer } from './swarm-discoverer.ts'

const DOCKER: DockerDiscoverySettings = {
  host: 'tcp://docker:2375',
  port: 80,
  filters: [],
  hostNetworkingHost: 'localhost',
  matchFirstNetwork: true,
  refreshIntervalMs: 60_000,
  http: PLAIN_HTTP_CLIENT,
}

type Answers = Readonly<Record<string, readonly object[]>>

function world(answers: () => Answers | undefined) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const requests: SimRequest[] = []
  serveHttp(net, 'docker:2375', (request) => {
    requests.push(request)
    const body = answers()?.[request.path.split('?', 1)[0]!]
    return body === undefined
      ? { status: '500 Internal Server Error' }
      : { body: JSON.stringify(body) }
  })
  return { clock, requests, world: { clock, net, disk: new SimDisk({ clock }), log: silentLogger } }
}

const network = { Id: 'N1', Name: 'front', Scope: 'local', Internal: true, Labels: { 'a.b': 'c' } }

function container(name: string, changed: object = {}): object {
  return {
    Id: `id-${name}`,
    Names: [`/${name}`],
    Labels: { 'com.team': 'x' },
    Ports: [
      { PrivatePort: 9_100, Type: 'tcp' },
      { PrivatePort: 53, Type: 'udp' },
    ],
    HostConfig: { NetworkMode: 'front' },
    NetworkSettings: { Networks: { front: { NetworkID: 'N1', IPAddress: `10.0.0.${name}` } } },
    ...changed,
  }
}

discovererContract('docker', async () => {
  const containers = [container('1'), container('2')]
  let isBroken = false
  const made = world(() =>
    isBroken ? undefined : { '/containers/json': containers, '/networks': [network] },
  )
  return {
    discoverer: createDockerDiscoverer(DOCKER, made.world),
    settle: () => made.clock.advance(60_000),
    addresses: ['10.0.0.1:9100', '10.0.0.2:9100'],
    fail: async () => void (isBroken = true),
    add: async () =>
      void containers.push(
        container('added', {
          Ports: [{ PrivatePort: 1, Type: 'tcp' }],
          NetworkSettings: { Networks: { front: { NetworkID: 'N1', IPAddress: 'added' } } },
        }),
      ),
  }
})

async function targets(
  make: (at: ReturnType<typeof world>['world']) => Discoverer,
  answers: Answers,
): Promise<{ labels: Record<string, string>[]; requests: readonly SimRequest[] }> {
  const made = world(() => answers)
  const labels: Record<string, string>[] = []
  const stop = new AbortController()
  const done = make(made.world).run((groups) => {
    for (const group of groups) labels.push(...group.targets.map((one) => one.toObject()))
  }, stop.signal)
  await made.clock.advance(1_000)
  stop.abort()
  await done
  return { labels, requests: made.requests }
}

const docker = (containers: readonly object[], changed: Partial<DockerDiscoverySettings> = {}) =>
  targets((at) => createDockerDiscoverer({ ...DOCKER, ...changed }, at), {
    '/containers/json': containers,
    '/networks': [network],
  })

test('a container has the meta labels of the reference, one target a TCP port', async () => {
  const { labels, requests } = await docker(
    [
      container('7', {
        Ports: [{ PrivatePort: 9_100, PublicPort: 19_100, IP: '0.0.0.0', Type: 'tcp' }],
      }),
    ],
    { filters: [{ name: 'status', values: ['running'] }] },
  )
  expect(labels).toEqual([
    {
      __address__: '10.0.0.7:9100',
      __meta_docker_container_id: 'id-7',
      __meta_docker_container_label_com_team: 'x',
      __meta_docker_container_name: '/7',
      __meta_docker_container_network_mode: 'front',
      __meta_docker_network_id: 'N1',
      __meta_docker_network_ingress: 'false',
      __meta_docker_network_internal: 'true',
      __meta_docker_network_ip: '10.0.0.7',
      __meta_docker_network_label_a_b: 'c',
      __meta_docker_network_name: 'front',
      __meta_docker_network_scope: 'local',
      __meta_docker_port_private: '9100',
      __meta_docker_port_public: '19100',
      __meta_docker_port_public_ip: '0.0.0.0',
    },
  ])
  expect(decodeURIComponent(requests[0]!.path)).toBe(
    '/containers/json?filters={"status":["running"]}',
  )
})

test('without TCP ports the configured one is taken; the host’s network has a name of its own', async () => {
  const addresses = async (one: object, changed?: Partial<DockerDiscoverySettings>) =>
    (await docker([one], changed)).labels.map((labels) => labels['__address__'])
  expect(await addresses(container('1', { Ports: [] }))).toEqual(['10.0.0.1:80'])
  const onHost = container('1', {
    Ports: [],
    HostConfig: { NetworkMode: 'host' },
    NetworkSettings: { Networks: { host: { NetworkID: 'N1', IPAddress: '' } } },
  })
  expect(await addresses(onHost)).toEqual(['localhost'])
  const v6 = container('1', {
    NetworkSettings: { Networks: { a: { IPAddress: '', GlobalIPv6Address: '2001:db8::2' } } },
  })
  expect(await addresses(v6)).toEqual(['[2001:db8::2]:9100'])
  const two = container('1', {
    NetworkSettings: { Networks: { b: { IPAddress: '2' }, a: { IPAddress: '1' } } },
  })
  expect(await addresses(two)).toEqual(['1:9100'])
  expect(await addresses(two, { matchFirstNetwork: false })).toEqual(['1:9100', '2:9100'])
  expect(await addresses(container('1', { Names: [] }))).toEqual([])
})

test('a container in the network of another has its addresses, and a ring of them has none', async () => {
  const sharing = (name: string, with_: string): object =>
    container(name, {
      HostConfig: { NetworkMode: `container:id-${with_}` },
      NetworkSettings: { Networks: {} },
    })
  const { labels } = await docker([
    container('1'),
    sharing('2', '1'),
    sharing('3', '4'),
    sharing('4', '3'),
  ])
  expect(labels.map((one) => [one['__meta_docker_container_name'], one['__address__']])).toEqual([
    ['/1', '10.0.0.1:9100'],
    ['/2', '10.0.0.1:9100'],
  ])
})

test('a host that is no URL of docker ends with what it wants', () => {
  const { world: at } = world(() => ({}))
  expect(() => createDockerDiscoverer({ ...DOCKER, host: 'docker:1' }, at)).toThrow(UserError)
})

const SWARM: SwarmDiscoverySettings = { ...DOCKER, role: 'tasks' }

const answers: Answers = {
  '/networks': [network],
  '/nodes': [
    {
      ID: 'n1',
      Spec: { Role: 'manager', Availability: 'active', Labels: { rack: '1' } },
      Description: {
        Hostname: 'host-1',
        Platform: { Architecture: 'x86_64', OS: 'linux' },
        Engine: { EngineVersion: '19.03' },
      },
      Status: { State: 'ready', Addr: '192.168.0.1' },
      ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: '192.168.0.1:2377' },
    },
  ],
  '/services': [
    {
      ID: 's1',
      Spec: {
        Name: 'web',
        Labels: {},
        Mode: { Replicated: { Replicas: 1 } },
        TaskTemplate: { ContainerSpec: { Image: 'web:1', Hostname: 'w' } },
      },
      Endpoint: {
        Ports: [{ Name: 'http', Protocol: 'tcp', PublishedPort: 8_080, PublishMode: 'ingress' }],
        VirtualIPs: [{ NetworkID: 'N1', Addr: '10.0.0.3/24' }],
      },
    },
  ],
  '/tasks': [
    {
      ID: 't1',
      ServiceID: 's1',
      NodeID: 'n1',
      Slot: 1,
      DesiredState: 'running',
      Spec: { ContainerSpec: { Labels: { team: 'x' } } },
      Status: {
        State: 'running',
        ContainerStatus: { ContainerID: 'c1' },
        PortStatus: { Ports: [{ Protocol: 'tcp', PublishedPort: 9_323, PublishMode: 'host' }] },
      },
      NetworksAttachments: [{ Network: { ID: 'N1' }, Addresses: ['10.0.0.9/24'] }],
    },
  ],
}

test('services, nodes and tasks of a swarm have their addresses and labels', async () => {
  const of = (role: SwarmDiscoverySettings['role']) =>
    targets((at) => createSwarmDiscoverer({ ...SWARM, role }, at), answers).then(
      (one) => one.labels,
    )
  expect(await of('services')).toMatchObject([
    {
      __address__: '10.0.0.3:8080',
      __meta_dockerswarm_service_mode: 'replicated',
      __meta_dockerswarm_service_name: 'web',
      __meta_dockerswarm_service_task_container_image: 'web:1',
      __meta_dockerswarm_service_endpoint_port_publish_mode: 'ingress',
      __meta_dockerswarm_network_name: 'front',
    },
  ])
  expect(await of('nodes')).toMatchObject([
    {
      __address__: '192.168.0.1:80',
      __meta_dockerswarm_node_hostname: 'host-1',
      __meta_dockerswarm_node_manager_leader: 'true',
      __meta_dockerswarm_node_label_rack: '1',
    },
  ])
  const tasks = await of('tasks')
  expect(tasks.map((one) => one['__address__'])).toEqual(['192.168.0.1:9323', '10.0.0.9:8080'])
  expect(tasks[1]).toMatchObject({
    __meta_dockerswarm_task_id: 't1',
    __meta_dockerswarm_task_slot: '1',
    __meta_dockerswarm_container_label_team: 'x',
    __meta_dockerswarm_service_name: 'web',
    __meta_dockerswarm_node_role: 'manager',
    __meta_dockerswarm_network_id: 'N1',
  })
})
