import { answeredSeries, type PrometheusData } from '@pharos/dashboards'
import { createKernel } from '@pharos/kernel'
import { ABSENT, Labels, type NativeHistogram } from '@pharos/model'
import type { MatrixResult } from '@pharos/promql'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PointPrinter } from './point-printer.ts'
import { answerJson, type Grid } from './result-json.ts'

const printer = new PointPrinter(createKernel())

function written(result: MatrixResult, grid?: Grid): string {
  const rest = { warnings: [], infos: [], stats: undefined, release: () => undefined }
  return Buffer.concat([...answerJson({ result, ...rest }, printer, '{', grid)]).toString()
}

const dataOf = (json: string): PrometheusData => (JSON.parse(json) as { data: PrometheusData }).data

const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 3,
  sum: 4.5,
  positiveSpans: [{ offset: 1, length: 1 }],
  positiveBuckets: [3],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  counterResetHint: 'unknown',
}

const values = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(ABSENT, NaN, Infinity, -0))

/** Series of one range: any point may be missing, be no number, or be a histogram. */
const answers = fc
  .record({
    startMs: fc.integer({ min: -1e9, max: 2e12 }),
    stepMs: fc.oneof(fc.constantFrom(1000, 15_000), fc.integer({ min: 1, max: 1e7 })),
    series: fc.array(
      fc.array(
        fc.record({
          isThere: fc.boolean(),
          value: values,
          isHistogram: fc.nat({ max: 9 }).map((n) => n === 0),
        }),
        { maxLength: 40 },
      ),
      { maxLength: 4 },
    ),
  })
  .map(({ startMs, stepMs, series }) => ({
    grid: { startMs, stepMs },
    result: {
      type: 'matrix' as const,
      series: series.map((cells, i) => {
        const places = [...cells.keys()].filter((place) => cells[place]!.isThere)
        const hasHistograms = places.some((place) => cells[place]!.isHistogram)
        return {
          labels: Labels.from({ i: String(i) }),
          times: Float64Array.from(places, (place) => startMs + place * stepMs),
          values: Float64Array.from(places, (place) => cells[place]!.value),
          histograms: hasHistograms
            ? places.map((place) => (cells[place]!.isHistogram ? HISTOGRAM : undefined))
            : undefined,
        }
      }),
    },
  }))

test('columns bring every series, time, value and histogram that the plain answer brings', () => {
  fc.assert(
    fc.property(answers, ({ grid, result }) => {
      const columns = dataOf(written(result, grid))
      expect(columns.resultType).toBe('columns')
      expect(answeredSeries(columns)).toEqual(answeredSeries(dataOf(written(result))))
    }),
  )
})

test('columns of more points than the printer has room for come out whole', () => {
  const times = Float64Array.from({ length: 11_001 }, (_, i) => i * 15_000)
  const series = [
    { labels: Labels.EMPTY, times, values: times.map((t) => -t / 7e9), histograms: undefined },
  ]
  const [one] = answeredSeries(
    dataOf(written({ type: 'matrix', series }, { startMs: 0, stepMs: 15_000 })),
  )
  expect(one).toEqual({ metric: {}, times, values: series[0]!.values, histograms: [] })
})

test('a run is a place and the values of neighbouring steps', () => {
  const series = [
    {
      labels: Labels.from({ job: 'a' }),
      times: Float64Array.of(1000, 2000, 4000),
      values: Float64Array.of(1.5, NaN, 2e-7),
      histograms: undefined,
    },
  ]
  expect(written({ type: 'matrix', series }, { startMs: 500, stepMs: 500 })).toBe(
    '{"status":"success","data":{"resultType":"columns","start":0.500,"step":0.500,"result":[{"metric":{"job":"a"},"runs":[[1,1.5],[3,"NaN"],[7,2e-07]]}]}}',
  )
})
