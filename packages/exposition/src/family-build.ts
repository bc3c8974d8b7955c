// Samples put together to families: the buckets, sum and count of one histogram arrive as lines of their own.

import type { MetricType } from '@pharos/model'
import type { HistogramValue, Metric, MetricFamily, SummaryValue } from './family.ts'
import { floatOfText } from './float-bytes.ts'
import { type LineReader, shown } from './line-reader.ts'

export interface BuiltFamily {
  readonly name: string
  help: string | undefined
  type: MetricType | undefined
  /** By label set without `le` or `quantile`; plain metrics by their position. */
  readonly metrics: Map<string, BuiltMetric>
}

interface BuiltMetric {
  readonly labels: string[]
  timestampMs: number | undefined
  value: number | undefined
  count: number | undefined
  sum: number | undefined
  isFloat: boolean
  readonly points: { readonly at: number; readonly value: number }[]
}

/** Adds one sample line; `suffix` is what its name has beyond the family's. */
export function addSample(
  reader: LineReader,
  family: BuiltFamily,
  suffix: string,
  labels: readonly string[],
  value: number,
  timestampMs: number | undefined,
): void {
  const { type } = family
  const isHistogram = type === 'histogram' || type === 'gaugehistogram'
  if (!isHistogram && type !== 'summary') {
    // Equal label sets are not merged: who reads the families decides what twice means.
    const metric = metricOf(family, String(family.metrics.size), [...labels])
    metric.value = value
    metric.timestampMs = timestampMs
    return
  }
  const pointLabel = isHistogram ? 'le' : 'quantile'
  const rest: string[] = []
  let at: number | undefined
  for (let i = 0; i < labels.length; i += 2) {
    if (labels[i] !== pointLabel) rest.push(labels[i]!, labels[i + 1]!)
    else at = pointOf(reader, pointLabel, labels[i + 1]!)
  }
  const metric = metricOf(family, keyOf(rest), rest)
  if (timestampMs !== undefined) metric.timestampMs = timestampMs
  if (suffix === '_sum') {
    metric.sum = value
    return
  }
  if (isHistogram && (suffix === '_count' || suffix === '_bucket')) {
    if (value < 0) reader.fail(`negative ${suffix.slice(1)} of histogram ${shown(family.name)}`)
    if (!Number.isInteger(value)) metric.isFloat = true
  }
  if (suffix === '_count') metric.count = value
  else if (at !== undefined && (suffix === '_bucket' || !isHistogram))
    metric.points.push({ at, value })
}

function pointOf(reader: LineReader, label: string, text: string): number {
  const value = floatOfText(text)
  if (typeof value === 'number') return value
  return reader.fail(`expected float as value for '${label}' label, got ${shown(text)}`)
}

function keyOf(labels: readonly string[]): string {
  const pairs: string[] = []
  for (let i = 0; i < labels.length; i += 2) pairs.push(JSON.stringify([labels[i], labels[i + 1]]))
  return pairs.sort().join()
}

function metricOf(family: BuiltFamily, key: string, labels: string[]): BuiltMetric {
  let metric = family.metrics.get(key)
  if (metric === undefined) {
    metric = {
      labels,
      timestampMs: undefined,
      value: undefined,
      count: undefined,
      sum: undefined,
      isFloat: false,
      points: [],
    }
    family.metrics.set(key, metric)
  }
  return metric
}

/** The families that have a sample. */
export function finished(families: ReadonlyMap<string, BuiltFamily>): MetricFamily[] {
  const out: MetricFamily[] = []
  for (const { name, help, type = 'unknown', metrics } of families.values()) {
    if (metrics.size === 0) continue
    out.push({
      name,
      type,
      ...(help === undefined ? {} : { help }),
      metrics: [...metrics.values()].map((metric) => finishedMetric(type, metric)),
    })
  }
  return out
}

function finishedMetric(type: MetricType, built: BuiltMetric): Metric {
  const { labels, timestampMs, value, count, sum } = built
  const common = { labels, ...(timestampMs === undefined ? {} : { timestampMs }) }
  if (value !== undefined) return { ...common, value }
  const totals = {
    ...(count === undefined ? {} : { count }),
    ...(sum === undefined ? {} : { sum }),
  }
  if (type === 'summary') {
    const quantiles = built.points.map(({ at, value: v }) => ({ quantile: at, value: v }))
    const summary: SummaryValue = { ...totals, quantiles }
    return { ...common, summary }
  }
  const buckets = built.points.map(({ at, value: v }) => ({ upperBound: at, count: v }))
  const histogram: HistogramValue = {
    ...totals,
    buckets,
    ...(built.isFloat ? { isFloat: true } : {}),
  }
  return { ...common, histogram }
}
