import type { JsonObject } from '../json.ts'

/** What stands for several, for other panels, and for what Grafana makes itself. */
const SPECIAL: ReadonlySet<string> = new Set([
  '-- Mixed --',
  '-- Dashboard --',
  '-- Grafana --',
  'grafana',
])

/** Names, as older files have them, as references; undefined leaves what is there. */
export function dataSourceRef(value: unknown): JsonObject | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  if (SPECIAL.has(value)) return { type: 'datasource', uid: value }
  if (value === 'default') return undefined
  return { type: 'prometheus', uid: value }
}
