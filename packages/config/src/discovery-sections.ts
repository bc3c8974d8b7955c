// *_sd_configs. Static, file and etcd groups have components; the others are checked as the reference checks
// them, so that a file that loads there loads here.

import { quoted } from '@pharos/base'
import type { Labels } from '@pharos/model'
import { httpDiscoveries, discoveries, wantText } from './client-discovery.ts'
import type { Discoveries } from './client-discovery.ts'
import { CLOUD_DISCOVERIES } from './cloud-discovery-sections.ts'
import { CLUSTER_DISCOVERIES } from './cluster-discovery-sections.ts'
import { always, count, duration, filePath, secret, text, url } from './codec.ts'
import type { Codec } from './codec.ts'
import { checkHttp, HTTP_SHAPE, httpClientSettings, normaliseHttp } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import type { EtcdDiscoverySettings } from './settings.ts'
import { BACKEND_KEYS } from './discovery-settings.ts'
import type { BackendFields } from './discovery-settings.ts'
import { labelMap } from './label-map.ts'
import { list, section } from './section.ts'
import type { ShapeOf } from './section.ts'
import { httpUrlMistake } from './url.ts'

export interface StaticGroupFields {
  targets: readonly string[]
  labels: Labels
}

interface EtcdDiscoveryFields extends HttpFields {
  endpoints: readonly string[]
  prefix: string
  layout: string
  username: string
  password: string
  password_file: string
  refresh_interval: number
}

interface FileDiscoveryFields {
  files: readonly string[]
  refresh_interval: number
}

/** What scrape and Alertmanager sections have beside their own keys. */
export interface DiscoveryFields extends BackendFields {
  static_configs: readonly StaticGroupFields[]
  file_sd_configs: readonly FileDiscoveryFields[]
  etcd_sd_configs: readonly EtcdDiscoveryFields[]
}

export const staticGroupSection: Codec<StaticGroupFields> = section<StaticGroupFields>({
  targets: always(list(text())),
  labels: labelMap(),
})

const FILE_PATTERN = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/

const fileSection: Codec<FileDiscoveryFields> = section<FileDiscoveryFields>(
  { files: always(list(filePath())), refresh_interval: duration('5m') },
  {
    check({ files }, refuse) {
      if (files?.length === 0)
        refuse('file service discovery config must contain at least one path name')
      files?.forEach((name, i) => {
        if (name !== undefined && !FILE_PATTERN.test(name))
          refuse(`path name ${quoted(name)} is not valid for file discovery`, 'files', i)
      })
    },
  },
)

const http = (): Discoveries =>
  httpDiscoveries(
    'http_sd_configs',
    { refresh_interval: duration('60s'), url: always(url()) },
    (value, refuse) => {
      const mistake = value.url === undefined ? undefined : httpUrlMistake(value.url)
      if (mistake !== undefined) refuse(mistake, 'url')
    },
  )

const DNS_TYPES = ['SRV', 'A', 'AAAA', 'MX', 'NS']

const dns = (): Discoveries =>
  discoveries(
    'dns_sd_configs',
    {
      names: always(list(text())),
      refresh_interval: duration('30s'),
      type: always(text('SRV')),
      port: always(count()),
    },
    {
      check({ names, type, port }, refuse) {
        if (names?.length === 0) refuse('DNS-SD config must contain at least one SRV record name')
        if (type === undefined) return
        const upper = type.toUpperCase()
        if (!DNS_TYPES.includes(upper)) refuse(`invalid DNS-SD records type ${upper}`, 'type')
        else if (upper !== 'SRV' && port === 0)
          refuse('a port is required in DNS-SD configs for all record types except SRV')
      },
    },
  )

/** Services that register themselves below a prefix of etcd, with a lease each. */
const etcdSection: Codec<EtcdDiscoveryFields> = section<EtcdDiscoveryFields>(
  {
    ...HTTP_SHAPE,
    endpoints: always(list(text())),
    prefix: text('/service/'),
    layout: text('{name}/{id}'),
    username: text(),
    password: secret(),
    password_file: filePath(),
    refresh_interval: duration('30s'),
  },
  {
    check(value, refuse) {
      const { endpoints, layout, username, password, password_file } = value
      checkHttp(value, refuse)
      if (endpoints?.length === 0) refuse('etcd SD configuration requires at least one endpoint')
      endpoints?.forEach((endpoint, i) => {
        if (endpoint !== undefined && !ETCD_ENDPOINT.test(endpoint))
          refuse(
            `etcd endpoint wants a form like http://127.0.0.1:2379, has ${quoted(endpoint)}`,
            'endpoints',
            i,
          )
      })
      if (password && password_file)
        refuse('at most one of password & password_file must be configured')
      if (username === '' && (password || password_file))
        refuse('etcd SD configuration with a password requires a username')
      for (const [part] of layout?.matchAll(/\{[^}]*\}/g) ?? [])
        if (!['{name}', '{id}', '{any}'].includes(part))
          refuse(`layout wants {name}, {id} and {any}, has ${quoted(part)}`, 'layout')
    },
    normalise: normaliseHttp,
  },
)

const ETCD_ENDPOINT = /^(?:https?:\/\/)?[^/?#\s]+\/?$/

/** The settings of checked etcd sections. */
export function etcdDiscoveries(
  sections: readonly EtcdDiscoveryFields[],
): readonly EtcdDiscoverySettings[] {
  return sections.map((one) => ({
    endpoints: one.endpoints,
    prefix: one.prefix,
    layout: one.layout,
    username: one.username,
    password: one.password,
    passwordFile: one.password_file,
    http: httpClientSettings(one),
    refreshIntervalMs: one.refresh_interval,
  }))
}

const nacos = (): Discoveries =>
  httpDiscoveries(
    'nacos_sd_configs',
    {
      server: text(),
      namespace: text(),
      group: text('DEFAULT_GROUP'),
      services: list(text()),
      username: text(),
      password: secret(),
      password_file: filePath(),
      refresh_interval: duration('30s'),
    },
    ({ server }, refuse) => {
      wantText(server, 'nacos SD configuration requires a server address', refuse)
    },
  )

const OTHERS: Readonly<Record<string, Discoveries>> = {
  ...CLOUD_DISCOVERIES,
  ...CLUSTER_DISCOVERIES,
  dns_sd_configs: dns(),
  http_sd_configs: http(),
  nacos_sd_configs: nacos(),
}

/** Keys of discoveries that are read and checked, but have no component yet. */
export const OTHER_DISCOVERIES: readonly string[] = Object.keys(OTHERS).filter(
  (key) => !BACKEND_KEYS.includes(key),
)

const KNOWN: ShapeOf<Omit<DiscoveryFields, keyof BackendFields>> = {
  static_configs: list(staticGroupSection, 'empty or null section in static_configs'),
  file_sd_configs: list(fileSection, 'empty or null section in file_sd_configs'),
  etcd_sd_configs: list(etcdSection, 'empty or null section in etcd_sd_configs'),
}

/** All discoveries, sorted by key as the reference shows them. */
export const DISCOVERY_SHAPE: ShapeOf<DiscoveryFields> = Object.fromEntries(
  Object.entries({ ...OTHERS, ...KNOWN }).sort(([a], [b]) => (a < b ? -1 : 1)),
) as unknown as ShapeOf<DiscoveryFields>
