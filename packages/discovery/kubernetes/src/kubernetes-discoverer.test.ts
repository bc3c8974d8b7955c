// An API server in the simulated network, with lists in pages and watches.

import { PLAIN_HTTP_CLIENT, silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import type { KubernetesDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import { serveHttp } from '@pharos/http/testing'
import type { SimRequest } from '@pharos/http/testing'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { createKubernetesDiscoverer } from './kubernetes-discoverer.ts'

const SETTINGS: KubernetesDiscoverySettings = {
  apiServer: 'http://k8s:8080',
  kubeconfigFile: '',
  role: 'pod',
  ownNamespace: false,
  namespaces: [],
  selectors: [],
  attachesNode: false,
  http: PLAIN_HTTP_CLIENT,
}

interface ApiObject {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly [field: string]: unknown
}

/** Lists and watches of an API server, by path. */
class ApiServer {
  readonly requests: SimRequest[] = []
  readonly lists = new Map<string, ApiObject[]>()
  isBroken = false
  version = 1
  /** Watches that are open. */
  readonly #watches: { path: string; send: (text: string) => void; end: () => void }[] = []

  constructor(net: SimNet, address = 'k8s:8080') {
    serveHttp(net, address, (request) => {
      this.requests.push(request)
      if (this.isBroken) return { status: '503 Service Unavailable' }
      const [path = '', query = ''] = request.path.split('?')
      const parameters = new URLSearchParams(query)
      if (parameters.get('watch') === 'true')
        return { stream: (send, end) => this.#watches.push({ path, send, end }) }
      const all = this.lists.get(path)
      if (all === undefined) return { status: '404 Not Found', body: '{"message":"not found"}' }
      // Pages of two, to see that they are followed.
      const from = Number(parameters.get('continue') ?? 0)
      const next = from + 2 < all.length ? String(from + 2) : ''
      const metadata = { resourceVersion: String(this.version), continue: next }
      return { body: JSON.stringify({ metadata, items: all.slice(from, from + 2) }) }
    })
  }

  /** Changes an object, as a client of the API would. */
  put(path: string, object: ApiObject): void {
    this.version++
    const list = this.lists.get(path) ?? []
    const others = list.filter((one) => one.metadata.name !== object.metadata.name)
    const isNew = others.length === list.length
    this.lists.set(path, [...others, object])
    this.#event(path, isNew ? 'ADDED' : 'MODIFIED', object)
  }

  remove(path: string, name: string): void {
    const list = this.lists.get(path) ?? []
    const gone = list.find((one) => one.metadata.name === name)!
    this.lists.set(
      path,
      list.filter((one) => one !== gone),
    )
    this.#event(path, 'DELETED', gone)
  }

  say(path: string, event: object): void {
    for (const watch of this.#watches)
      if (watch.path === path) watch.send(`${JSON.stringify(event)}\n`)
  }

  endWatches(): void {
    for (const watch of this.#watches.splice(0)) watch.end()
  }

  #event(path: string, type: string, object: ApiObject): void {
    const metadata = { ...object.metadata, resourceVersion: String(this.version) }
    this.say(path, { type, object: { ...object, metadata } })
  }
}

function pod(name: string, ip: string, changed: Record<string, unknown> = {}): ApiObject {
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      labels: { 'app.kubernetes.io/name': 'web' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }],
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          name: 'main',
          image: 'web:1',
          ports: [{ name: 'http', containerPort: 9_000, protocol: 'TCP' }],
        },
      ],
    },
    status: {
      podIP: ip,
      hostIP: '192.168.0.1',
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'main', containerID: 'docker://abc' }],
    },
    ...changed,
  }
}

const PODS = '/api/v1/pods'

function bench(changed: Partial<KubernetesDiscoverySettings> = {}, address?: string) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const disk = new SimDisk({ clock })
  const server = new ApiServer(net, address)
  const discoverer = createKubernetesDiscoverer(
    { ...SETTINGS, ...changed },
    { clock, net, disk, log: silentLogger },
  )
  return { clock, net, disk, server, discoverer }
}

