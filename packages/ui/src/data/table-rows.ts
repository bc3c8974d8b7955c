// An instant result of any kind as the rows of one table.
import type { HistogramValue, LabelSet, QueryData, SamplePair } from './api-types.ts'

export interface TableRow {
  readonly kind: QueryData['resultType']
  /** Undefined for a scalar or a string, which have no labels. */
  readonly labels: LabelSet | undefined
  /** As the server wrote it. */
  readonly value: string
  /** The samples of a range, oldest first; undefined for a single value. */
  readonly values: readonly SamplePair[] | undefined
  readonly histogram: HistogramValue | undefined
}

export function tableRows(data: QueryData): TableRow[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value, histogram }) => ({
        kind: 'vector',
        labels: metric,
        value: value?.[1] ?? '',
        values: undefined,
        histogram: histogram?.[1],
      }))
    case 'matrix':
      return data.result.map(({ metric, values, histograms }) => ({
        kind: 'matrix',
        labels: metric,
        value: '',
        values: values ?? [],
        histogram: values === undefined ? histograms?.at(-1)?.[1] : undefined,
      }))
    default:
      return [
        {
          kind: data.resultType,
          labels: undefined,
          value: data.result[1],
          values: undefined,
          histogram: undefined,
        },
      ]
  }
}

const OPEN = ['(', '[', '(', '[']
const CLOSE = [']', ')', ')', ']']

/** One line per bucket in interval notation, after the count and the sum. */
export function formatHistogram({ count, sum, buckets = [] }: HistogramValue): string {
  const lines = buckets.map(
    ([rule, left, right, inside]) =>
      `${OPEN[rule] ?? '('}${left}, ${right}${CLOSE[rule] ?? ']'}  ${inside}`,
  )
  return [`count ${count}   sum ${sum}`, ...lines].join('\n')
}
