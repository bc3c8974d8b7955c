// The answer of /api/v1/query and query_range as frames, the way a Prometheus data source gives them.
import { columnOf, type Field, type Frame, frameOfFields } from './frame.ts'
import type {
  AnsweredSeries,
  AnsweredTarget,
  LabelSet,
  PrometheusData,
  Sample,
} from './prometheus-answer.ts'
import { valueOf } from './sample-text.ts'
import { bucketFrame } from './bucket-frame.ts'
import { nativeHistogramFrame } from './native-histogram-frame.ts'

/**
 * Frames of an answer: `time_series` one frame per series, `table` one for all with a column per label, `heatmap` one
 * with a column per bucket, each less the one below it.
 */
export function framesOf(data: PrometheusData, target: AnsweredTarget): Frame[] {
  if (data.resultType !== 'matrix' && data.resultType !== 'vector')
    return [scalarFrame(data.resultType, data.result, target)]
  const series = data.result.map((one: AnsweredAny) => seriesOf(one))
  const native = series.filter(({ histograms }) => histograms.length > 0)
  if (target.format === 'table') return [tableFrame(series, target, data.resultType === 'vector')]
  if (target.format === 'heatmap') {
    if (native.length > 0) return native.map((one) => nativeHistogramFrame(one, target))
    return bucketFrame(series.map((one) => seriesFrame(one, target)))
  }
  return series.map((one) => seriesFrame(one, target))
}

type AnsweredAny = Extract<PrometheusData, { resultType: 'matrix' | 'vector' }>['result'][number]

function seriesOf(one: AnsweredAny): AnsweredSeries {
  if ('value' in one || 'histogram' in one)
    return {
      metric: one.metric,
      values: one.value === undefined ? [] : [one.value],
      histograms: one.histogram === undefined ? [] : [one.histogram],
    }
  const { metric } = one
  const { values, histograms } = one as Extract<
    PrometheusData,
    { resultType: 'matrix' }
  >['result'][number]
  return { metric, values: values ?? [], histograms: histograms ?? [] }
}

function seriesFrame(
  { metric, values, histograms }: AnsweredSeries,
  target: AnsweredTarget,
): Frame {
  // A panel of lines shows what a native histogram sums up to.
  const points = values.length > 0 ? values : histograms.map(([t, { sum }]) => [t, sum] as const)
  const times = new Float64Array(points.length)
  const numbers = new Float64Array(points.length)
  for (let i = 0; i < points.length; i++) {
    const [seconds, text] = points[i]!
    times[i] = Math.round(seconds * 1000)
    numbers[i] = valueOf(text)
  }
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
        values: numbers,
        labels: metric,
        config: { displayNameFromDS: name },
      },
    ],
    length: points.length,
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
  for (const { metric, values, histograms } of series) {
    const points = values.length > 0 ? values : histograms.map(([t, { sum }]) => [t, sum] as const)
    for (const [seconds, text] of points) {
      times.push(Math.round(seconds * 1000))
      numbers.push(valueOf(text))
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