discovererContract('kubernetes', async () => {
  const { clock, server, discoverer } = bench()
  server.lists.set(PODS, [pod('a', '10.0.0.1'), pod('b', '10.0.0.2'), pod('c', '10.0.0.3')])
  return {
    discoverer,
    settle: () => clock.advance(35_000),
    addresses: ['10.0.0.1:9000', '10.0.0.2:9000', '10.0.0.3:9000'],
    fail: async () => {
      server.isBroken = true
      server.endWatches()
    },
    add: async () =>
      server.put(
        PODS,
        pod('added', 'added', {
          spec: { containers: [{ name: 'main', ports: [{ containerPort: 1 }] }] },
        }),
      ),
  }
})

interface Running extends ReturnType<typeof bench> {
  readonly groups: Map<string, TargetGroup>
  readonly stop: () => Promise<void>
}

function running(changed: Partial<KubernetesDiscoverySettings>, address?: string): Running {
  const made = bench(changed, address)
  const groups = new Map<string, TargetGroup>()
  const stop = new AbortController()
  const done = made.discoverer.run((some) => {
    for (const group of some) {
      if (group.targets.length === 0) groups.delete(group.source)
      else groups.set(group.source, group)
    }
  }, stop.signal)
  return {
    ...made,
    groups,
    stop: async () => {
      stop.abort()
      await done
    },
  }
}

const labelsOf = (group: TargetGroup | undefined): Record<string, string> => ({
  ...group?.labels.toObject(),
})
const targetsOf = (group: TargetGroup | undefined): Record<string, string>[] =>
  (group?.targets ?? []).map((one) => one.toObject())

test('a pod has the meta labels of the reference', async () => {
  const { clock, server, groups, stop } = running({})
  server.lists.set(PODS, [pod('a', '10.0.0.1')])
  await clock.advance(2_000)
  const group = groups.get('pod/default/a')
  expect(labelsOf(group)).toEqual({
    __meta_kubernetes_namespace: 'default',
    __meta_kubernetes_pod_name: 'a',
    __meta_kubernetes_pod_ip: '10.0.0.1',
    __meta_kubernetes_pod_ready: 'true',
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_node_name: 'node-1',
    __meta_kubernetes_pod_host_ip: '192.168.0.1',
    __meta_kubernetes_pod_uid: 'uid-a',
    __meta_kubernetes_pod_controller_kind: 'ReplicaSet',
    __meta_kubernetes_pod_controller_name: 'web-1',
    __meta_kubernetes_pod_label_app_kubernetes_io_name: 'web',
    __meta_kubernetes_pod_labelpresent_app_kubernetes_io_name: 'true',
  })
  expect(targetsOf(group)).toEqual([
    {
      __address__: '10.0.0.1:9000',
      __meta_kubernetes_pod_container_id: 'docker://abc',
      __meta_kubernetes_pod_container_image: 'web:1',
      __meta_kubernetes_pod_container_init: 'false',
      __meta_kubernetes_pod_container_name: 'main',
      __meta_kubernetes_pod_container_port_name: 'http',
      __meta_kubernetes_pod_container_port_number: '9000',
      __meta_kubernetes_pod_container_port_protocol: 'TCP',
    },
  ])
  await stop()
})

test('the watch brings changes within a second or two, and an old version lists anew', async () => {
  const { clock, server, groups, stop } = running({})
  server.lists.set(PODS, [pod('a', '10.0.0.1')])
  await clock.advance(2_000)
  server.put(PODS, pod('b', '10.0.0.2'))
  server.remove(PODS, 'a')
  await clock.advance(2_000)
  expect([...groups.keys()]).toEqual(['pod/default/b'])
  // What the watch misses, the next list finds.
  server.lists.set(PODS, [pod('c', '10.0.0.3')])
  server.say(PODS, { type: 'ERROR', object: { code: 410, message: 'too old resource version' } })
  await clock.advance(5_000)
  expect([...groups.keys()]).toEqual(['pod/default/c'])
  server.say(PODS, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '77' } } })
  await clock.advance(100)
  server.endWatches()
  await clock.advance(2_000)
  expect(server.requests.at(-1)!.path).toContain('resourceVersion=77')
  await stop()
})

test('an API server that goes away, or answers nonsense, leaves what is known', async () => {
  const { clock, server, groups, stop } = running({})
  server.lists.set(PODS, [pod('a', '10.0.0.1')])
  await clock.advance(2_000)
  server.say(PODS, 'nonsense' as unknown as object)
  server.isBroken = true
  server.endWatches()
  await clock.advance(3_600_000)
  expect(groups.size).toBe(1)
  server.isBroken = false
  server.lists.set(PODS, [])
  await clock.advance(40_000)
  expect(groups.size).toBe(0)
  await stop()
})

