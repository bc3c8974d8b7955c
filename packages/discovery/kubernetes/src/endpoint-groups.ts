// Target groups of endpoints and endpoint slices: the addresses behind a service, and further ports of their pods.

import { listOf, objectOf, pairsOf, textOf } from '@pharos/http'
import type { Json } from '@pharos/http'
import { hostPort, metaName } from '@pharos/model'
import type { Labels, TargetGroup } from '@pharos/model'
import {
  containerLabels,
  containerPorts,
  META,
  metadataOf,
  nodeLabels,
  objectLabels,
  podLabels,
  serviceLabels,
} from './object-labels.ts'
import type { Pairs } from './object-labels.ts'
import { labelsOf } from './role-groups.ts'

/** What is known beside the endpoints, by `namespace/name`; nodes by `/name`. */
export interface Neighbours {
  readonly services: ReadonlyMap<string, Json>
  readonly pods: ReadonlyMap<string, Json>
  readonly nodes: ReadonlyMap<string, Json>
}

/** One address with one port. */
interface Endpoint {
  readonly address: string
  readonly port: Json
  readonly portNumber: string
  readonly targetRef: Json | undefined
  readonly nodeName: string
  readonly labels: Pairs
}

/** @source discovery/kubernetes/endpoints.go buildEndpoints */
export function endpointsGroup(endpoints: Json, around: Neighbours): TargetGroup {
  const { name, namespace } = metadataOf(endpoints)
  const all = listOf(endpoints['subsets'])
    .map(objectOf)
    .flatMap((subset) =>
      listOf(subset['ports'])
        .map(objectOf)
        .flatMap((port) => [
          ...listOf(subset['addresses']).map((one) => plainEndpoint(objectOf(one), port, true)),
          ...listOf(subset['notReadyAddresses']).map((one) =>
            plainEndpoint(objectOf(one), port, false),
          ),
        ]),
    )
  const service = around.services.get(`${namespace}/${name}`)
  return {
    source: `endpoints/${namespace}/${name}`,
    targets: targetsOf(all, namespace, around),
    labels: labelsOf([
      [`${META}namespace`, namespace],
      ...objectLabels(endpoints, 'endpoints'),
      ...(service === undefined ? [] : serviceLabels(service)),
    ]),
  }
}

function plainEndpoint(address: Json, port: Json, isReady: boolean): Endpoint {
  const reference = address['targetRef'] === undefined ? undefined : objectOf(address['targetRef'])
  const number = textOf(port['port'])
  const ip = textOf(address['ip'])
  return {
    address: hostPort(ip, number),
    port,
    portNumber: number,
    targetRef: reference,
    nodeName: textOf(address['nodeName']),
    labels: [
      [`${META}endpoint_port_name`, textOf(port['name'])],
      [`${META}endpoint_port_protocol`, textOf(port['protocol'])],
      [`${META}endpoint_ready`, String(isReady)],
      [`${META}endpoint_node_name`, textOf(address['nodeName'])],
      [`${META}endpoint_hostname`, textOf(address['hostname'])],
      ...referenceLabels(reference, 'endpoint_address'),
    ],
  }
}

/** @source discovery/kubernetes/endpointslice.go buildEndpointSlice */
export function endpointSliceGroup(slice: Json, around: Neighbours): TargetGroup {
  const { name, namespace } = metadataOf(slice)
  const addressType = textOf(slice['addressType'])
  const ports = listOf(slice['ports']).map(objectOf)
  const all = listOf(slice['endpoints'])
    .map(objectOf)
    .flatMap((endpoint) =>
      ports.flatMap((port) =>
        listOf(endpoint['addresses']).map((address) =>
          sliceEndpoint(endpoint, textOf(address), port),
        ),
      ),
    )
  const serviceName = textOf(
    objectOf(objectOf(slice['metadata'])['labels'])['kubernetes.io/service-name'],
  )
  const service = around.services.get(`${namespace}/${serviceName}`)
  return {
    source: `endpointslice/${namespace}/${name}`,
    targets: targetsOf(all, namespace, around),
    labels: labelsOf([
      [`${META}namespace`, namespace],
      [`${META}endpointslice_address_type`, addressType],
      ...objectLabels(slice, 'endpointslice'),
      ...(service === undefined ? [] : serviceLabels(service)),
    ]),
  }
}

