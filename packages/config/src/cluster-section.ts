// `cluster`: several servers that share targets, rules and alerts over etcd.

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
import { list, pointer, section } from './section.ts'
import type { ClusterConfig } from './settings.ts'

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
    },
    {
      check(value, refuse) {
        const { etcd, name, id, weight, lease, replication } = value
        if (etcd?.length === 0) refuse('cluster wants etcd: the addresses of one', 'etcd')
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
  }
}
