// `load_with_nhcb`: classic histograms among the loaded series are stored once more as native histograms
// with custom buckets.

import {
  CUSTOM_BUCKETS_SCHEMA,
  type Labels,
  LabelsBuilder,
  METRIC_NAME,
  type NativeHistogram,
  parseValue,
} from '@pharos/model'
import { compacted } from '../eval/histogram/compact.ts'
import type { SeriesLine } from './series-line.ts'

/** The parts of one histogram at one time. */
interface Parts {
  readonly buckets: Map<number, number>
  count: number | undefined
  sum: number
}

interface NativeSeries {
  readonly labels: Labels
  /** By place in the sequence. */
  readonly samples: Map<number, NativeHistogram>
}

export function customBucketHistograms(series: readonly SeriesLine[]): NativeSeries[] {
  const collected = new Map<string, { labels: Labels; parts: Map<number, Parts> }>()
  for (const { labels, values } of series) {
    const name = /^(.*)_(bucket|sum|count)$/.exec(labels.get(METRIC_NAME))
    if (name === null) continue
    const bound = parseValue(labels.get('le'))
    if (name[2] === 'bucket' && (bound === undefined || bound !== bound)) continue
    const base = new LabelsBuilder(labels).set(METRIC_NAME, name[1]!).delete('le').labels()
    let entry = collected.get(base.key)
    if (entry === undefined) {
      entry = { labels: base, parts: new Map() }
      collected.set(base.key, entry)
    }
    for (const [i, sample] of values.entries()) {
      if (sample.value === undefined) continue
      const parts = entry.parts.get(i) ?? { buckets: new Map(), count: undefined, sum: 0 }
      entry.parts.set(i, parts)
      if (name[2] === 'bucket') parts.buckets.set(bound!, sample.value)
      else if (name[2] === 'sum') parts.sum = sample.value
      else parts.count = sample.value
    }
  }
  return [...collected.values()].map(({ labels, parts }) => ({
    labels,
    samples: new Map([...parts].map(([i, part]) => [i, converted(part)])),
  }))
}

function converted(parts: Parts): NativeHistogram {
  const buckets = [...parts.buckets].sort((a, b) => a[0] - b[0])
  const count = parts.count ?? buckets.at(-1)?.[1] ?? 0
  if (buckets.at(-1)?.[0] !== Infinity) buckets.push([Infinity, count])
  return compacted({
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum: parts.sum,
    positiveSpans: [{ offset: 0, length: buckets.length }],
    positiveBuckets: buckets.map(([, cumulative], i) => cumulative - (buckets[i - 1]?.[1] ?? 0)),
    negativeSpans: [],
    negativeBuckets: [],
    customValues: buckets.slice(0, -1).map(([bound]) => bound),
    counterResetHint: 'unknown',
  })
}
