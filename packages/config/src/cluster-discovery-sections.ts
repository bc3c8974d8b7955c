// Discoveries that ask an orchestrator or a registry of one's own: Kubernetes, Consul, Docker, ZooKeeper, …

import { quoted } from '@pharos/base'
import { discoveries, httpDiscoveries, urlOrMistake, wantText } from './client-discovery.ts'
import type { Discoveries } from './client-discovery.ts'
import { always, count, duration, filePath, flag, oneOf, secret, text, url } from './codec.ts'
import type { Codec } from './codec.ts'
import { HTTP_SHAPE } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import { list, mapOf, section } from './section.ts'
import type { Refuse } from './section.ts'

const filters = (): Codec<readonly object[]> =>
  always(list<object>(section({ name: always(text()), values: always(list(text())) })))

const consul = (): Discoveries =>
  httpDiscoveries(
    'consul_sd_configs',
    {
      server: text('localhost:8500'),
      path_prefix: text(),
      token: secret(),
      datacenter: text(),
      namespace: text(),
      partition: text(),
      tag_separator: text(','),
      scheme: text('http'),
      username: text(),
      password: secret(),
      allow_stale: always(flag(true)),
      refresh_interval: duration('30s'),
      services: list(text()),
      tags: list(text()),
      node_meta: mapOf(text()),
      filter: text(),
      health_filter: text(),
    },
    (value, refuse) => {
      const { server, username, password, token, basic_auth, authorization, oauth2 } = value
      wantText(server, 'consul SD configuration requires a server address', refuse)
      if ((username || password) && basic_auth !== undefined)
        refuse(
          'at most one of consul SD configuration username and password and basic auth can be configured',
        )
      if (token && (authorization ?? oauth2) !== undefined)
        refuse('at most one of consul SD token, authorization, or oauth2 can be configured')
    },
  )

function checkHost(host: string | undefined, refuse: Refuse): void {
  if (host === undefined) return
  if (host === '') return refuse('host missing')
  const parts = urlOrMistake(host)
  if (typeof parts === 'string') refuse(parts, 'host')
}

const docker = (): Discoveries =>
  httpDiscoveries(
    'docker_sd_configs',
    {
      host: always(text()),
      port: always(count(80)),
      filters: filters(),
      host_networking_host: always(text('localhost')),
      refresh_interval: always(duration('60s')),
      match_first_network: always(flag(true)),
    },
    ({ host }, refuse) => checkHost(host, refuse),
  )

const dockerswarm = (): Discoveries =>
  httpDiscoveries(
    'dockerswarm_sd_configs',
    {
      host: always(text()),
      role: always(
        oneOf(
          ['services', 'nodes', 'tasks'],
          '',
          (role) => `invalid role ${role}, expected tasks, services, or nodes`,
        ),
      ),
      port: always(count(80)),
      filters: filters(),
      refresh_interval: always(duration('60s')),
    },
    ({ host, role }, refuse) => {
      checkHost(host, refuse)
      if (role === '') refuse('role missing (one of: tasks, services, nodes)')
    },
  )

const eureka = (): Discoveries =>
  httpDiscoveries(
    'eureka_sd_configs',
    { server: text(), refresh_interval: duration('30s') },
    ({ server }, refuse) => {
      if (server === undefined) return
      if (server === '') return refuse('eureka_sd: empty or null eureka server')
      const parts = urlOrMistake(server)
      if (typeof parts === 'string') refuse(parts, 'server')
      else if (parts.scheme === '' || parts.host === '')
        refuse('eureka_sd: invalid eureka server URL', 'server')
    },
  )

const KUBERNETES_ROLES = [
  'pod',
  'service',
  'endpoints',
  'endpointslice',
  'node',
  'ingress',
] as const
type KubernetesRole = (typeof KUBERNETES_ROLES)[number]

