// Discoveries that ask a cloud's API.

import { quoted } from '@pharos/base'
import { discoveries, httpDiscoveries, urlOrMistake, wantText } from './client-discovery.ts'
import type { Discoveries } from './client-discovery.ts'
import { always, count, duration, filePath, flag, integer, oneOf, secret, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { tlsSection } from './http-client.ts'
import { list, section } from './section.ts'
import type { Refuse, ShapeOf } from './section.ts'

interface Filter {
  name: string
  values: readonly string[]
}

const filters = (): Codec<readonly Filter[]> =>
  list(section<Filter>({ name: always(text()), values: always(list(text())) }))

interface AwsFields {
  endpoint: string
  region: string
  access_key: string
  secret_key: string
  profile: string
  role_arn: string
  external_id: string
  refresh_interval: number
  port: number
}

const AWS_SHAPE: ShapeOf<AwsFields> = {
  endpoint: always(text()),
  region: always(text()),
  access_key: text(),
  secret_key: secret(),
  profile: text(),
  role_arn: text(),
  external_id: text(),
  refresh_interval: duration('60s'),
  port: always(count(80)),
}

const AWS_ROLES = ['ec2', 'ecs', 'elasticache', 'lightsail', 'msk', 'rds'] as const

const aws = (): Discoveries =>
  httpDiscoveries(
    'aws_sd_configs',
    {
      role: always(oneOf(AWS_ROLES, '', (role) => `unknown AWS SD role ${quoted(role)}`)),
      ...AWS_SHAPE,
      filters: filters(),
      clusters: list(text()),
    },
    ({ role }, refuse) => {
      if (role === '') refuse('unknown AWS SD role ""')
    },
  )

const ec2 = (): Discoveries =>
  httpDiscoveries(
    'ec2_sd_configs',
    { ...AWS_SHAPE, filters: always(filters()) },
    (value, refuse) => {
      value.filters?.forEach((filter, i) => {
        if (filter?.values?.length === 0)
          refuse('EC2 SD configuration filter values cannot be empty', 'filters', i)
      })
    },
  )

const AZURE_WAYS = ['OAuth', 'ManagedIdentity', 'SDK', 'WorkloadIdentity'] as const

const azure = (): Discoveries =>
  httpDiscoveries(
    'azure_sd_configs',
    {
      environment: text('AzurePublicCloud'),
      port: always(count(80)),
      subscription_id: always(text()),
      tenant_id: text(),
      client_id: text(),
      client_secret: secret(),
      refresh_interval: duration('5m'),
      authentication_method: oneOf(
        AZURE_WAYS,
        'OAuth',
        (way) =>
          `unknown authentication_type ${quoted(way)}. ` +
          'Supported types are "OAuth", "ManagedIdentity", "SDK" or "WorkloadIdentity"',
      ),
      resource_group: text(),
    },
    (value, refuse) => {
      const want = (key: 'subscription_id' | 'tenant_id' | 'client_id' | 'client_secret'): void =>
        wantText(value[key], `azure SD configuration requires a ${key}`, refuse)
      want('subscription_id')
      if (value.authentication_method !== 'OAuth') return
      want('tenant_id')
      want('client_id')
      want('client_secret')
    },
  )

/** Clouds whose section is an HTTP client, a port and a few words. */
function plain<T extends object>(
  key: string,
  extra: ShapeOf<T>,
  check?: (value: Partial<T>, refuse: Refuse) => void,
): Discoveries {
  return httpDiscoveries(
    key,
    {
      refresh_interval: always(duration('60s')),
      port: always(count(80)),
      ...extra,
    } as unknown as ShapeOf<T>,
    check,
  )
}

const digitalocean = (): Discoveries =>
  plain(
    'digitalocean_sd_configs',
    {
      role: always(
        oneOf(
          ['droplets', 'databases'],
          'droplets',
          (role) => `unknown DigitalOcean SD role ${quoted(role)}`,
        ),
      ),
    },
    ({ role }, refuse) => {
      if (role === '') refuse('role missing (one of: droplets, databases)')
    },
  )

const hetzner = (): Discoveries =>
  plain(
    'hetzner_sd_configs',
    {
      role: always(oneOf(['robot', 'hcloud'], '', (role) => `unknown role ${quoted(role)}`)),
      label_selector: text(),
    },
    ({ role }, refuse) => {
      if (role === '') refuse('role missing (one of: robot, hcloud)')
    },
  )

const gce = (): Discoveries =>
  discoveries(
    'gce_sd_configs',
    {
      project: always(text()),
      zone: always(text()),
      filter: text(),
      refresh_interval: duration('60s'),
      port: always(count(80)),
      tag_separator: text(','),
    },
    {
      check({ project, zone }, refuse) {
        wantText(project, 'GCE SD configuration requires a project', refuse)
        wantText(zone, 'GCE SD configuration requires a zone', refuse)
      },
    },
  )

const ionos = (): Discoveries =>
  plain('ionos_sd_configs', { datacenter_id: always(text()) }, ({ datacenter_id }, refuse) =>
    wantText(datacenter_id, "datacenter id can't be empty", refuse),
  )

const oci = (): Discoveries =>
  plain(
    'oci_sd_configs',
    {
      auth: oneOf(
        ['api_key', 'instance_principal'],
        'api_key',
        (way) =>
          `oci_sd: unknown auth method ${quoted(way)}, expected "api_key" or "instance_principal"`,
      ),
      tenancy: text(),
      user: text(),
      fingerprint: text(),
      key_file: filePath(),
      key_passphrase: secret(),
      key_passphrase_file: filePath(),
      region: always(text()),
      compartments: list(text()),
    },
    (value, refuse) => {
      wantText(value.region, 'oci_sd: region is required', refuse)
      const keys = ['tenancy', 'user', 'fingerprint', 'key_file'] as const
      if (value.auth === 'api_key') {
        for (const key of keys) wantText(value[key], `oci_sd: api_key auth requires ${key}`, refuse)
        if (value.key_passphrase && value.key_passphrase_file)
          refuse('oci_sd: at most one of key_passphrase and key_passphrase_file must be configured')
      } else if (value.auth === 'instance_principal') {
        if ([...keys, 'key_passphrase', 'key_passphrase_file'].some((key) => value[key as 'user']))
          refuse(
            'oci_sd: instance_principal auth must not have tenancy, user, fingerprint, key_file, key_passphrase, or key_passphrase_file set',
          )
      }
      value.compartments?.forEach((compartment, i) => {
        if (compartment === '') refuse(`oci_sd: compartments[${i}] must not be empty`)
      })
    },
  )

const OPENSTACK_ROLES = ['instance', 'hypervisor', 'loadbalancer'] as const

const openstack = (): Discoveries =>
  discoveries(
    'openstack_sd_configs',
    {
      identity_endpoint: always(text()),
      username: always(text()),
      userid: always(text()),
      password: always(secret()),
      project_name: always(text()),
      project_id: always(text()),
      domain_name: always(text()),
      domain_id: always(text()),
      application_credential_name: always(text()),
      application_credential_id: always(text()),
      application_credential_secret: always(secret()),
      role: always(
        oneOf(OPENSTACK_ROLES, '', (role) => `unknown OpenStack SD role ${quoted(role)}`),
      ),
      region: always(text()),
      refresh_interval: always(duration('60s')),
      port: always(count(80)),
      all_tenants: flag(),
      tls_config: tlsSection,
      availability: oneOf(
        ['public', 'internal', 'admin'],
        'public',
        (word) => `unknown availability ${word}, must be one of admin, internal or public`,
      ),
    },
    {
      check({ role, region }, refuse) {
        if (role === '') refuse('role missing (one of: instance, hypervisor, loadbalancer)')
        wantText(region, 'openstack SD configuration requires a region', refuse)
      },
    },
  )

function checkSecretKey(
  value: { readonly secret_key?: string; readonly secret_key_file?: string },
  refuse: Refuse,
): void {
  const { secret_key, secret_key_file } = value
  if (secret_key === '' && secret_key_file === '')
    refuse('one of secret_key & secret_key_file must be configured')
  if (secret_key && secret_key_file)
    refuse('at most one of secret_key & secret_key_file must be configured')
}

const outscale = (): Discoveries =>
  plain(
    'outscale_sd_configs',
    {
      endpoint: text(),
      region: always(text('eu-west-2')),
      access_key: always(text()),
      secret_key: always(secret()),
      secret_key_file: always(filePath()),
    },
    (value, refuse) => {
      wantText(value.region, 'outscale SD configuration requires a region', refuse)
      wantText(value.access_key, 'outscale SD configuration requires access_key', refuse)
      checkSecretKey(value, refuse)
    },
  )

const ovhcloud = (): Discoveries =>
  discoveries(
    'ovhcloud_sd_configs',
    {
      endpoint: always(text('ovh-eu')),
      application_key: always(text()),
      application_secret: always(secret()),
      consumer_key: always(secret()),
      refresh_interval: always(duration('60s')),
      service: always(
        oneOf(['vps', 'dedicated_server'], '', (service) => `unknown service: ${service}`),
      ),
    },
    {
      check(value, refuse) {
        wantText(value.endpoint, 'endpoint can not be empty', refuse)
        wantText(value.application_key, 'application key can not be empty', refuse)
        wantText(value.application_secret, 'application secret can not be empty', refuse)
        wantText(value.consumer_key, 'consumer key can not be empty', refuse)
        if (value.service === '') refuse('unknown service: ')
      },
    },
  )

const scaleway = (): Discoveries =>
  plain(
    'scaleway_sd_configs',
    {
      project_id: always(text()),
      api_url: text('https://api.scaleway.com'),
      zone: always(text('fr-par-1')),
      access_key: always(text()),
      secret_key: always(secret()),
      secret_key_file: always(filePath()),
      name_filter: text(),
      tags_filter: list(text()),
      role: always(oneOf(['instance', 'baremetal'], '', (role) => `unknown role ${quoted(role)}`)),
    },
    (value, refuse) => {
      if (value.role === '') refuse('role missing (one of: instance, baremetal)')
      wantText(value.project_id, 'project_id is mandatory', refuse)
      checkSecretKey(value, refuse)
      wantText(value.access_key, 'access_key is mandatory', refuse)
    },
  )

const stackit = (): Discoveries =>
  plain(
    'stackit_sd_configs',
    {
      project: always(text()),
      region: text('eu01'),
      endpoint: text(),
      service_account_key: secret(),
      private_key: secret(),
      service_account_key_path: filePath(),
      private_key_path: filePath(),
      credentials_file_path: filePath(),
    },
    ({ endpoint, region }, refuse) => {
      if (endpoint === '' && region === '') refuse('stackit_sd: endpoint and region missing')
      const parts = urlOrMistake(endpoint ?? '')
      if (typeof parts === 'string')
        refuse(`stackit_sd: invalid endpoint ${quoted(endpoint ?? '')}: ${parts}`, 'endpoint')
    },
  )

const triton = (): Discoveries =>
  discoveries(
    'triton_sd_configs',
    {
      account: always(text()),
      role: always(text('container')),
      dns_suffix: always(text()),
      endpoint: always(text()),
      groups: list(text()),
      port: always(count(9163)),
      refresh_interval: duration('60s'),
      tls_config: tlsSection,
      version: always(integer(1)),
    },
    {
      check(value, refuse) {
        const requires = 'triton SD configuration requires'
        if (value.role !== undefined && value.role !== 'container' && value.role !== 'cn')
          refuse(`${requires} role to be 'container' or 'cn'`, 'role')
        wantText(value.account, `${requires} an account`, refuse)
        wantText(value.dns_suffix, `${requires} a dns_suffix`, refuse)
        wantText(value.endpoint, `${requires} an endpoint`, refuse)
        if (value.refresh_interval === 0)
          refuse(`${requires} RefreshInterval to be a positive integer`)
      },
    },
  )

const uyuni = (): Discoveries =>
  httpDiscoveries(
    'uyuni_sd_configs',
    {
      server: always(text()),
      username: always(text()),
      password: always(secret()),
      entitlement: text('monitoring_entitled'),
      separator: text(','),
      refresh_interval: duration('1m'),
    },
    ({ server, username, password }, refuse) => {
      const requires = 'Uyuni SD configuration requires'
      wantText(server, `${requires} server host`, refuse)
      const parts = urlOrMistake(server ?? '')
      if (typeof parts === 'string') refuse(`Uyuni Server URL is not valid: ${parts}`, 'server')
      wantText(username, `${requires} a username`, refuse)
      wantText(password, `${requires} a password`, refuse)
    },
  )

export const CLOUD_DISCOVERIES: Readonly<Record<string, Discoveries>> = {
  aws_sd_configs: aws(),
  azure_sd_configs: azure(),
  digitalocean_sd_configs: digitalocean(),
  ec2_sd_configs: ec2(),
  gce_sd_configs: gce(),
  hetzner_sd_configs: hetzner(),
  ionos_sd_configs: ionos(),
  lightsail_sd_configs: httpDiscoveries('lightsail_sd_configs', AWS_SHAPE),
  linode_sd_configs: plain('linode_sd_configs', { tag_separator: text(','), region: text() }),
  oci_sd_configs: oci(),
  openstack_sd_configs: openstack(),
  outscale_sd_configs: outscale(),
  ovhcloud_sd_configs: ovhcloud(),
  scaleway_sd_configs: scaleway(),
  stackit_sd_configs: stackit(),
  triton_sd_configs: triton(),
  uyuni_sd_configs: uyuni(),
  vultr_sd_configs: plain('vultr_sd_configs', {}),
}
