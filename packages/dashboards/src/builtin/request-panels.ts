// What dashboards of services have in common, whatever they speak: rate, failures, durations.
import { type PanelSpec, queryVariable, stat, timeSeries } from '../builder/index.ts'
import type { VariableModel } from '../dashboard.ts'

/** Matcher of the services that are chosen. */
export const CHOSEN = 'job=~"$job"'

/** The services that have a metric. */
export function serviceVariable(metric: string): VariableModel {
  return queryVariable('job', `label_values(${metric}, job)`, {
    label: 'Service',
    multi: true,
    includeAll: true,
    allValue: '.*',
  })
}

/** Per second, all together or by labels: `method, route`. */
export function rateOf(counter: string, by = ''): string {
  const grouping = by === '' ? '' : ` by (${by}) `
  return `sum${grouping}(rate(${counter}{${CHOSEN}}[$__rate_interval]))`
}

/** Share of what failed, in per cent; zero when nothing did. */
export function failures(title: string, counter: string, failed: string, width: number): PanelSpec {
  return stat(
    title,
    `100 * (sum(rate(${counter}{${CHOSEN},${failed}}[$__rate_interval])) or vector(0)) / ${rateOf(counter)}`,
    {
      unit: 'percent',
      width,
      thresholds: [
        [null, 'green'],
        [1, 'yellow'],
        [5, 'red'],
      ],
    },
  )
}

export function quantileOf(buckets: string, share: number): string {
  return `histogram_quantile(${share}, ${rateOf(buckets, 'le')})`
}

export function durations(buckets: string, shares: readonly number[]): PanelSpec {
  return timeSeries(
    'Durations',
    shares.map((share) => ({ expr: quantileOf(buckets, share), legend: `p${share * 100}` })),
    { unit: 's', min: 0 },
  )
}