const SELECTORS: Readonly<Record<KubernetesRole, readonly string[]>> = {
  pod: ['pod', 'node'],
  service: ['service'],
  endpoints: ['pod', 'service', 'endpoints'],
  endpointslice: ['pod', 'service', 'endpointslice'],
  node: ['node'],
  ingress: ['ingress'],
}

interface Selector {
  role: KubernetesRole | ''
  label: string
  field: string
}

interface KubernetesFields {
  api_server: string
  role: KubernetesRole | ''
  kubeconfig_file: string
  namespaces: { own_namespace: boolean; names: readonly string[] }
  selectors: readonly Selector[]
  attach_metadata: object
}

const kubernetesRole = (): Codec<KubernetesRole | ''> =>
  oneOf(KUBERNETES_ROLES, '', (role) => `unknown Kubernetes SD role ${quoted(role)}`)

const kubernetes = (): Discoveries =>
  httpDiscoveries<KubernetesFields>(
    'kubernetes_sd_configs',
    {
      api_server: url(),
      role: always(kubernetesRole()),
      kubeconfig_file: always(filePath()),
      namespaces: section<KubernetesFields['namespaces']>({
        own_namespace: always(flag()),
        names: always(list(text())),
      }),
      selectors: list(section<Selector>({ role: kubernetesRole(), label: text(), field: text() })),
      attach_metadata: section({
        node: always(flag()),
        namespace: always(flag()),
        deployment: always(flag()),
        job: always(flag()),
        cronjob: always(flag()),
      }) as unknown as Codec<object>,
    },
    checkKubernetes,
  )

function checkKubernetes(value: Partial<KubernetesFields & HttpFields>, refuse: Refuse): void {
  const { role, api_server, kubeconfig_file, namespaces } = value
  if (role === '')
    refuse('role missing (one of: pod, service, endpoints, endpointslice, node, ingress)')
  if (api_server && kubeconfig_file)
    refuse("cannot use 'kubeconfig_file' and 'api_server' simultaneously")
  const isCustom = !isDefaultClient(value)
  if (kubeconfig_file && isCustom)
    refuse("cannot use a custom HTTP client configuration together with 'kubeconfig_file'")
  else if (api_server === '' && isCustom)
    refuse("to use custom HTTP client configuration please provide the 'api_server' URL explicitly")
  if (api_server && namespaces?.own_namespace)
    refuse("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously")
  if (kubeconfig_file && namespaces?.own_namespace)
    refuse("cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously")
  if (role) checkSelectors(role, value.selectors ?? [], refuse)
}

function checkSelectors(
  role: KubernetesRole,
  selectors: readonly (Selector | undefined)[],
  refuse: Refuse,
): void {
  const seen = new Set<string>()
  selectors.forEach((selector, i) => {
    if (selector?.role === undefined) return
    if (seen.has(selector.role))
      refuse(`duplicated selector role: ${selector.role}`, 'selectors', i)
    seen.add(selector.role)
    const allowed = SELECTORS[role]
    if (!allowed.includes(selector.role))
      refuse(`${role} role supports only ${allowed.join(', ')} selectors`, 'selectors', i)
    for (const term of (selector.field ?? '').split(',')) {
      if (term !== '' && !term.includes('='))
        refuse(`invalid selector: '${selector.field}'; can't understand '${term}'`, 'selectors', i)
    }
  })
}

function isDefaultClient(value: Partial<HttpFields>): boolean {
  return Object.entries(HTTP_SHAPE).every(([key, codec]) => {
    const part = value[key as keyof HttpFields]
    if (key === 'follow_redirects' || key === 'enable_http2') return part !== false
    // Written by key, so the part is of its codec's type.
    return part === undefined || (codec as Codec<unknown>).isZero(part)
  })
}

