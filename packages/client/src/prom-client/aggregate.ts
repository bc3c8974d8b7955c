// How one metric of several processes becomes one.
import type { Aggregator, MetricObject, MetricValue } from './values.ts'

type Aggregate = (metrics: readonly MetricObject[]) => MetricObject | undefined

function aggregate(combine: (values: readonly number[]) => number): Aggregate {
  return (metrics) => {
    const first = metrics[0]
    if (first === undefined) return undefined
    const groups = new Map<string, MetricValue[]>()
    for (const value of metrics.flatMap((metric) => metric.values)) {
      const labels = Object.entries(value.labels).sort(([a], [b]) => (a < b ? -1 : 1))
      const key = JSON.stringify([value.metricName ?? '', labels])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [value])
      else group.push(value)
    }
    const values = [...groups.values()].map((group) => {
      const { labels, metricName } = group[0]!
      const value = combine(group.map((one) => one.value))
      return { value, labels, ...(metricName !== undefined && { metricName }) }
    })
    const { help, name, type, aggregator } = first
    return { help, name, type, values, aggregator }
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)

export const aggregators: Readonly<Record<Aggregator, Aggregate>> = {
  sum: aggregate(sum),
  first: aggregate((values) => values[0]!),
  omit: () => undefined,
  average: aggregate((values) => sum(values) / values.length),
  min: aggregate((values) => values.reduce((least, one) => Math.min(least, one), Infinity)),
  max: aggregate((values) => values.reduce((most, one) => Math.max(most, one), -Infinity)),
}
