// The tables of /api/v1/status/tsdb: which names and labels the head's series have most of.

import { METRIC_NAME } from '@pharos/model'
import type { Head } from './head/head.ts'
import type { Cardinality, NameCount } from './tsdb-status.ts'

/** Counts over all series of the head. `limit` names in each table. */
export function cardinalityOf(head: Head, limit: number): Cardinality {
  const pairs = new Map<string, Map<string, number>>()
  const count = (name: string, value: string, by: number): void => {
    let values = pairs.get(name)
    if (values === undefined) pairs.set(name, (values = new Map()))
    values.set(value, (values.get(value) ?? 0) + by)
  }
  let numSeries = 0
  let chunkCount = 0
  for (const { key, layout, columnCount, sealed, waiting, open } of head.groups) {
    chunkCount += sealed.length + waiting.length + (open === undefined ? 0 : 1)
    if (layout === undefined) continue
    numSeries += columnCount
    for (const [name, value] of key) count(name, value, columnCount)
    for (let column = 0; column < columnCount; column++) {
      const { own, removed } = layout.shapes[column]!
      for (let i = 0; i < own.flat.length; i += 2) {
        const name = own.flat[i]!
        count(name, own.flat[i + 1]!, 1)
        if (key.has(name)) count(name, key.get(name), -1)
      }
      for (const name of removed) count(name, key.get(name), -1)
    }
  }
  const seriesByPair: [string, number][] = []
  const valuesByName: [string, number][] = []
  const bytesByName: [string, number][] = []
  for (const [name, values] of pairs) {
    let bytes = 0
    let used = 0
    for (const [value, series] of values) {
      if (series <= 0) continue
      used++
      bytes += value.length
      seriesByPair.push([`${name}=${value}`, series])
    }
    if (used === 0) continue
    valuesByName.push([name, used])
    bytesByName.push([name, bytes])
  }
  const byMetric = [...(pairs.get(METRIC_NAME) ?? [])]
  return {
    numSeries,
    numLabelPairs: seriesByPair.length,
    chunkCount,
    minTimeMs: head.minTimeMs,
    maxTimeMs: head.maxTimeMs,
    seriesCountByMetricName: top(byMetric, limit),
    labelValueCountByLabelName: top(valuesByName, limit),
    memoryInBytesByLabelName: top(bytesByName, limit),
    seriesCountByLabelValuePair: top(seriesByPair, limit),
  }
}

function top(counts: readonly (readonly [string, number])[], limit: number): NameCount[] {
  return counts
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([name, value]) => ({ name, value }))
}
