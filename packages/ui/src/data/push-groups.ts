// Pushed groups as the gateway's API tells them, shaped for the page.
import type { LabelSet } from './api-types.ts'

export interface PushedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly pushedMs: number
  readonly metrics: readonly { readonly labels: LabelSet; readonly text: string }[]
}

export interface PushGroup {
  /** Names the group; the path that deletes it, below `api/push/metrics`. */
  readonly path: string
  readonly labels: LabelSet
  /** Undefined: it lives until it is deleted. */
  readonly ttlSeconds: number | undefined
  readonly isLastPushTaken: boolean
  /** ms; undefined: never. */
  readonly pushedMs: number | undefined
  readonly failedMs: number | undefined
  readonly families: readonly PushedFamily[]
}

interface FamilyJson {
  readonly time_stamp: string
  readonly type: string
  readonly help?: string
  readonly metrics: readonly MetricJson[]
}

interface MetricJson {
  readonly labels: LabelSet
  readonly value?: string
  readonly count?: string
  readonly sum?: string
}

/** `/api/v1/metrics` of a gateway: a family beside `labels` and the rest, whatever it is called. */
export type PushGroupJson = Readonly<Record<string, unknown>>

const PUSHED = 'push_time_seconds'
const FAILED = 'push_failure_time_seconds'

/** Groups whose last push was refused first, then the newest. */
export function pushGroupsOf(data: readonly PushGroupJson[]): PushGroup[] {
  return data
    .map(groupOf)
    .sort(
      (a, b) =>
        Number(a.isLastPushTaken) - Number(b.isLastPushTaken) ||
        (b.pushedMs ?? 0) - (a.pushedMs ?? 0) ||
        (a.path < b.path ? -1 : 1),
    )
}

function groupOf(json: PushGroupJson): PushGroup {
  const labels = json['labels'] as LabelSet
  const ttl = json['ttl_seconds']
  const families = Object.entries(json)
    .filter((entry): entry is [string, FamilyJson] => isFamily(entry[1]))
    .map(([name, family]) => familyOf(name, family))
  const secondsOf = (name: string): number | undefined => {
    const value = Number(families.find((one) => one.name === name)?.metrics[0]?.text ?? 0)
    return value > 0 ? value * 1000 : undefined
  }
  return {
    path: groupPath(labels),
    labels,
    ttlSeconds: typeof ttl === 'string' || typeof ttl === 'number' ? Number(ttl) : undefined,
    isLastPushTaken: json['last_push_successful'] !== false,
    pushedMs: secondsOf(PUSHED),
    failedMs: secondsOf(FAILED),
    families: families.filter(({ name }) => name !== PUSHED && name !== FAILED),
  }
}

function isFamily(value: unknown): value is FamilyJson {
  return typeof value === 'object' && value !== null && 'metrics' in value
}

function familyOf(
  name: string,
  { time_stamp, type, help = '', metrics }: FamilyJson,
): PushedFamily {
  return {
    name,
    type: type.toLowerCase(),
    help,
    pushedMs: Date.parse(time_stamp),
    metrics: metrics.map(({ labels, value, count = '', sum = '' }) => ({
      labels,
      text: value ?? `Σ ${sum} · n ${count}`,
    })),
  }
}

/** `job/a/instance/b`; what a path cannot hold goes as base64. */
export function groupPath(labels: LabelSet): string {
  const names = Object.keys(labels).filter((name) => name !== 'job')
  return ['job', ...names.sort()]
    .map((name) => {
      const value = labels[name] ?? ''
      if (value === '') return `${name}@base64/=`
      return /^[A-Za-z0-9_.:-]+$/.test(value) && !/^\.+$/.test(value)
        ? `${name}/${value}`
        : `${name}@base64/${base64Url(value)}`
    })
    .join('/')
}

function base64Url(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