function sliceEndpoint(endpoint: Json, address: string, port: Json): Endpoint {
  const conditions = objectOf(endpoint['conditions'])
  const reference =
    endpoint['targetRef'] === undefined ? undefined : objectOf(endpoint['targetRef'])
  const number = textOf(port['port'])
  const slice = `${META}endpointslice_`
  const labels: Pairs = [
    [`${slice}port`, number],
    [`${slice}port_name`, textOf(port['name'])],
    [`${slice}port_protocol`, textOf(port['protocol'])],
    [`${slice}port_app_protocol`, textOf(port['appProtocol'])],
    [`${slice}endpoint_conditions_ready`, textOf(conditions['ready'])],
    [`${slice}endpoint_conditions_serving`, textOf(conditions['serving'])],
    [`${slice}endpoint_conditions_terminating`, textOf(conditions['terminating'])],
    [`${slice}endpoint_hostname`, textOf(endpoint['hostname'])],
    [`${slice}endpoint_node_name`, textOf(endpoint['nodeName'])],
    [`${slice}endpoint_zone`, textOf(endpoint['zone'])],
    ...referenceLabels(reference, 'endpointslice_address'),
  ]
  for (const [key, value] of pairsOf(endpoint['deprecatedTopology'])) {
    labels.push(
      [metaName(`${slice}endpoint_topology_`, key), value],
      [metaName(`${slice}endpoint_topology_present_`, key), 'true'],
    )
  }
  return {
    address: number === '' ? address : hostPort(address, number),
    port,
    portNumber: number,
    targetRef: reference,
    nodeName: textOf(endpoint['nodeName']),
    labels,
  }
}

function referenceLabels(reference: Json | undefined, prefix: string): Pairs {
  if (reference === undefined) return []
  return [
    [`${META}${prefix}_target_kind`, textOf(reference['kind'])],
    [`${META}${prefix}_target_name`, textOf(reference['name'])],
  ]
}

/** A target for each endpoint, and for each port of their pods that none of them covers. */
function targetsOf(
  all: readonly Endpoint[],
  namespace: string,
  around: Neighbours,
): readonly Labels[] {
  const seen = new Map<Json, Set<string>>()
  const targets = all.map((endpoint) => {
    const pod = podOf(endpoint, namespace, around)
    const node = nodeLabels(around.nodes.get(`/${endpoint.nodeName}`))
    const base: Pairs = [['__address__', endpoint.address], ...endpoint.labels, ...node]
    if (pod === undefined) return labelsOf(base)
    const covered = seen.get(pod) ?? new Set<string>()
    seen.set(pod, covered.add(endpoint.portNumber))
    const container = containerPorts(pod).find(
      (one) => one.port !== undefined && textOf(one.port['containerPort']) === endpoint.portNumber,
    )
    return labelsOf([
      ...base,
      ...podLabels(pod),
      ...(container === undefined ? [] : containerLabels(container)),
    ])
  })
  for (const [pod, covered] of seen) {
    const ip = textOf(objectOf(pod['status'])['podIP'])
    if (ip === '') continue
    const node = nodeLabels(around.nodes.get(`/${textOf(objectOf(pod['spec'])['nodeName'])}`))
    for (const one of containerPorts(pod)) {
      const number = textOf(one.port?.['containerPort'])
      if (one.port === undefined || one.isInit || covered.has(number)) continue
      const address = hostPort(ip, number)
      const pairs: Pairs = [
        ['__address__', address],
        ...containerLabels(one),
        ...podLabels(pod),
        ...node,
      ]
      targets.push(labelsOf(pairs))
    }
  }
  return targets
}

function podOf(endpoint: Endpoint, namespace: string, { pods }: Neighbours): Json | undefined {
  const { targetRef } = endpoint
  if (targetRef?.['kind'] !== 'Pod') return undefined
  return pods.get(`${textOf(targetRef['namespace']) || namespace}/${textOf(targetRef['name'])}`)
}
