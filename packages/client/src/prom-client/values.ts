// What prom-client calls the values of a metric: one entry for each sample, as JSON.
import type { Exemplar } from '../exemplars.ts'
import type { Aggregation, SeriesSnapshot } from '../snapshot.ts'

export type Aggregator = Aggregation

export interface MetricValue {
  value: number
  labels: Record<string, string | number>
  metricName?: string
  exemplar?: MetricExemplar | null
}

interface MetricExemplar {
  labelSet: Record<string, string>
  value: number
  /** Seconds since 1970. */
  timestamp: number
}

export interface MetricObject {
  help: string
  name: string
  type: string
  values: MetricValue[]
  aggregator: Aggregator
}

/** What a registry of the facade takes. */
export interface MetricLike {
  readonly name: string
  readonly help?: string
  readonly type?: string
  get(): MetricObject | Promise<MetricObject>
  reset?(): void
}

/**
 * Samples of all series. Labels stand in the order of `labelNames`; empty ones, which are the same as none, are
 * left out.
 */
export function valuesOf(
  name: string,
  series: Iterable<SeriesSnapshot>,
  labelNames: readonly string[],
): MetricValue[] {
  const values: MetricValue[] = []
  for (const one of series) {
    const labels = orderedLabels(one, labelNames)
    if (one.histogram !== undefined) {
      const { buckets, count, sum } = one.histogram
      const bucket = `${name}_bucket`
      for (const { upperBound, count: upTo, exemplar } of buckets) {
        if (upperBound === Infinity) continue
        values.push({
          labels: { le: upperBound, ...labels },
          value: upTo,
          metricName: bucket,
          exemplar: withExemplar(exemplar).exemplar ?? null,
        })
      }
      const last = buckets.find(({ upperBound }) => upperBound === Infinity)
      values.push({
        labels: { le: '+Inf', ...labels },
        value: count,
        metricName: bucket,
        exemplar: withExemplar(last?.exemplar).exemplar ?? null,
      })
      values.push({ labels, value: sum, metricName: `${name}_sum` })
      values.push({ labels, value: count, metricName: `${name}_count` })
    } else if (one.summary !== undefined) {
      const { quantiles, count, sum } = one.summary
      for (const { quantile, value } of quantiles) {
        values.push({ labels: { quantile, ...labels }, value: Number.isNaN(value) ? 0 : value })
      }
      values.push({ metricName: `${name}_sum`, labels, value: sum })
      values.push({ metricName: `${name}_count`, labels, value: count })
    } else {
      values.push({ value: one.value ?? 0, labels, ...withExemplar(one.exemplar) })
    }
  }
  return values
}

function orderedLabels(
  { labels }: SeriesSnapshot,
  labelNames: readonly string[],
): Record<string, string> {
  const byName = new Map(labels.filter(([, value]) => value !== ''))
  const ordered: Record<string, string> = {}
  for (const name of [...labelNames, ...byName.keys()]) {
    const value = byName.get(name)
    if (value !== undefined) ordered[name] = value
  }
  return ordered
}

function withExemplar(exemplar: Exemplar | undefined): { exemplar?: MetricExemplar } {
  if (exemplar === undefined) return {}
  const { labels, value, timeMs } = exemplar
  return { exemplar: { labelSet: { ...labels }, value, timestamp: timeMs / 1000 } }
}
