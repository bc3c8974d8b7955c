// OpenMetrics text, written: 1.0, and the draft of 2.0 for what has settled (numbers, not yet histograms).

import { UserError } from '@pharos/base'
import { formatOpenMetricsValue, isValidMetricName } from '@pharos/model'
import type { FamilyExemplar, Metric, MetricFamily } from './family.ts'
import {
  escapedValue,
  floatText,
  labelPairs,
  missing,
  seriesText,
  shortestCount,
  WRITE_ERROR,
} from './write-text.ts'

export interface OpenMetricsOptions {
  /** Writes a `_created` line where the start is known. */
  readonly created?: boolean
}

/**
 * Families in OpenMetrics 1.0, closed by `# EOF`.
 *
 * A counter without the suffix `_total` is written as `unknown`: the format has no place for it.
 *
 * @throws UserError `exposition/write` when a family has no name, a metric lacks its value, or counts are
 *         not whole numbers
 * @source OpenMetrics 1.0; prometheus/common expfmt.MetricFamilyToOpenMetrics
 */
export function writeOpenMetrics(
  families: Iterable<MetricFamily>,
  options: OpenMetricsOptions = {},
): string {
  let out = ''
  for (const family of families) out += openMetricsFamily(family, options)
  return `${out}# EOF\n`
}

/** One family without the closing line. */
export function openMetricsFamily(family: MetricFamily, options: OpenMetricsOptions = {}): string {
  checkName(family)
  const isCounter = family.type === 'counter' && family.name.endsWith('_total')
  const name = isCounter ? family.name.slice(0, -'_total'.length) : family.name
  const type = family.type === 'counter' && !isCounter ? 'unknown' : family.type
  let out = header(family, name, type)
  for (const metric of family.metrics) {
    const { labels, createdMs } = metric
    const end = timestamp(metric)
    if (type === 'summary') out += summaryText(family, metric, end)
    else if (type === 'histogram' || type === 'gaugehistogram')
      out += histogramText(family, metric, end)
    else {
      const value = formatOpenMetricsValue(metric.value ?? missing(family))
      const exemplar = isCounter ? exemplarText(metric.exemplar) : ''
      out += `${seriesText(family.name, labels)} ${value}${end}${exemplar}\n`
    }
    const hasStart = isCounter || type === 'summary' || type === 'histogram'
    if (options.created === true && hasStart && createdMs !== undefined)
      out += `${seriesText(`${name}_created`, labels)} ${formatOpenMetricsValue(createdMs / 1000)}\n`
  }
  return out
}

function summaryText(family: MetricFamily, { labels, summary }: Metric, end: string): string {
  const { name } = family
  if (summary === undefined) missing(family)
  let out = ''
  for (const { quantile, value } of summary.quantiles) {
    const series = seriesText(name, labels, 'quantile', formatOpenMetricsValue(quantile))
    out += `${series} ${formatOpenMetricsValue(value)}${end}\n`
  }
  out += `${seriesText(`${name}_sum`, labels)} ${formatOpenMetricsValue(summary.sum ?? 0)}${end}\n`
  return `${out}${seriesText(`${name}_count`, labels)} ${shortestCount(summary.count ?? 0)}${end}\n`
}

function histogramText(family: MetricFamily, { labels, histogram }: Metric, end: string): string {
  const { name } = family
  if (histogram === undefined) missing(family)
  if (histogram.isFloat === true)
    throw new UserError(
      WRITE_ERROR,
      `OpenMetrics v1.0 does not support float histogram ${name} histogram`,
    )
  let out = ''
  for (const { upperBound, count, exemplar } of histogram.buckets) {
    const series = seriesText(`${name}_bucket`, labels, 'le', formatOpenMetricsValue(upperBound))
    out += `${series} ${shortestCount(count)}${end}${exemplarText(exemplar)}\n`
  }
  const count = shortestCount(histogram.count ?? 0)
  if (histogram.buckets.at(-1)?.upperBound !== Infinity)
    out += `${seriesText(`${name}_bucket`, labels, 'le', '+Inf')} ${count}${end}\n`
  out += `${seriesText(`${name}_sum`, labels)} ${formatOpenMetricsValue(histogram.sum ?? 0)}${end}\n`
  return `${out}${seriesText(`${name}_count`, labels)} ${count}${end}\n`
}

function timestamp({ timestampMs }: Metric): string {
  return timestampMs === undefined ? '' : ` ${formatOpenMetricsValue(timestampMs / 1000)}`
}

function exemplarText(exemplar: FamilyExemplar | undefined): string {
  if (exemplar === undefined || exemplar.labels.length === 0) return ''
  const labels = labelPairs(exemplar.labels)
  const end =
    exemplar.timestampMs === undefined
      ? ''
      : ` ${formatOpenMetricsValue(exemplar.timestampMs / 1000)}`
  return ` # {${labels}} ${formatOpenMetricsValue(exemplar.value)}${end}`
}

function checkName({ name }: MetricFamily): void {
  if (name === '') throw new UserError(WRITE_ERROR, 'MetricFamily has no name')
}

function header({ help, unit }: MetricFamily, name: string, type: string): string {
  const shown = isValidMetricName(name, 'legacy') ? name : `"${escapedValue(name)}"`
  let out = help === undefined ? '' : `# HELP ${shown} ${escapedValue(help)}\n`
  out += `# TYPE ${shown} ${type}\n`
  return unit === undefined || unit === '' ? out : `${out}# UNIT ${shown} ${unit}\n`
}

/**
 * Families in the draft of OpenMetrics 2.0, closed by `# EOF`: names as they are, the start of a counter on
 * its own line, exemplars with a time only.
 *
 * @throws UserError `exposition/write` also for summaries and histograms, whose form is not settled
 * @source prometheus/common expfmt.MetricFamilyToOpenMetrics20
 */
export function writeOpenMetrics2(families: Iterable<MetricFamily>): string {
  let out = ''
  for (const family of families) out += openMetrics2Family(family)
  return `${out}# EOF\n`
}

/** One family without the closing line. */
export function openMetrics2Family(family: MetricFamily): string {
  checkName(family)
  let out = header(family, family.name, family.type)
  for (const metric of family.metrics) {
    const { labels, timestampMs, createdMs, exemplar } = metric
    const value = metric.value ?? missing(family)
    let line = `${seriesText(family.name, labels)} ${floatText(value)}`
    if (timestampMs !== undefined) line += ` ${timestampMs / 1000}`
    if (createdMs !== undefined) line += ` st@${createdMs / 1000}`
    if (exemplar?.timestampMs !== undefined) {
      line += ` # {${labelPairs(exemplar.labels)}} ${floatText(exemplar.value)} ${exemplar.timestampMs / 1000}`
    }
    out += `${line}\n`
  }
  return out
}