test('services, nodes and ingresses have their addresses and labels', async () => {
  const service = running({ role: 'service' })
  service.server.lists.set('/api/v1/services', [
    {
      metadata: { name: 'web', namespace: 'n', annotations: { 'prometheus.io/scrape': 'true' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.9.0.1',
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      },
    },
  ])
  await service.clock.advance(2_000)
  const web = service.groups.get('svc/n/web')
  expect(targetsOf(web)).toEqual([
    {
      __address__: 'web.n.svc:80',
      __meta_kubernetes_service_cluster_ip: '10.9.0.1',
      __meta_kubernetes_service_port_name: 'http',
      __meta_kubernetes_service_port_number: '80',
      __meta_kubernetes_service_port_protocol: 'TCP',
      __meta_kubernetes_service_type: 'ClusterIP',
    },
  ])
  expect(labelsOf(web)).toMatchObject({
    __meta_kubernetes_namespace: 'n',
    __meta_kubernetes_service_name: 'web',
    __meta_kubernetes_service_annotation_prometheus_io_scrape: 'true',
  })
  await service.stop()

  const node = running({ role: 'node' })
  node.server.lists.set('/api/v1/nodes', [
    {
      metadata: { name: 'node-1', labels: { zone: 'z' } },
      spec: { providerID: 'aws:///x' },
      status: {
        addresses: [
          { type: 'Hostname', address: 'node-1' },
          { type: 'InternalIP', address: '192.168.0.1' },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      },
    },
  ])
  await node.clock.advance(2_000)
  expect(targetsOf(node.groups.get('node/node-1'))).toEqual([
    {
      __address__: '192.168.0.1:10250',
      __meta_kubernetes_node_address_Hostname: 'node-1',
      __meta_kubernetes_node_address_InternalIP: '192.168.0.1',
      instance: 'node-1',
    },
  ])
  await node.stop()

  const ingress = running({ role: 'ingress', namespaces: ['n'] })
  ingress.server.lists.set('/apis/networking.k8s.io/v1/namespaces/n/ingresses', [
    {
      metadata: { name: 'front', namespace: 'n' },
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['*.example.org'] }],
        rules: [
          { host: 'a.example.org', http: { paths: [{ path: '/x' }, {}] } },
          { host: 'example.com' },
        ],
      },
    },
  ])
  await ingress.clock.advance(2_000)
  expect(
    targetsOf(ingress.groups.get('ingress/n/front')).map((one) => [
      one['__meta_kubernetes_ingress_scheme'],
      one['__address__'],
      one['__meta_kubernetes_ingress_path'],
    ]),
  ).toEqual([
    ['https', 'a.example.org', '/x'],
    ['https', 'a.example.org', '/'],
    ['http', 'example.com', '/'],
  ])
  await ingress.stop()
})

const reference = { kind: 'Pod', name: 'a', namespace: 'default' }

test('endpoints take the labels of their service and pod, and further ports of the pod', async () => {
  const { clock, server, groups, stop } = running({ role: 'endpoints', attachesNode: true })
  server.lists.set('/api/v1/nodes', [{ metadata: { name: 'node-1', labels: { zone: 'z' } } }])
  server.lists.set('/api/v1/services', [
    { metadata: { name: 'web', namespace: 'default', labels: { tier: 'x' } } },
  ])
  const two = {
    name: 'main',
    ports: [{ containerPort: 9_000 }, { name: 'extra', containerPort: 9_001 }],
  }
  server.lists.set(PODS, [
    pod('a', '10.0.0.1', { spec: { nodeName: 'node-1', containers: [two] } }),
  ])
  server.lists.set('/api/v1/endpoints', [
    {
      metadata: { name: 'web', namespace: 'default' },
      subsets: [
        {
          addresses: [{ ip: '10.0.0.1', nodeName: 'node-1', targetRef: reference }],
          notReadyAddresses: [{ ip: '10.0.0.2' }],
          ports: [{ name: 'http', port: 9_000, protocol: 'TCP' }],
        },
      ],
    },
  ])
  await clock.advance(2_000)
  const group = groups.get('endpoints/default/web')
  expect(labelsOf(group)).toMatchObject({
    __meta_kubernetes_endpoints_name: 'web',
    __meta_kubernetes_service_name: 'web',
    __meta_kubernetes_service_label_tier: 'x',
  })
  const [ready, notReady, extra] = targetsOf(group)
  expect(ready).toMatchObject({
    __address__: '10.0.0.1:9000',
    __meta_kubernetes_endpoint_ready: 'true',
    __meta_kubernetes_endpoint_port_name: 'http',
    __meta_kubernetes_endpoint_address_target_kind: 'Pod',
    __meta_kubernetes_endpoint_address_target_name: 'a',
    __meta_kubernetes_endpoint_node_name: 'node-1',
    __meta_kubernetes_node_label_zone: 'z',
    __meta_kubernetes_pod_name: 'a',
    __meta_kubernetes_pod_container_port_number: '9000',
  })
  expect(notReady).toMatchObject({
    __address__: '10.0.0.2:9000',
    __meta_kubernetes_endpoint_ready: 'false',
  })
  expect(notReady).not.toHaveProperty('__meta_kubernetes_pod_name')
  expect(extra).toMatchObject({
    __address__: '10.0.0.1:9001',
    __meta_kubernetes_pod_container_port_name: 'extra',
  })
  await stop()
})

