// The classic text format, written.

import { UserError } from '@pharos/base'
import { formatShortest, isValidLabelName, isValidMetricName } from '@pharos/model'
import type { MetricFamily, Metric } from './family.ts'

export const WRITE_ERROR = 'exposition/write'

/**
 * Families in the classic text format 0.0.4, in the order given; names that need it are quoted (1.0.0).
 *
 * @param families  each with a name and at least one metric
 * @returns         text ending in a line feed, '' for no families
 * @throws          UserError `exposition/write` when a family has no name or no metric, or a metric lacks the
 *                  value its type asks for
 * @source          prometheus/common expfmt.MetricFamilyToText; Prometheus docs, exposition formats
 */
export function writeText(families: Iterable<MetricFamily>): string {
  let out = ''
  for (const family of families) out += familyText(family)
  return out
}

function familyText(family: MetricFamily): string {
  const { name, help } = family
  if (name === '') throw new UserError(WRITE_ERROR, 'MetricFamily has no name')
  if (family.metrics.length === 0)
    throw new UserError(WRITE_ERROR, `MetricFamily has no metrics: ${name}`)
  const isClassic = isValidMetricName(name, 'legacy')
  const shown = isClassic ? name : `"${escapedValue(name)}"`
  let out = ''
  if (help !== undefined) out += `# HELP ${shown} ${escapedHelp(help)}\n`
  out += `# TYPE ${shown} ${typeWord(family)}\n`
  for (const metric of family.metrics) out += metricText(family, metric)
  return out
}

function typeWord({ type }: MetricFamily): string {
  if (type === 'unknown') return 'untyped'
  // The classic format knows neither; their samples are gauges to it, as OpenMetrics advises.
  if (type === 'info' || type === 'stateset') return 'gauge'
  return type === 'gaugehistogram' ? 'histogram' : type
}

function metricText(family: MetricFamily, metric: Metric): string {
  const { name, type } = family
  const { labels } = metric
  const end = metric.timestampMs === undefined ? '\n' : ` ${metric.timestampMs}\n`
  if (type === 'summary') {
    const summary = metric.summary ?? missing(family)
    let out = ''
    for (const { quantile, value } of summary.quantiles)
      out += `${seriesText(name, labels, 'quantile', floatText(quantile))} ${floatText(value)}${end}`
    out += `${seriesText(`${name}_sum`, labels)} ${floatText(summary.sum ?? 0)}${end}`
    return `${out}${seriesText(`${name}_count`, labels)} ${shortestCount(summary.count ?? 0)}${end}`
  }
  if (type === 'histogram' || type === 'gaugehistogram') {
    const histogram = metric.histogram ?? missing(family)
    let out = ''
    for (const { upperBound, count } of histogram.buckets)
      out += `${seriesText(`${name}_bucket`, labels, 'le', floatText(upperBound))} ${shortestCount(count)}${end}`
    const count = shortestCount(histogram.count ?? 0)
    if (histogram.buckets.at(-1)?.upperBound !== Infinity)
      out += `${seriesText(`${name}_bucket`, labels, 'le', '+Inf')} ${count}${end}`
    out += `${seriesText(`${name}_sum`, labels)} ${floatText(histogram.sum ?? 0)}${end}`
    return `${out}${seriesText(`${name}_count`, labels)} ${count}${end}`
  }
  return `${seriesText(name, labels)} ${floatText(metric.value ?? missing(family))}${end}`
}

/** Shortest digits; zero has no sign. @source prometheus/common expfmt writeFloat */
export function floatText(value: number): string {
  return value === 0 ? '0' : formatShortest(value)
}

/** Whole counts are written in full, others as any number. */
export function shortestCount(count: number): string {
  return Number.isSafeInteger(count) ? String(count) : floatText(count)
}

export function missing({ name, type }: MetricFamily): never {
  throw new UserError(WRITE_ERROR, `expected ${type} in metric ${name}`)
}

/** A metric name and labels as they stand in both text formats. */
export function seriesText(
  name: string,
  labels: readonly string[],
  addedName = '',
  addedValue = '',
): string {
  const isClassic = isValidMetricName(name, 'legacy')
  let inner = labelPairs(labels)
  if (!isClassic) inner = `"${escapedValue(name)}"${inner === '' ? '' : `,${inner}`}`
  if (addedName !== '') inner += `${inner === '' ? '' : ','}${addedName}="${addedValue}"`
  if (inner === '') return name
  return isClassic ? `${name}{${inner}}` : `{${inner}}`
}

/** `a="b",c="d"`. */
export function labelPairs(labels: readonly string[]): string {
  let out = ''
  for (let i = 0; i < labels.length; i += 2) {
    const name = labels[i]!
    if (i > 0) out += ','
    out += isValidLabelName(name, 'legacy') ? name : `"${escapedValue(name)}"`
    out += `="${escapedValue(labels[i + 1]!)}"`
  }
  return out
}

function escapedHelp(text: string): string {
  return /[\\\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : text
}

/** Backslash, quote and line feed escaped, as label values and OpenMetrics HELP texts are. */
export function escapedValue(text: string): string {
  return /[\\\n"]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
    : text
}
