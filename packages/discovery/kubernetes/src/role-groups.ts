// Target groups of pods, services, nodes and ingresses: one group an object.

import { listOf, objectOf, textOf } from '@pharos/http'
import type { Json } from '@pharos/http'
import { hostPort, Labels, metaName } from '@pharos/model'
import type { TargetGroup } from '@pharos/model'
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

/** Later pairs win, as in the reference's merging of label sets. */
export function labelsOf(pairs: Pairs): Labels {
  return Labels.of(new Map(pairs))
}

/** @source discovery/kubernetes/pod.go buildPod */
export function podGroup(pod: Json, node: Json | undefined): TargetGroup {
  const { name, namespace } = metadataOf(pod)
  const ip = textOf(objectOf(pod['status'])['podIP'])
  const ids = new Map(
    ['containerStatuses', 'initContainerStatuses']
      .flatMap((key) => listOf(objectOf(pod['status'])[key]).map(objectOf))
      .map((status) => [textOf(status['name']), textOf(status['containerID'])]),
  )
  const targets = containerPorts(pod).map((one) =>
    labelsOf([
      [
        '__address__',
        one.port === undefined ? addressOf(ip) : hostPort(ip, textOf(one.port['containerPort'])),
      ],
      [`${META}pod_container_id`, ids.get(textOf(one.container['name'])) ?? ''],
      [`${META}pod_container_init`, String(one.isInit)],
      ...containerLabels(one),
    ]),
  )
  return {
    source: `pod/${namespace}/${name}`,
    // A pod without an address cannot be scraped yet.
    targets: ip === '' ? [] : targets,
    labels: labelsOf([[`${META}namespace`, namespace], ...podLabels(pod), ...nodeLabels(node)]),
  }
}

/** @source discovery/kubernetes/service.go buildService */
export function serviceGroup(service: Json): TargetGroup {
  const { name, namespace } = metadataOf(service)
  const spec = objectOf(service['spec'])
  const type = textOf(spec['type'])
  const about: Pairs = [[`${META}service_type`, type]]
  if (type === 'ExternalName')
    about.push([`${META}service_external_name`, textOf(spec['externalName'])])
  else about.push([`${META}service_cluster_ip`, textOf(spec['clusterIP'])])
  if (type === 'LoadBalancer')
    about.push([`${META}service_loadbalancer_ip`, textOf(spec['loadBalancerIP'])])
  return {
    source: `svc/${namespace}/${name}`,
    targets: listOf(spec['ports'])
      .map(objectOf)
      .map((port) =>
        labelsOf([
          ['__address__', hostPort(`${name}.${namespace}.svc`, textOf(port['port']))],
          [`${META}service_port_name`, textOf(port['name'])],
          [`${META}service_port_number`, textOf(port['port'])],
          [`${META}service_port_protocol`, textOf(port['protocol'])],
          ...about,
        ]),
      ),
    labels: labelsOf(serviceLabels(service)),
  }
}

const NODE_ADDRESSES = [
  'InternalIP',
  'InternalDNS',
  'ExternalIP',
  'ExternalDNS',
  'LegacyHostIP',
  'Hostname',
]

/** @source discovery/kubernetes/node.go buildNode */
export function nodeGroup(node: Json): TargetGroup {
  const { name } = metadataOf(node)
  const status = objectOf(node['status'])
  const addresses = listOf(status['addresses']).map(objectOf)
  const first = (type: string): string =>
    textOf(addresses.find((one) => one['type'] === type)?.['address'])
  const address = NODE_ADDRESSES.map(first).find((one) => one !== '')
  const port = objectOf(objectOf(status['daemonEndpoints'])['kubeletEndpoint'])['Port']
  const pairs: Pairs = [
    ['__address__', hostPort(address ?? '', textOf(port))],
    ['instance', name],
  ]
  for (const one of addresses) {
    const label = metaName(`${META}node_address_`, textOf(one['type']))
    if (!pairs.some(([known]) => known === label)) pairs.push([label, textOf(one['address'])])
  }
  return {
    source: `node/${name}`,
    targets: address === undefined ? [] : [labelsOf(pairs)],
    labels: labelsOf([
      [`${META}node_provider_id`, textOf(objectOf(node['spec'])['providerID'])],
      ...objectLabels(node, 'node'),
    ]),
  }
}

/** @source discovery/kubernetes/ingress.go buildIngress */
export function ingressGroup(ingress: Json): TargetGroup {
  const { name, namespace } = metadataOf(ingress)
  const spec = objectOf(ingress['spec'])
  const secureHosts = listOf(spec['tls'])
    .map(objectOf)
    .flatMap((one) => listOf(one['hosts']).map(textOf))
  const targets = listOf(spec['rules'])
    .map(objectOf)
    .flatMap((rule) => {
      const host = textOf(rule['host'])
      const isSecure = secureHosts.some((one) => coversHost(one, host))
      const paths = listOf(objectOf(rule['http'])['paths']).map(
        (one) => textOf(objectOf(one)['path']) || '/',
      )
      return (paths.length === 0 ? ['/'] : paths).map((path) =>
        labelsOf([
          ['__address__', host],
          [`${META}ingress_scheme`, isSecure ? 'https' : 'http'],
          [`${META}ingress_host`, host],
          [`${META}ingress_path`, path],
        ]),
      )
    })
  return {
    source: `ingress/${namespace}/${name}`,
    targets,
    labels: labelsOf([
      [`${META}namespace`, namespace],
      [`${META}ingress_class_name`, textOf(spec['ingressClassName'])],
      ...objectLabels(ingress, 'ingress'),
    ]),
  }
}

/** `*.example.org` stands for one more label. */
function coversHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === pattern.slice(1)
}

/** Without a port, an IPv6 address stands bare in brackets. */
function addressOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip
}
