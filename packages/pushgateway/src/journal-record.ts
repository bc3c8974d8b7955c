// What stands in the journal of pushed groups; docs/format/pushgateway-journal.md draws it.

import type { MetricFamily } from '@pharos/exposition'

export type PushRecord =
  | {
      readonly kind: 'group'
      readonly labels: readonly string[]
      readonly pushedMs: number
      readonly failedMs: number
      readonly ttlMs: number
      readonly families: readonly (readonly [atMs: number, family: PlainFamily])[]
    }
  | {
      readonly kind: 'push'
      readonly labels: readonly string[]
      readonly atMs: number
      readonly replaces: boolean
      readonly ttlMs: number
      readonly families: readonly PlainFamily[]
    }
  | { readonly kind: 'refused'; readonly labels: readonly string[]; readonly atMs: number }
  | { readonly kind: 'delete'; readonly labels: readonly string[] }

/** A family whose numbers JSON can hold. */
type PlainFamily = { readonly plain: unknown }

/** JSON knows neither infinities, NaN nor −0: each stands as `{"n": "-Infinity"}`. */
export function plainFamily(family: MetricFamily): PlainFamily {
  return { plain: toPlain(family) }
}

/** The checksum of the record vouches that this was a family once. */
export function familyOf({ plain }: PlainFamily): MetricFamily {
  return fromPlain(plain) as MetricFamily
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { n: Object.is(value, -0) ? '-0' : String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toPlain)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toPlain(one)]))
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(fromPlain)
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first![0] === 'n') return Number(first![1])
  return Object.fromEntries(entries.map(([key, one]) => [key, fromPlain(one)]))
}
