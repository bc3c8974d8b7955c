// Meta labels that every kind of object has, and those of pods, services and nodes that others take over.

import { listOf, objectOf, pairsOf, textOf } from '@pharos/http'
import type { Json } from '@pharos/http'
import { metaName } from '@pharos/model'

export const META = '__meta_kubernetes_'

export type Pairs = [string, string][]

export function metadataOf(object: Json): { readonly name: string; readonly namespace: string } {
  const metadata = objectOf(object['metadata'])
  return { name: textOf(metadata['name']), namespace: textOf(metadata['namespace']) }
}

/** `_<kind>_name`, `_<kind>_label_…`, `_labelpresent_…`, `_annotation_…`, `_annotationpresent_…` */
export function objectLabels(object: Json, kind: string): Pairs {
  const metadata = objectOf(object['metadata'])
  const pairs: Pairs = [[`${META}${kind}_name`, textOf(metadata['name'])]]
  for (const [what, of] of [
    ['label', metadata['labels']],
    ['annotation', metadata['annotations']],
  ] as const) {
    for (const [name, value] of pairsOf(of)) {
      pairs.push(
        [metaName(`${META}${kind}_${what}_`, name), value],
        [metaName(`${META}${kind}_${what}present_`, name), 'true'],
      )
    }
  }
  return pairs
}

export function serviceLabels(service: Json): Pairs {
  const { namespace } = metadataOf(service)
  return [[`${META}namespace`, namespace], ...objectLabels(service, 'service')]
}

export function podLabels(pod: Json): Pairs {
  const status = objectOf(pod['status'])
  const spec = objectOf(pod['spec'])
  const metadata = objectOf(pod['metadata'])
  const ready = listOf(status['conditions'])
    .map(objectOf)
    .find((condition) => condition['type'] === 'Ready')
  const owner = listOf(metadata['ownerReferences'])
    .map(objectOf)
    .find((one) => one['controller'] === true)
  const pairs: Pairs = [
    [`${META}pod_ip`, textOf(status['podIP'])],
    [`${META}pod_ready`, ready === undefined ? 'unknown' : textOf(ready['status']).toLowerCase()],
    [`${META}pod_phase`, textOf(status['phase'])],
    [`${META}pod_node_name`, textOf(spec['nodeName'])],
    [`${META}pod_host_ip`, textOf(status['hostIP'])],
    [`${META}pod_uid`, textOf(metadata['uid'])],
    ...objectLabels(pod, 'pod'),
  ]
  if (owner !== undefined) {
    pairs.push(
      [`${META}pod_controller_kind`, textOf(owner['kind'])],
      [`${META}pod_controller_name`, textOf(owner['name'])],
    )
  }
  return pairs
}

export function nodeLabels(node: Json | undefined): Pairs {
  return node === undefined ? [] : objectLabels(node, 'node')
}

interface ContainerPort {
  readonly container: Json
  readonly isInit: boolean
  /** Undefined for a container without ports. */
  readonly port: Json | undefined
}

/** Every port of every container; a container without ports once. */
export function containerPorts(pod: Json): readonly ContainerPort[] {
  const spec = objectOf(pod['spec'])
  const of = (key: string, isInit: boolean): ContainerPort[] =>
    listOf(spec[key])
      .map(objectOf)
      .flatMap((container): ContainerPort[] => {
        const ports = listOf(container['ports']).map(objectOf)
        if (ports.length === 0) return [{ container, isInit, port: undefined }]
        return ports.map((port) => ({ container, isInit, port }))
      })
  return [...of('containers', false), ...of('initContainers', true)]
}

/** Of the container that an endpoint or a pod's target leads to. */
export function containerLabels({ container, port }: ContainerPort): Pairs {
  const pairs: Pairs = [
    [`${META}pod_container_name`, textOf(container['name'])],
    [`${META}pod_container_image`, textOf(container['image'])],
  ]
  if (port === undefined) return pairs
  return [
    ...pairs,
    [`${META}pod_container_port_name`, textOf(port['name'])],
    [`${META}pod_container_port_number`, textOf(port['containerPort'])],
    [`${META}pod_container_port_protocol`, textOf(port['protocol'])],
  ]
}
