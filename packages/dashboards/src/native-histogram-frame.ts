// A native histogram as cells: time, lower and upper bound, count. Sparse: only buckets that hold something.
import { columnOf, type Frame, frameOfFields } from './frame.ts'
import { valueOf } from './sample-text.ts'
import type { AnsweredSeries, AnsweredTarget } from './prometheus-answer.ts'

export function nativeHistogramFrame(
  { metric, histograms }: AnsweredSeries,
  target: AnsweredTarget,
): Frame {
  const columns = { xMax: [], yMin: [], yMax: [], count: [], yLayout: [] } as Record<
    'xMax' | 'yMin' | 'yMax' | 'count' | 'yLayout',
    number[]
  >
  for (const [seconds, { buckets = [] }] of histograms) {
    for (const [rule, left, right, count] of buckets) {
      columns.xMax.push(Math.round(seconds * 1000))
      columns.yMin.push(valueOf(left))
      columns.yMax.push(valueOf(right))
      columns.count.push(valueOf(count))
      columns.yLayout.push(rule)
    }
  }
  const number = (name: string, values: number[]): Frame['fields'][number] => ({
    name,
    type: 'number',
    values: columnOf('number', values),
    config: {},
  })
  return frameOfFields(
    [
      {
        name: 'xMax',
        type: 'time',
        values: columnOf('time', columns.xMax),
        config: target.stepMs === undefined ? {} : { interval: target.stepMs },
      },
      number('yMin', columns.yMin),
      number('yMax', columns.yMax),
      { ...number('count', columns.count), labels: metric },
      number('yLayout', columns.yLayout),
    ],
    { refId: target.refId, meta: { type: 'heatmap-cells', executedQueryString: target.expr } },
  )
}
