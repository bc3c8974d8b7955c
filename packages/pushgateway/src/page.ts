// The page that is scraped: every family once, its metrics of all groups behind each other.

import { escapeFamily, type Metric, type MetricFamily, writeText } from '@pharos/exposition'
import { compareText, type EscapingScheme } from '@pharos/model'
import type { GroupStore } from './group-store.ts'
import { PUSH_FAILURE_TIME, PUSH_TIME, type PushGroup, stampFamilies } from './push-group.ts'

/**
 * The page in the classic text format.
 * @param own  the gateway's own families; their HELP wins, as in the reference
 */
export function pageText(
  store: GroupStore,
  own: readonly MetricFamily[],
  escaping: EscapingScheme,
): string {
  let text = ''
  for (const family of mergedFamilies(store, own))
    text += writeText([escapeFamily(family, escaping)])
  return text
}

/** What the page says of one group, its names as they were pushed. */
export function groupText(group: PushGroup): string {
  const families = [...group.families.values()].map(({ family }) => family)
  return writeText([...families, ...stampFamilies(group)])
}

/** All families, sorted by name, their metrics as the reference's gatherer sorts them. */
function* mergedFamilies(store: GroupStore, own: readonly MetricFamily[]): Iterable<MetricFamily> {
  const ownByName = new Map(own.map((family) => [family.name, family]))
  const names = new Set([...ownByName.keys(), ...store.index.names])
  if (store.size > 0) names.add(PUSH_TIME).add(PUSH_FAILURE_TIME)
  for (const name of [...names].sort(compareText)) {
    const parts = partsOf(store, name)
    const ownFamily = ownByName.get(name)
    if (ownFamily !== undefined) parts.unshift(ownFamily)
    yield merged(parts)
  }
}

function partsOf(store: GroupStore, name: string): MetricFamily[] {
  if (name === PUSH_TIME || name === PUSH_FAILURE_TIME) {
    const at = name === PUSH_TIME ? 0 : 1
    return [...store.groups()].map((group) => stampFamilies(group)[at]!)
  }
  return [...store.index.groupsWith(name)].map((group) => group.families.get(name)!.family)
}

/** Where nothing was checked types may differ: the first one stands, so that the page stays one that can be read. */
function merged(parts: readonly MetricFamily[]): MetricFamily {
  const [first] = parts
  const { name, type } = first!
  const help = parts.find((part) => part.help !== undefined)?.help
  const metrics = parts
    .filter((part) => part.type === type)
    .flatMap((part) => part.metrics)
    .sort(byValues)
  return { name, type, ...(help === undefined ? {} : { help }), metrics }
}

/** Fewer labels first, then by their values. @source client_golang internal.MetricSorter */
function byValues(a: Metric, b: Metric): number {
  if (a.labels.length !== b.labels.length) return a.labels.length - b.labels.length
  for (let i = 1; i < a.labels.length; i += 2) {
    const order = compareText(a.labels[i]!, b.labels[i]!)
    if (order !== 0) return order
  }
  return 0
}