const kuma = (): Discoveries =>
  httpDiscoveries(
    'kuma_sd_configs',
    {
      refresh_interval: duration('15s'),
      fetch_timeout: duration('2m'),
      server: text(),
      client_id: text(),
    },
    ({ server }, refuse) => {
      if (server === undefined) return
      if (server === '') return refuse('kuma SD server must not be empty: ')
      const parts = urlOrMistake(server)
      if (typeof parts === 'string') refuse(parts, 'server')
      else if (parts.scheme === '' || parts.host === '')
        refuse(`kuma SD server must not be empty and have a scheme: ${server}`, 'server')
    },
  )

const marathon = (): Discoveries =>
  httpDiscoveries(
    'marathon_sd_configs',
    {
      servers: list(text()),
      refresh_interval: duration('30s'),
      auth_token: secret(),
      auth_token_file: filePath(),
    },
    (value, refuse) => {
      const { servers, auth_token, auth_token_file } = value
      const most = 'marathon_sd: at most one of'
      if (servers?.length === 0) refuse('marathon_sd: must contain at least one Marathon server')
      if (auth_token && auth_token_file)
        refuse(`${most} auth_token & auth_token_file must be configured`)
      if (!auth_token && !auth_token_file) return
      if (value.basic_auth !== undefined)
        refuse(`${most} basic_auth, auth_token & auth_token_file must be configured`)
      if (value.bearer_token || value.bearer_token_file)
        refuse(
          `${most} bearer_token, bearer_token_file, auth_token & auth_token_file must be configured`,
        )
      if (value.authorization !== undefined)
        refuse(`${most} auth_token, auth_token_file & authorization must be configured`)
    },
  )

const nomad = (): Discoveries =>
  httpDiscoveries(
    'nomad_sd_configs',
    {
      allow_stale: always(flag(true)),
      namespace: always(text('default')),
      refresh_interval: always(duration('60s')),
      region: always(text('global')),
      server: always(text('http://localhost:4646')),
      tag_separator: text(','),
    },
    ({ server }, refuse) =>
      wantText(server, 'nomad SD configuration requires a server address', refuse),
  )

const puppetdb = (): Discoveries =>
  httpDiscoveries(
    'puppetdb_sd_configs',
    {
      refresh_interval: duration('60s'),
      url: always(url()),
      query: always(text()),
      include_parameters: always(flag()),
      port: always(count(80)),
    },
    (value, refuse) => {
      if (value.url !== undefined) {
        const parts = value.url === '' ? 'URL is missing' : urlOrMistake(value.url)
        if (typeof parts === 'string') refuse(parts)
        else if (parts.scheme !== 'http' && parts.scheme !== 'https')
          refuse("URL scheme must be 'http' or 'https'", 'url')
        else if (parts.host === '') refuse('host is missing in URL', 'url')
      }
      wantText(value.query, 'query missing', refuse)
    },
  )

const zooKeeper = (kind: 'serverset' | 'nerve'): Discoveries =>
  discoveries(
    `${kind}_sd_configs`,
    {
      servers: always(list(text())),
      paths: always(list(text())),
      timeout: duration('10s'),
    },
    {
      check({ servers, paths }, refuse) {
        if (servers?.length === 0)
          refuse(`${kind} SD config must contain at least one Zookeeper server`)
        if (paths?.length === 0) refuse(`${kind} SD config must contain at least one path`)
        paths?.forEach((path, i) => {
          if (path?.startsWith('/') === false)
            refuse(`${kind} SD config paths must begin with '/': ${path}`, 'paths', i)
        })
      },
    },
  )

export const CLUSTER_DISCOVERIES: Readonly<Record<string, Discoveries>> = {
  consul_sd_configs: consul(),
  docker_sd_configs: docker(),
  dockerswarm_sd_configs: dockerswarm(),
  eureka_sd_configs: eureka(),
  kubernetes_sd_configs: kubernetes(),
  kuma_sd_configs: kuma(),
  marathon_sd_configs: marathon(),
  nerve_sd_configs: zooKeeper('nerve'),
  nomad_sd_configs: nomad(),
  puppetdb_sd_configs: puppetdb(),
  serverset_sd_configs: zooKeeper('serverset'),
}
