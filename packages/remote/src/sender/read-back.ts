// Samples of the store, sent again after a restart.
import { isAbsent, type Matcher, type NativeHistogram } from '@pharos/model'
import { Column, type Querier, type SeriesGroup } from '@pharos/tsdb'
import type { RemoteWriter } from './remote-writer.ts'

/**
 * Appends every sample in (fromMs, toMs], group by group, to a writer.
 * @returns how many
 */
export async function readBack(
  view: Querier,
  matchers: readonly Matcher[],
  fromMs: number,
  toMs: number,
  writer: RemoteWriter,
): Promise<number> {
  const { groups } = await view.select(matchers, {
    startMs: fromMs + 1,
    endMs: toMs,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  let count = 0
  for (const group of groups) count += readGroup(group, fromMs, toMs, writer)
  return count
}

function readGroup(group: SeriesGroup, fromMs: number, toMs: number, writer: RemoteWriter): number {
  const { times } = group
  const values = new Float64Array(times.length)
  const histograms: (NativeHistogram | undefined)[] = []
  let count = 0
  for (let s = 0; s < group.seriesCount; s++) {
    const series = writer.series(group.labels(s))
    if (series === undefined) continue
    const kind = group.readValues(s, values)
    const hasHistograms = (kind & Column.histograms) !== 0
    if (hasHistograms) group.readHistograms(s, histograms)
    for (let i = 0; i < times.length; i++) {
      const tMs = times[i]!
      if (tMs <= fromMs || tMs > toMs) continue
      const histogram = hasHistograms ? histograms[i] : undefined
      if (histogram !== undefined) writer.append(series, tMs, histogram)
      else if (isAbsent(values[i]!)) continue
      else writer.append(series, tMs, values[i]!)
      count++
    }
  }
  return count
}
