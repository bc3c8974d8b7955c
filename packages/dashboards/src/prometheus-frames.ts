// The answer of /api/v1/query and query_range as frames, the way a Prometheus data source gives them.
import { columnOf, type Field, type Frame, frameOfFields } from './frame.ts'
import type {
  AnsweredSeries,
  AnsweredTarget,
  LabelSet,
  PrometheusData,
  Sample,
} from './prometheus-answer.ts'
import { answeredSeries } from './answered-series.ts'
import { valueOf } from './sample-text.ts'
import { bucketFrame } from './bucket-frame.ts'
import { nativeHistogramFrame } from './native-histogram-frame.ts'

/**
 * Frames of an answer: `time_series` one frame per series, `table` one for all with a column per label, `heatmap` one
 * with a column per bucket, each less the one below it.
 */
export function framesOf(data: PrometheusData, target: AnsweredTarget): Frame[] {
  return data.resultType === 'scalar' || data.resultType === 'string'
    ? [scalarFrame(data.resultType, data.result, target)]
    : framesOfSeries(answeredSeries(data), target, data.resultType === 'vector')
}

/** @param isInstant  they have one point each: a table says so in the name of its column */
export function framesOfSeries(
  series: readonly AnsweredSeries[],
  target: AnsweredTarget,
  isInstant: boolean,
): Frame[] {
  const native = series.filter(({ histograms }) => histograms.length > 0)
  if (target.format === 'table') return [tableFrame(series, target, isInstant)]
  if (target.format === 'heatmap') {
    if (native.length > 0) return native.map((one) => nativeHistogramFrame(one, target))
    return bucketFrame(series.map((one) => seriesFrame(one, target)))
  }
  return series.map((one) => seriesFrame(one, target))
}

/** A panel of lines shows what a native histogram sums up to. */
function pointsOf({
  times,
  values,
  histograms,
}: AnsweredSeries): Pick<AnsweredSeries, 'times' | 'values'> {
  if (times.length > 0 || histograms.length === 0) return { times, values }
  return {
    times: Float64Array.from(histograms, ([seconds]) => Math.round(seconds * 1000)),
    values: Float64Array.from(histograms, ([, { sum }]) => valueOf(sum)),
  }
}

function seriesFrame(series: AnsweredSeries, target: AnsweredTarget): Frame {
  const { metric } = series
  const { times, values } = pointsOf(series)
  const name = legendOf(metric, target)
  return {
    refId: target.refId,
    name,
    meta: { type: 'timeseries-multi', executedQueryString: target.expr },
    fields: [
      timeField(times, target),
      {
        name: 'Value',
        type: 'number',
        values,
        labels: metric,
        config: { displayNameFromDS: name },
      },
    ],
    length: times.length,
  }
}

function timeField(times: Float64Array, { stepMs }: AnsweredTarget): Field {
  return {
    name: 'Time',
    type: 'time',
    values: times,
    config: stepMs === undefined ? {} : { interval: stepMs },
  }
}

/** One row per point of each series; a column per label that any series has. */
function tableFrame(
  series: readonly AnsweredSeries[],
  target: AnsweredTarget,
  isInstant: boolean,
): Frame {
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort()
  const times: number[] = []
  const numbers: number[] = []
  const labels = names.map((): string[] => [])
  for (const one of series) {
    const { metric } = one
    const points = pointsOf(one)
    for (let row = 0; row < points.times.length; row++) {
      times.push(points.times[row]!)
      numbers.push(points.values[row]!)
      names.forEach((name, i) => labels[i]!.push(Object.hasOwn(metric, name) ? metric[name]! : ''))
    }
  }
  const fields: Field[] = [
    { name: 'Time', type: 'time', values: columnOf('time', times), config: {} },
    ...names.map((name, i): Field => ({
      name,
      type: 'string',
      values: labels[i]!,
      config: { filterable: true },
    })),
    {
      name: isInstant ? `Value #${target.refId}` : 'Value',
      type: 'number',
      values: columnOf('number', numbers),
      config: {},
    },
  ]
  return frameOfFields(fields, {
    refId: target.refId,
    meta: { executedQueryString: target.expr, preferredVisualisationType: 'table' },
  })
}

function scalarFrame(
  kind: 'scalar' | 'string',
  [seconds, text]: Sample,
  target: AnsweredTarget,
): Frame {
  const times = Float64Array.of(Math.round(seconds * 1000))
  const value: Field =
    kind === 'scalar'
      ? { name: 'Value', type: 'number', values: Float64Array.of(valueOf(text)), config: {} }
      : { name: 'Value', type: 'string', values: [text], config: {} }
  const name = target.legendFormat || target.expr
  return {
    refId: target.refId,
    name,
    meta: { executedQueryString: target.expr },
    fields: [
      timeField(times, target),
      { ...value, labels: {}, config: { displayNameFromDS: name } },
    ],
    length: 1,
  }
}

/**
 * What a series is called: `{{label}}` of the legend filled in, else its name and labels as PromQL writes them.
 * `__auto` is the value of a label when there is only one, as far as one series can tell.
 */
function legendOf(metric: LabelSet, { legendFormat, expr }: AnsweredTarget): string {
  if (legendFormat === undefined || legendFormat === '' || legendFormat === '__auto')
    return metricText(metric) || expr
  return legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) =>
    Object.hasOwn(metric, label) ? metric[label]! : '',
  )
}

function metricText(metric: LabelSet): string {
  const { __name__: name = '', ...labels } = metric
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`
}
