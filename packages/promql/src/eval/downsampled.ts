// Functions over samples that the store has thinned out to two of each step. Those in the first table find the same values
// in what the store keeps of a step, where windows begin and end with steps; docs/guide/storage.md says what others find.

import { ABSENT, formatDuration } from '@pharos/model'
import type { DownsampledSpan, WantedAggregate } from '../queryable.ts'
import type { ColumnKernel } from './column-kernel.ts'
import { RANGE_KERNELS } from './range-kernels.ts'
import { extrapolation, windowTimes } from './start-times.ts'
import type { Windows } from './windows.ts'

const AGGREGATES: ReadonlyMap<string, WantedAggregate> = new Map<string, WantedAggregate>([
  ['avg_over_time', 'sum'],
  ['count_over_time', 'sum'],
  ['delta', 'rise'],
  ['increase', 'rise'],
  ['max_over_time', 'max'],
  ['min_over_time', 'min'],
  ['rate', 'rise'],
  ['sum_over_time', 'sum'],
])

/** For these the samples that are left are enough. */
const ENDS_ENOUGH: ReadonlySet<string> = new Set([
  'absent_over_time',
  'first_over_time',
  'last_over_time',
  'present_over_time',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
])

/** What a function over a range wants of downsampled samples; undefined: what is left of them. */
export function aggregateOf(func: string): WantedAggregate | undefined {
  return AGGREGATES.get(func)
}

/** The function has to know how many samples a value stands for. */
export function looksAtCounts(func: string): boolean {
  return func === 'avg_over_time' || func === 'count_over_time' || isRise(func)
}

/** The function takes the difference of the ends, and has to know of resets between them. */
export function isRise(func: string): boolean {
  return AGGREGATES.get(func) === 'rise'
}

/** What goes with each sample of the windows, see `DownsampledGroup`. */
interface SampleCounts {
  readonly counts: Float64Array
  readonly lost: Float64Array
}

/** The kernel of a function that looks at counts. */
export function countedKernel(func: string, windows: Windows, beside: SampleCounts): ColumnKernel {
  if (isRise(func)) return riseKernel(windows, func !== 'delta', func === 'rate', beside)
  const sums = RANGE_KERNELS.get('sum_over_time')!(windows, [])
  if (func === 'count_over_time') return (_, out) => sums(beside.counts, out)
  const counts = new Float64Array(windows.stepCount)
  return (vs, out) => {
    sums(vs, out)
    sums(beside.counts, counts)
    for (let s = 0; s < out.length; s++)
      if (windows.hi[s]! > windows.lo[s]!) out[s] = out[s]! / counts[s]!
  }
}

/** rate, increase and delta, as if all samples were there. */
function riseKernel(
  windows: Windows,
  isCounter: boolean,
  perSecond: boolean,
  { counts, lost }: SampleCounts,
): ColumnKernel {
  const { ts, lo, hi, stepCount, rangeMs } = windows
  return (vs, out) => {
    for (let s = 0; s < stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      if (b - a < 2) {
        out[s] = ABSENT
        continue
      }
      let rise = vs[b - 1]! - vs[a]!
      let count = counts[a]!
      for (let i = a + 1; i < b; i++) {
        if (isCounter) rise += lost[i]! + (vs[i]! < vs[i - 1]! ? vs[i - 1]! : 0)
        count += counts[i]!
      }
      // Of a step that begins or ends the window only in part nobody knows how many samples were there.
      const sampleCount = Math.max(count, b - a)
      const window = windowTimes(windows, s, ts[a]!, ts[b - 1]!, sampleCount, 0)
      // Below zero there is no zero point to stop at.
      const factor = extrapolation(window, rise, isCounter ? vs[a]! : -1) ?? 0
      out[s] = rise * (perSecond ? factor / (rangeMs / 1000) : factor)
    }
  }
}

/** What a reader of the answer should know. */
export function downsamplingInfos(
  func: string,
  isExtended: boolean,
  { ends, rangeMs }: Windows,
  spans: readonly DownsampledSpan[],
): string[] {
  const isExact = !isExtended && (AGGREGATES.has(func) || ENDS_ENOUGH.has(func))
  const infos: string[] = []
  for (const { fromMs, toMs, stepMs } of spans) {
    if (toMs <= ends[0]! - rangeMs || fromMs > ends.at(-1)!) continue
    const step = formatDuration(stepMs)
    if (rangeMs < stepMs)
      infos.push(
        `a range of ${formatDuration(rangeMs)} is short for samples that were downsampled to steps of ${step}`,
      )
    else if (!isExact)
      infos.push(
        `samples were downsampled: ${func} sees the first and the last one of each ${step} alone`,
      )
  }
  return infos
}
