// `kubernetes_sd_configs`: objects of the API server, kept by watches, as target groups.

import { messageOf } from '@pharos/base'
import type { KubernetesDiscoverySettings, KubernetesRole } from '@pharos/config'
import type { Json } from '@pharos/http'
import { Labels } from '@pharos/model'
import type { Discoverer, TargetGroup } from '@pharos/model'
import { clusterOf } from './cluster.ts'
import type { Cluster, KubernetesWorld } from './cluster.ts'
import { endpointsGroup, endpointSliceGroup } from './endpoint-groups.ts'
import type { Neighbours } from './endpoint-groups.ts'
import { GATHER_MS, RETRY_MS_MAX } from './limits.ts'
import { ObjectWatch } from './object-watch.ts'
import { ingressGroup, nodeGroup, podGroup, serviceGroup } from './role-groups.ts'
import { objectOf, textOf } from '@pharos/http'

interface Kind {
  /** Path before and after the namespace. */
  readonly api: string
  readonly plural: string
  readonly isNamespaced: boolean
}

const KINDS: Readonly<Record<KubernetesRole, Kind>> = {
  pod: { api: '/api/v1', plural: 'pods', isNamespaced: true },
  service: { api: '/api/v1', plural: 'services', isNamespaced: true },
  endpoints: { api: '/api/v1', plural: 'endpoints', isNamespaced: true },
  endpointslice: { api: '/apis/discovery.k8s.io/v1', plural: 'endpointslices', isNamespaced: true },
  node: { api: '/api/v1', plural: 'nodes', isNamespaced: false },
  ingress: { api: '/apis/networking.k8s.io/v1', plural: 'ingresses', isNamespaced: true },
}

/** Kinds that a role needs beside its own. */
const NEEDS: Readonly<Record<KubernetesRole, readonly KubernetesRole[]>> = {
  pod: [],
  service: [],
  endpoints: ['service', 'pod'],
  endpointslice: ['service', 'pod'],
  node: [],
  ingress: [],
}

/**
 * Finds the targets of one role. Each object is a group: `pod/<namespace>/<name>`, `svc/…`, `endpoints/…`,
 * `endpointslice/…`, `node/<name>`, `ingress/…`, with the reference's meta labels.
 * @source discovery/kubernetes
 */
export function createKubernetesDiscoverer(
  settings: KubernetesDiscoverySettings,
  world: KubernetesWorld,
): Discoverer {
  return {
    async run(found, signal) {
      const cluster = await reached(settings, world, signal)
      if (cluster === undefined) return
      await new Run(settings, world, cluster, found).toEnd(signal)
      cluster.client.close()
    },
  }
}

/** The way to the cluster; a kubeconfig that cannot be read now may be there later. */
async function reached(
  settings: KubernetesDiscoverySettings,
  world: KubernetesWorld,
  signal: AbortSignal,
): Promise<Cluster | undefined> {
  while (!signal.aborted) {
    try {
      return await clusterOf(settings, world)
    } catch (error) {
      world.log.error('no way to the Kubernetes API', { err: messageOf(error) })
      await world.clock.sleep(RETRY_MS_MAX, signal).catch(() => {})
    }
  }
  return undefined
}

class Run {
  readonly #settings: KubernetesDiscoverySettings
  readonly #world: KubernetesWorld
  readonly #cluster: Cluster
  readonly #found: (groups: readonly TargetGroup[]) => void
  readonly #watches = new Map<KubernetesRole, ObjectWatch[]>()
  /** Text of each group that was told. */
  readonly #told = new Map<string, string>()
  #hasSpoken = false
  /** Wakes the loop. */
  #wake: () => void = () => {}
  #isChanged = false

  constructor(
    settings: KubernetesDiscoverySettings,
    world: KubernetesWorld,
    cluster: Cluster,
    found: (groups: readonly TargetGroup[]) => void,
  ) {
    this.#settings = settings
    this.#world = world
    this.#cluster = cluster
    this.#found = found
    const { role, attachesNode } = settings
    const roles = new Set([role, ...NEEDS[role], ...(attachesNode ? (['node'] as const) : [])])
    for (const one of roles) this.#watches.set(one, this.#watchesOf(one))
  }

  async toEnd(signal: AbortSignal): Promise<void> {
    const watches = [...this.#watches.values()].flat()
    const running = Promise.all(watches.map((watch) => watch.run(signal)))
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!signal.aborted) {
      if (!this.#isChanged) await new Promise<void>((resolve) => (this.#wake = resolve))
      if (signal.aborted) break
      this.#isChanged = false
      if (watches.every((watch) => watch.isListed)) this.#tell()
      // Changes come in swarms, when a deployment rolls.
      await this.#world.clock.sleep(GATHER_MS, signal).catch(() => {})
    }
    await running
  }

  #watchesOf(role: KubernetesRole): ObjectWatch[] {
    const { client, url, namespaces } = this.#cluster
    const { api, plural, isNamespaced } = KINDS[role]
    const paths =
      isNamespaced && namespaces.length > 0
        ? namespaces.map((one) => `${api}/namespaces/${encodeURIComponent(one)}/${plural}`)
        : [`${api}/${plural}`]
    const selector = this.#settings.selectors.find((one) => one.role === role)
    const query: [string, string][] = []
    if (selector !== undefined && selector.label !== '')
      query.push(['labelSelector', selector.label])
    if (selector !== undefined && selector.field !== '')
      query.push(['fieldSelector', selector.field])
    return paths.map(
      (path) =>
        new ObjectWatch({
          client,
          clock: this.#world.clock,
          log: this.#world.log,
          url: `${url}${path}`,
          query,
          changed: () => {
            this.#isChanged = true
            this.#wake()
          },
        }),
    )
  }

  #objects(role: KubernetesRole): Map<string, Json> {
    const watches = this.#watches.get(role) ?? []
    return watches.length === 1
      ? watches[0]!.objects
      : new Map(watches.flatMap((watch) => [...watch.objects]))
  }

  #tell(): void {
    const gone = new Set(this.#told.keys())
    const changed: TargetGroup[] = []
    for (const group of this.#groups()) {
      gone.delete(group.source)
      const text = JSON.stringify([group.labels.key, group.targets.map((one) => one.key)])
      if (this.#told.get(group.source) === text) continue
      this.#told.set(group.source, text)
      changed.push(group)
    }
    for (const source of gone) {
      this.#told.delete(source)
      changed.push({ source, targets: [], labels: Labels.EMPTY })
    }
    if (changed.length === 0 && this.#hasSpoken) return
    this.#hasSpoken = true
    this.#found(changed)
  }

  #groups(): readonly TargetGroup[] {
    const { role, attachesNode } = this.#settings
    const around: Neighbours = {
      services: this.#objects('service'),
      pods: this.#objects('pod'),
      nodes: attachesNode ? this.#objects('node') : new Map(),
    }
    const objects = [...this.#objects(role).values()]
    switch (role) {
      case 'pod':
        return objects.map((pod) => {
          const nodeName = textOf(objectOf(pod['spec'])['nodeName'])
          return podGroup(pod, around.nodes.get(`/${nodeName}`))
        })
      case 'service':
        return objects.map(serviceGroup)
      case 'node':
        return objects.map(nodeGroup)
      case 'ingress':
        return objects.map(ingressGroup)
      case 'endpoints':
        return objects.map((one) => endpointsGroup(one, around))
      case 'endpointslice':
        return objects.map((one) => endpointSliceGroup(one, around))
    }
  }
}
