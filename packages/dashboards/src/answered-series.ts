// The series of an answer as columns, whichever form it came in.
import type { AnsweredSeries, PrometheusData, Sample } from './prometheus-answer.ts'
import { valueOf } from './sample-text.ts'

type Columns = Extract<PrometheusData, { resultType: 'columns' }>

/** The series of an answer in its order; none of a scalar or a text. */
export function answeredSeries(data: PrometheusData): AnsweredSeries[] {
  switch (data.resultType) {
    case 'matrix':
      return data.result.map(({ metric, values = [], histograms = [] }) => ({
        metric,
        ...columnsOf(values),
        histograms,
      }))
    case 'vector':
      return data.result.map(({ metric, value, histogram }) => ({
        metric,
        ...columnsOf(value === undefined ? [] : [value]),
        histograms: histogram === undefined ? [] : [histogram],
      }))
    case 'columns':
      return seriesOfRuns(data)
    default:
      return []
  }
}

function columnsOf(points: readonly Sample[]): { times: Float64Array; values: Float64Array } {
  const times = new Float64Array(points.length)
  const values = new Float64Array(points.length)
  for (let i = 0; i < points.length; i++) {
    const [seconds, text] = points[i]!
    times[i] = Math.round(seconds * 1000)
    values[i] = valueOf(text)
  }
  return { times, values }
}

function seriesOfRuns({ start, step, result }: Columns): AnsweredSeries[] {
  const startMs = Math.round(start * 1000)
  const stepMs = Math.round(step * 1000)
  let shared = new Float64Array(0)
  return result.map(({ metric, runs = [], histograms = [] }) => {
    const count = runs.reduce((sum, run) => sum + run.length - 1, 0)
    const times = new Float64Array(count)
    const values = new Float64Array(count)
    let at = 0
    for (const run of runs) {
      const firstMs = startMs + Number(run[0]) * stepMs
      for (let i = 1; i < run.length; i++, at++) {
        const value = run[i]!
        times[at] = firstMs + (i - 1) * stepMs
        values[at] = typeof value === 'number' ? value : valueOf(value)
      }
    }
    if (!isSame(shared, times)) shared = times
    return { metric, times: shared, values, histograms }
  })
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
