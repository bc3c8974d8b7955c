// The typed form of the discoveries that ask a backend. The sections check; this only renames and groups.

import type { HttpClientSettings } from '@pharos/base'
import { httpClientSettings } from './http-client.ts'
import type { HttpFields } from './http-client.ts'

interface Polled {
  readonly refreshIntervalMs: number
}

export interface HttpDiscoverySettings extends Polled {
  readonly url: string
  readonly http: HttpClientSettings
}

export interface DnsDiscoverySettings extends Polled {
  readonly names: readonly string[]
  readonly type: 'A' | 'AAAA' | 'SRV' | 'MX' | 'NS'
  /** For all types but SRV. */
  readonly port: number
}

export interface ConsulDiscoverySettings extends Polled {
  /** `http://localhost:8500`, with the path prefix. */
  readonly url: string
  readonly token: string
  readonly datacenter: string
  readonly namespace: string
  readonly partition: string
  readonly tagSeparator: string
  readonly allowStale: boolean
  /** Empty: all. */
  readonly services: readonly string[]
  readonly tags: readonly string[]
  readonly nodeMeta: readonly (readonly [string, string])[]
  readonly filter: string
  readonly healthFilter: string
  readonly http: HttpClientSettings
}

export interface NacosDiscoverySettings extends Polled {
  readonly url: string
  readonly namespace: string
  readonly group: string
  /** Empty: all. */
  readonly services: readonly string[]
  readonly username: string
  readonly password: string
  readonly passwordFile: string
  readonly http: HttpClientSettings
}

export interface DockerDiscoverySettings extends Polled {
  /** `unix:///var/run/docker.sock`, `tcp://…`, `http://…` */
  readonly host: string
  readonly port: number
  readonly filters: readonly DockerFilter[]
  readonly hostNetworkingHost: string
  readonly matchFirstNetwork: boolean
  readonly http: HttpClientSettings
}

export interface DockerFilter {
  readonly name: string
  readonly values: readonly string[]
}

export interface SwarmDiscoverySettings extends Polled {
  readonly host: string
  readonly role: 'services' | 'nodes' | 'tasks'
  readonly port: number
  readonly filters: readonly DockerFilter[]
  readonly http: HttpClientSettings
}

export type KubernetesRole = 'pod' | 'service' | 'endpoints' | 'endpointslice' | 'node' | 'ingress'

export interface KubernetesDiscoverySettings {
  /** '' for the cluster that we run in, or what the kubeconfig says. */
  readonly apiServer: string
  readonly kubeconfigFile: string
  readonly role: KubernetesRole
  readonly ownNamespace: boolean
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly selectors: readonly {
    readonly role: KubernetesRole
    readonly label: string
    readonly field: string
  }[]
  /** Pods get the labels of their node. */
  readonly attachesNode: boolean
  readonly http: HttpClientSettings
}

/** The discoveries of a job that ask a backend. */
export interface BackendDiscoveries {
  readonly http: readonly HttpDiscoverySettings[]
  readonly dns: readonly DnsDiscoverySettings[]
  readonly consul: readonly ConsulDiscoverySettings[]
  readonly nacos: readonly NacosDiscoverySettings[]
  readonly docker: readonly DockerDiscoverySettings[]
  readonly dockerswarm: readonly SwarmDiscoverySettings[]
  readonly kubernetes: readonly KubernetesDiscoverySettings[]
}

export const NO_BACKENDS: BackendDiscoveries = {
  http: [],
  dns: [],
  consul: [],
  nacos: [],
  docker: [],
  dockerswarm: [],
  kubernetes: [],
}

interface RefreshFields {
  refresh_interval: number
}

interface UrlFields extends HttpFields, RefreshFields {
  url: string
}

interface DnsFields extends RefreshFields {
  names: readonly string[]
  type: string
  port: number
}

interface ConsulFields extends HttpFields, RefreshFields {
  server: string
  path_prefix: string
  token: string
  datacenter: string
  namespace: string
  partition: string
  tag_separator: string
  scheme: string
  username: string
  password: string
  allow_stale: boolean
  services: readonly string[]
  tags: readonly string[]
  node_meta: readonly (readonly [string, string])[]
  filter: string
  health_filter: string
}

