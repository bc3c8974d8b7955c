// Pushes that add up: short-lived processes of one job that each count from zero.

import { UserError } from '@pharos/base'
import type { HistogramValue, Metric, MetricFamily, SummaryValue } from '@pharos/exposition'

/** What becomes of a gauge that was there before. */
export type GaugeMode = 'last' | 'sum' | 'max' | 'min'
export const GAUGE_MODES: readonly GaugeMode[] = ['last', 'sum', 'max', 'min']

/**
 * What the group holds of a family after a push: counters, histograms and summaries are added to what was there,
 * gauges as `mode` says; everything else is the newest. Quantiles cannot be added and are left out. Of histograms with
 * different buckets the common ones remain.
 *
 * @throws UserError `push/aggregate` when the family was of another type before
 */
export function aggregated(
  before: MetricFamily | undefined,
  pushed: MetricFamily,
  mode: GaugeMode,
): MetricFamily {
  const start = before ?? { ...pushed, metrics: [] }
  if (start.type !== pushed.type)
    throw new UserError(
      'push/aggregate',
      `${pushed.name} is a ${pushed.type} and cannot be added to the ${start.type} of that name in this group; delete the group first`,
    )
  const byLabels = new Map(start.metrics.map((metric) => [JSON.stringify(metric.labels), metric]))
  for (const metric of pushed.metrics) {
    const key = JSON.stringify(metric.labels)
    byLabels.set(key, added(pushed, byLabels.get(key), metric, mode))
  }
  return { ...pushed, metrics: [...byLabels.values()] }
}

function added(
  { type }: MetricFamily,
  before: Metric | undefined,
  metric: Metric,
  mode: GaugeMode,
): Metric {
  if (metric.summary !== undefined)
    return { ...metric, summary: addedSummary(before?.summary, metric.summary) }
  if (before === undefined) return metric
  if (metric.histogram !== undefined)
    return { ...metric, histogram: addedHistogram(before.histogram, metric.histogram) }
  const [a, b] = [before.value ?? 0, metric.value ?? 0]
  if (type === 'counter') return { ...metric, value: a + b }
  return type === 'gauge' ? { ...metric, value: gaugeValue(a, b, mode) } : metric
}

function gaugeValue(before: number, value: number, mode: GaugeMode): number {
  switch (mode) {
    case 'last':
      return value
    case 'sum':
      return before + value
    case 'max':
      return Math.max(before, value)
    case 'min':
      return Math.min(before, value)
  }
}

function addedSummary(before: SummaryValue | undefined, value: SummaryValue): SummaryValue {
  return {
    count: (before?.count ?? 0) + (value.count ?? 0),
    sum: (before?.sum ?? 0) + (value.sum ?? 0),
    quantiles: [],
  }
}

function addedHistogram(before: HistogramValue | undefined, value: HistogramValue): HistogramValue {
  if (before === undefined) return value
  const counts = new Map(before.buckets.map((one) => [one.upperBound, one.count]))
  const count = (before.count ?? 0) + (value.count ?? 0)
  const buckets = value.buckets.flatMap((one) => {
    const known = counts.get(one.upperBound)
    return known === undefined ? [] : [{ ...one, count: known + one.count }]
  })
  const isFloat = before.isFloat === true || value.isFloat === true
  return {
    count,
    sum: (before.sum ?? 0) + (value.sum ?? 0),
    buckets,
    ...(isFloat ? { isFloat } : {}),
  }
}
