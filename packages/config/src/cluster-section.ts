// `cluster`: several servers that share targets, rules and alerts over etcd, and peers that fill each other's gaps.

import {
  always,
  duration,
  filePath,
  flag,
  integer,
  oneOf,
  real,
  secret,
  text,
  url,
} from './codec.ts'
import type { Codec } from './codec.ts'
import {
  checkHttp,
  HTTP_SHAPE,
  httpClientSettings,
  normaliseHttp,
  tlsSection,
  tlsSettings,
} from './http-client.ts'
import type { HttpFields, TlsFields } from './http-client.ts'
import { list, pointer, section } from './section.ts'
import type { ClusterConfig } from './settings.ts'

const memberHttpSection: Codec<HttpFields> = section(HTTP_SHAPE, {
  check: checkHttp,
  normalise: normaliseHttp,
})

export interface ClusterFields {
  name: string
  etcd: readonly string[]
  username: string
  password: string
  password_file: string
  id: string
  url: string
  weight: number
  lease: number
  shard: boolean
  replication: number
  rules: 'leader' | 'all' | ''
  alerts: 'shared' | 'local' | ''
  tls_config: TlsFields
  http_config: HttpFields
  peers: readonly string[]
  replica_label: string
  backfill: number
}

export const clusterSection: Codec<ClusterFields | undefined> = pointer(
  section<ClusterFields>(
    {
      name: always(text('default')),
      etcd: list(text()),
      username: text(),
      password: secret(),
      password_file: filePath(),
      id: text(),
      url: url(),
      weight: real(1),
      lease: always(duration('10s')),
      shard: always(flag()),
      replication: integer(1),
      rules: always(oneOf(['leader', 'all'], 'leader')),
      alerts: always(oneOf(['shared', 'local'], 'shared')),
      tls_config: tlsSection,
      http_config: memberHttpSection,
      peers: list(url()),
      replica_label: always(text('replica')),
      backfill: always(duration('2h')),
    },
    {
      check(value, refuse) {
        const { etcd, name, id, weight, lease, replication, peers, backfill } = value
        if (etcd?.length === 0 && peers?.length === 0)
          refuse('cluster wants etcd, the addresses of one, or peers, the URLs of servers', 'etcd')
        if (backfill !== undefined && (backfill < 60_000 || backfill > 7 * 86_400_000))
          refuse('cluster backfill must be from 1m to 7d', 'backfill')
        for (const [key, one] of [
          ['name', name],
          ['id', id],
        ] as const)
          if (one !== undefined && !/^[\w.:-]*$/.test(one))
            refuse(`cluster ${key} may have letters, digits and _ . : -`, key)
        if (name === '') refuse('cluster name is empty', 'name')
        if (weight !== undefined && !(weight > 0 && weight <= 1000))
          refuse('cluster weight must be above 0 and at most 1000', 'weight')
        if (lease !== undefined && (lease < 2000 || lease > 300_000))
          refuse('cluster lease must be from 2s to 5m', 'lease')
        if (replication !== undefined && (replication < 1 || replication > 10))
          refuse('cluster replication must be from 1 to 10', 'replication')
      },
    },
  ),
)

export function clusterConfig(fields: ClusterFields | undefined): ClusterConfig | undefined {
  if (fields === undefined) return undefined
  return {
    name: fields.name,
    etcd: fields.etcd,
    username: fields.username,
    password: fields.password,
    passwordFile: fields.password_file,
    id: fields.id,
    url: fields.url,
    weight: fields.weight,
    leaseMs: fields.lease,
    sharesTargets: fields.shard,
    replication: fields.replication,
    leadsRules: fields.rules === 'leader',
    sharesAlerts: fields.alerts === 'shared',
    tls: tlsSettings(fields.tls_config),
    http: httpClientSettings(fields.http_config),
    peers: fields.peers,
    replicaLabel: fields.replica_label,
    backfillMs: fields.backfill,
  }
}