interface NacosFields extends HttpFields, RefreshFields {
  server: string
  namespace: string
  group: string
  services: readonly string[]
  username: string
  password: string
  password_file: string
}

interface DockerFields extends HttpFields, RefreshFields {
  host: string
  port: number
  filters: readonly DockerFilter[]
  host_networking_host: string
  match_first_network: boolean
  role: SwarmDiscoverySettings['role']
}

interface KubernetesFields extends HttpFields {
  api_server: string
  role: KubernetesRole
  kubeconfig_file: string
  namespaces: { own_namespace: boolean; names: readonly string[] }
  selectors: KubernetesDiscoverySettings['selectors']
  attach_metadata: { node: boolean }
}

/** What the sections of a scrape job decode to, by key. */
export interface BackendFields {
  http_sd_configs: readonly UrlFields[]
  dns_sd_configs: readonly DnsFields[]
  consul_sd_configs: readonly ConsulFields[]
  nacos_sd_configs: readonly NacosFields[]
  docker_sd_configs: readonly DockerFields[]
  dockerswarm_sd_configs: readonly DockerFields[]
  kubernetes_sd_configs: readonly KubernetesFields[]
}

/** Keys whose discoveries have a component. */
export const BACKEND_KEYS: readonly string[] = [
  'http_sd_configs',
  'dns_sd_configs',
  'consul_sd_configs',
  'nacos_sd_configs',
  'docker_sd_configs',
  'dockerswarm_sd_configs',
  'kubernetes_sd_configs',
]

export function backendDiscoveries(job: BackendFields): BackendDiscoveries {
  return {
    http: job.http_sd_configs.map((one) => ({
      url: one.url,
      refreshIntervalMs: one.refresh_interval,
      http: httpClientSettings(one),
    })),
    dns: job.dns_sd_configs.map(({ names, type, port, refresh_interval }) => ({
      names,
      // The section lets no other text through.
      type: type.toUpperCase() as DnsDiscoverySettings['type'],
      port,
      refreshIntervalMs: refresh_interval,
    })),
    consul: job.consul_sd_configs.map(consulSettings),
    nacos: job.nacos_sd_configs.map((one) => ({
      url: /^https?:\/\//.test(one.server) ? one.server : `http://${one.server}`,
      namespace: one.namespace,
      group: one.group,
      services: one.services,
      username: one.username,
      password: one.password,
      passwordFile: one.password_file,
      refreshIntervalMs: one.refresh_interval,
      http: httpClientSettings(one),
    })),
    docker: job.docker_sd_configs.map((one) => ({
      host: one.host,
      port: one.port,
      filters: one.filters,
      hostNetworkingHost: one.host_networking_host,
      matchFirstNetwork: one.match_first_network,
      refreshIntervalMs: one.refresh_interval,
      http: httpClientSettings(one),
    })),
    dockerswarm: job.dockerswarm_sd_configs.map((one) => ({
      host: one.host,
      role: one.role,
      port: one.port,
      filters: one.filters,
      refreshIntervalMs: one.refresh_interval,
      http: httpClientSettings(one),
    })),
    kubernetes: job.kubernetes_sd_configs.map((one) => ({
      apiServer: one.api_server,
      kubeconfigFile: one.kubeconfig_file,
      role: one.role,
      ownNamespace: one.namespaces.own_namespace,
      namespaces: one.namespaces.names,
      selectors: one.selectors,
      attachesNode: one.attach_metadata.node,
      http: httpClientSettings(one),
    })),
  }
}

function consulSettings(one: ConsulFields): ConsulDiscoverySettings {
  const http = httpClientSettings(one)
  const { username, password } = one
  const hasLogin = http.basicAuth === undefined && username !== ''
  const basicAuth = hasLogin
    ? { username, usernameFile: '', password, passwordFile: '' }
    : http.basicAuth
  return {
    url: `${one.scheme === '' ? 'http' : one.scheme}://${one.server}${one.path_prefix}`,
    token: one.token,
    datacenter: one.datacenter,
    namespace: one.namespace,
    partition: one.partition,
    tagSeparator: one.tag_separator,
    allowStale: one.allow_stale,
    services: one.services,
    tags: one.tags,
    nodeMeta: one.node_meta,
    filter: one.filter,
    healthFilter: one.health_filter,
    refreshIntervalMs: one.refresh_interval,
    http: { ...http, basicAuth },
  }
}
