// The tables of /api/v1/status/tsdb: which names and labels the head's series have most of.

import type { Task } from '@pharos/base'
import { METRIC_NAME } from '@pharos/model'
import type { Head } from './head/head.ts'
import type { Cardinality, NameCount } from './tsdb-status.ts'

/** Series or pairs between two stops, some 100 µs. */
const STOP_COUNT = 256

/** Counts over all series of the head, of which some may come and go meanwhile. `limit` names in each table. */
export function* cardinalityOf(head: Head, limit: number): Task<Cardinality> {
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
      if (column % STOP_COUNT === 0) yield
      const { own, removed } = layout.shapes[column]!
      for (let i = 0; i < own.flat.length; i += 2) {
        const name = own.flat[i]!
        count(name, own.flat[i + 1]!, 1)
        if (key.has(name)) count(name, key.get(name), -1)
      }
      for (const name of removed) count(name, key.get(name), -1)
    }
  }
  const seriesByPair = new Top(limit)
  const valuesByName = new Top(limit)
  const bytesByName = new Top(limit)
  const seriesByMetric = new Top(limit)
  let numLabelPairs = 0
  for (const [name, values] of pairs) {
    let bytes = 0
    let used = 0
    for (const [value, series] of values) {
      if (series <= 0) continue
      if (++used % STOP_COUNT === 0) yield
      bytes += value.length
      seriesByPair.offer(`${name}=`, value, series)
      if (name === METRIC_NAME) seriesByMetric.offer('', value, series)
    }
    if (used === 0) continue
    numLabelPairs += used
    valuesByName.offer('', name, used)
    bytesByName.offer('', name, bytes)
  }
  return {
    numSeries,
    numLabelPairs,
    chunkCount,
    minTimeMs: head.minTimeMs,
    maxTimeMs: head.maxTimeMs,
    seriesCountByMetricName: seriesByMetric.all,
    labelValueCountByLabelName: valuesByName.all,
    memoryInBytesByLabelName: bytesByName.all,
    seriesCountByLabelValuePair: seriesByPair.all,
  }
}

/** The largest counts, those of one size by name. There may be a million names: only those that stay are put together. */
class Top {
  readonly #limit: number
  /** Largest first. */
  readonly all: NameCount[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  offer(prefix: string, value: string, count: number): void {
    const { all } = this
    const last = all.at(-1)
    if (this.#limit === 0) return
    if (all.length === this.#limit && count < last!.value) return
    const name = prefix + value
    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const one = all[middle]!
      if (one.value > count || (one.value === count && one.name < name)) low = middle + 1
      else high = middle
    }
    all.splice(low, 0, { name, value: count })
    if (all.length > this.#limit) all.pop()
  }
}