test('endpoint slices have their conditions, ports and zone', async () => {
  const { clock, server, groups, stop } = running({ role: 'endpointslice' })
  server.lists.set('/api/v1/services', [{ metadata: { name: 'web', namespace: 'default' } }])
  server.lists.set(PODS, [pod('a', '10.0.0.1')])
  server.lists.set('/apis/discovery.k8s.io/v1/endpointslices', [
    {
      metadata: {
        name: 'web-x',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'web' },
      },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 9_000, protocol: 'TCP', appProtocol: 'http' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: 'node-1',
          zone: 'z1',
          targetRef: reference,
        },
      ],
    },
  ])
  await clock.advance(2_000)
  const group = groups.get('endpointslice/default/web-x')
  expect(labelsOf(group)).toMatchObject({
    __meta_kubernetes_endpointslice_address_type: 'IPv4',
    __meta_kubernetes_endpointslice_name: 'web-x',
    __meta_kubernetes_service_name: 'web',
  })
  expect(targetsOf(group)).toMatchObject([
    {
      __address__: '10.0.0.1:9000',
      __meta_kubernetes_endpointslice_port: '9000',
      __meta_kubernetes_endpointslice_port_name: 'http',
      __meta_kubernetes_endpointslice_port_app_protocol: 'http',
      __meta_kubernetes_endpointslice_endpoint_conditions_ready: 'true',
      __meta_kubernetes_endpointslice_endpoint_conditions_terminating: 'false',
      __meta_kubernetes_endpointslice_endpoint_node_name: 'node-1',
      __meta_kubernetes_endpointslice_endpoint_zone: 'z1',
      __meta_kubernetes_pod_container_port_name: 'http',
    },
  ])
  await stop()
})

test('a kubeconfig says where the cluster is and who we are, and selectors go into the questions', async () => {
  const { clock, disk, server, groups, stop } = running(
    {
      apiServer: '',
      kubeconfigFile: '/k/config',
      namespaces: ['default'],
      selectors: [{ role: 'pod', label: 'app=web', field: 'status.phase=Running' }],
    },
    'api.example:6443',
  )
  const kubeconfig = [
    'current-context: here',
    'contexts: [{name: here, context: {cluster: c, user: u}}]',
    'clusters: [{name: c, cluster: {server: "http://api.example:6443/"}}]',
    'users: [{name: u, user: {tokenFile: token}}]',
  ]
  await disk.makeDirectory('/k')
  await disk.writeFileAtomic('/k/config', Buffer.from(kubeconfig.join('\n')))
  await disk.writeFileAtomic('/k/token', Buffer.from('TOKEN\n'))
  server.lists.set('/api/v1/namespaces/default/pods', [pod('a', '10.0.0.1')])
  await clock.advance(40_000)
  expect(groups.size).toBe(1)
  expect(server.requests[0]!.head).toContain('Authorization: Bearer TOKEN')
  expect(server.requests[0]!.path).toContain(
    'labelSelector=app%3Dweb&fieldSelector=status.phase%3DRunning',
  )
  await stop()
})
