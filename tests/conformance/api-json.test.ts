// The JSON of answers, byte by byte, and the list of features.

import { existsSync, readFileSync } from 'node:fs'
import { SimClock } from '@pharos/base/sim'
import { ABSENT, Labels, type NativeHistogram, parseValue } from '@pharos/model'
import type { MatrixSeries } from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, test } from 'vitest'
import { asker } from './api-asker.ts'

const dir = new URL('../../../shared/conformance/api/', import.meta.url)
const missing = !existsSync(dir)

type Json = Readonly<Record<string, unknown>>

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as T
}

interface GoPoint {
  readonly type?: string
  readonly F: number | string
  readonly T: number | { num: string }
}

interface GoHistogram {
  readonly Schema: number
  readonly Count: number
  readonly Sum: number
  readonly ZeroCount: number
  readonly ZeroThreshold: number
  readonly PositiveSpans: readonly { Offset: number; Length: number }[]
  readonly PositiveBuckets: readonly number[]
  readonly NegativeSpans: readonly { Offset: number; Length: number }[]
  readonly NegativeBuckets: readonly number[]
}

interface GoSeries {
  readonly Metric: Readonly<Record<string, string>>
  readonly Floats?: readonly GoPoint[]
  readonly Histograms?: readonly { readonly T: number; readonly H: GoHistogram }[]
}

interface EncodingVector {
  readonly response:
    | (GoPoint & { ResultType?: string; Result?: readonly GoSeries[] })
    | readonly Json[]
  readonly expected: string
}

function seriesOf(series: GoSeries): MatrixSeries {
  const floats = series.Floats ?? []
  const histograms = series.Histograms ?? []
  const times = [
    ...floats.map(({ T }) => Number(typeof T === 'object' ? T.num : T)),
    ...histograms.map(({ T }) => T),
  ]
  const values = [...floats.map(({ F }) => parseValue(String(F))!), ...histograms.map(() => ABSENT)]
  return {
    labels: Labels.from(series.Metric),
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    histograms: histograms.length === 0 ? undefined : histograms.map(({ H }) => histogramOf(H)),
  }
}

function histogramOf(h: GoHistogram): NativeHistogram {
  const spans = (list: GoHistogram['PositiveSpans']) =>
    list.map(({ Offset, Length }) => ({ offset: Offset, length: Length }))
  return {
    schema: h.Schema,
    zeroThreshold: h.ZeroThreshold,
    zeroCount: h.ZeroCount,
    count: h.Count,
    sum: h.Sum,
    positiveSpans: spans(h.PositiveSpans),
    positiveBuckets: h.PositiveBuckets,
    negativeSpans: spans(h.NegativeSpans),
    negativeBuckets: h.NegativeBuckets,
    customValues: [],
    counterResetHint: 'unknown',
  }
}

interface GoExemplars {
  readonly SeriesLabels: Readonly<Record<string, string>>
  readonly Exemplars: readonly {
    readonly Labels: Readonly<Record<string, string>>
    readonly Ts: number
    readonly Value: number | string
  }[]
}

async function exemplarsAnswer(response: readonly GoExemplars[]): Promise<string> {
  const exemplars = response.flatMap(({ SeriesLabels, Exemplars }) =>
    Exemplars.map(({ Labels: labels, Ts, Value }) => ({
      series: Labels.from(SeriesLabels),
      exemplar: { labels: Labels.from(labels), value: parseValue(String(Value))!, timestampMs: Ts },
    })),
  )
  const api = asker({ store: new MemoryStore(), clock: new SimClock(0), exemplars })
  const { body } = await api.get('/api/v1/query_exemplars?query={__name__=~".*",foo="bar"}')
  await api.close()
  return body
}

test.skipIf(missing)('19 of 21 answers are the reference’s JSON byte by byte', async () => {
  const { cases } = read<{ cases: readonly EncodingVector[] }>('json-encoding.json')
  const failed: string[] = []
  const skipped: string[] = []
  for (const { response, expected } of cases) {
    if (Array.isArray(response)) {
      const got = await exemplarsAnswer(response as readonly GoExemplars[])
      if (got !== expected) failed.push(`${got} wants ${expected}`)
      continue
    }
    const value = response as GoPoint & { ResultType?: string; Result?: readonly GoSeries[] }
    if (value.ResultType === 'vector') {
      skipped.push(`${expected}: samples of one instant vector at different times`)
      continue
    }
    if (typeof value.T === 'object') {
      skipped.push(`${expected}: a time above 2^53 ms`)
      continue
    }
    // A point alone is asked for as the only one of a series.
    const series = value.Result ?? [{ Metric: {}, Floats: [value] }]
    const result = { type: 'matrix', series: series.map(seriesOf) } as const
    const api = asker({ store: new MemoryStore(), clock: new SimClock(0), result })
    const { body } = await api.get('/api/v1/query?query=x')
    await api.close()
    const point = /"values":\[(.*)\]\}\]\}\}$/.exec(body)?.[1]
    const got = value.Result === undefined ? `{"status":"success","data":${point}}` : body
    if (got !== expected) failed.push(`${got} wants ${expected}`)
  }
  console.log(`answers skipped:\n  ${skipped.join('\n  ')}`)
  expect(failed).toEqual([])
  expect([cases.length, skipped.length]).toEqual([21, 2])
})

test.skipIf(missing)(
  'the features of the language are those of a default server of the reference',
  async () => {
    const wanted = read<Readonly<Record<string, Json>>>('features.json')
    const api = asker({ store: new MemoryStore(), clock: new SimClock(0) })
    const { body } = await api.get('/api/v1/features')
    await api.close()
    const { data } = JSON.parse(body) as { data: Readonly<Record<string, Json>> }
    for (const group of ['promql', 'promql_functions', 'promql_operators'])
      expect(data[group], group).toEqual(wanted[group])
    // What this server does not have is said to be off, and nothing is on that the reference does not know.
    for (const [name, isOn] of Object.entries(data['api']!))
      if (isOn === true) expect(wanted['api']![name], name).toBe(true)
  },
)
