// Instant selectors: the latest sample at or before each step, if it is young enough and no stale marker.

import type { NativeHistogram } from '@pharos/model'
import { ABSENT, isStale } from '@pharos/model'
import { bug } from '@pharos/base'
import { Column, type SeriesGroup } from '../queryable.ts'
import type { Task } from './budget.ts'
import { ColumnReader } from './column.ts'
import type { EvalContext } from './context.ts'
import { Row, type RowSink } from './frame.ts'
import { laneOf } from './kernel-lane.ts'
import { KERNEL_COLUMN } from './limits.ts'
import type { SelectorPlan } from './plan.ts'
import { RowName } from './row-name.ts'
import { type Steps, stepTimes } from './steps.ts'
import { areEqual, latestIndices } from './windows.ts'

/** What a selector's rows hold: the samples' values, or their times or start times in seconds. */
type SelectorContent = 'values' | 'times' | 'starts'

/** Times a selector looks at, one a step, ms. */
export function referenceTimes(
  plan: { readonly offsetMs: number; readonly atMs: number | undefined },
  steps: Steps,
): Float64Array {
  const times = stepTimes(steps)
  for (let s = 0; s < times.length; s++) times[s] = (plan.atMs ?? times[s]!) - plan.offsetMs
  return times
}

/** Sends one row for each series that has a sample at any step. */
export function* streamSelector(
  context: EvalContext,
  plan: SelectorPlan,
  steps: Steps,
  content: SelectorContent,
  sink: RowSink,
): Task<void> {
  const selection = context.selections.get(plan) ?? bug('a selector was not selected')
  // Of a selector with @, timestamp() looks at that very time whatever the offset; so does the reference.
  const moved = content !== 'values' && plan.atMs !== undefined ? { ...plan, offsetMs: 0 } : plan
  const refs = referenceTimes(moved, steps)
  const inKernel = content === 'values' ? laneOf(context.scratch, steps.count) : undefined
  const outside = Row.ofSteps(inKernel === undefined ? steps.count : 0)
  const reader = new ColumnReader()
  const name = new RowName()
  let times: Float64Array | undefined
  let latest: Int32Array = new Int32Array(0)
  let present = 0
  for (const group of selection.groups) {
    if (times === undefined || !areEqual(times, group.times)) {
      latest = latestIndices(
        group.times,
        group.times.length,
        refs,
        context.lookbackMs,
        group.downsampled?.spans,
      )
      present = latest.reduce((count, i) => (i < 0 ? count : count + 1), 0)
      inKernel?.setLatest(latest)
    }
    times = group.times
    if (present === 0) continue
    const lane = times.length > KERNEL_COLUMN ? undefined : inKernel
    for (let i = 0; i < group.seriesCount; i++) {
      if (context.budget.due(times.length + steps.count)) yield
      const bits = reader.read(group, i, lane)
      const row = lane?.row ?? outside
      if (bits === Column.plain && lane !== undefined) {
        row.cells = undefined
        lane.gatherLatest()
        emit(context, name.at(group, i, false), content, row, present, sink)
      } else {
        gatherColumn(context, { plan, group, series: i, refs, latest, content }, bits, reader, row)
        emit(context, name.at(group, i, false), content, row, row.sampleCount(), sink)
      }
    }
  }
  inKernel?.close()
}

interface LatestRead {
  readonly plan: SelectorPlan
  readonly group: SeriesGroup
  readonly series: number
  readonly refs: Float64Array
  /** For the group's own times. */
  readonly latest: Int32Array
  readonly content: SelectorContent
}

/** Fills `row` with the latest samples of the series that was read. */
function gatherColumn(
  context: EvalContext,
  read: LatestRead,
  bits: number,
  reader: ColumnReader,
  row: Row,
): void {
  const { group, series, refs, content } = read
  row.cells = undefined
  if (bits === Column.plain && content !== 'starts') {
    gather(read.latest, content === 'values' ? reader.values : group.times, content, row)
    return
  }
  reader.compact(group, series, bits, true, content === 'starts')
  const { floats, histograms } = reader
  const latest = latestIndices(
    floats.ts,
    floats.count,
    refs,
    context.lookbackMs,
    group.downsampled?.spans,
  )
  if (histograms.ts.length > 0) {
    if (context.statisticsOnly.has(read.plan)) reader.tellResets()
    gatherWithHistograms(context, read, reader, latest, row)
    return
  }
  for (let s = 0; s < latest.length; s++) {
    const i = latest[s]!
    if (i >= 0 && isStale(floats.vs[i]!)) latest[s] = -1
  }
  const columns = { values: floats.vs, times: floats.ts, starts: floats.starts }
  gather(latest, columns[content], content, row)
}

function gather(
  latest: Int32Array,
  column: Float64Array,
  content: SelectorContent,
  row: Row,
): void {
  const out = row.values
  const scale = content === 'values' ? 1 : 1000
  if (scale === 1) {
    for (let s = 0; s < latest.length; s++) {
      const i = latest[s]!
      out[s] = i < 0 ? ABSENT : column[i]!
    }
    return
  }
  for (let s = 0; s < latest.length; s++) {
    const i = latest[s]!
    out[s] = i < 0 ? ABSENT : column[i]! / scale
  }
}

/** A series with floats and histograms: whichever is later counts. */
function gatherWithHistograms(
  context: EvalContext,
  read: LatestRead,
  reader: ColumnReader,
  latestFloats: Int32Array,
  row: Row,
): void {
  const { floats, histograms } = reader
  const times = Float64Array.from(histograms.ts)
  const latest = latestIndices(times, times.length, read.refs, context.lookbackMs)
  const cells: (NativeHistogram | undefined)[] = Array.from({ length: latest.length })
  row.clear()
  let any = false
  for (let s = 0; s < latest.length; s++) {
    const f = latestFloats[s]!
    const h = latest[s]!
    if (h >= 0 && (f < 0 || times[h]! > floats.ts[f]!)) {
      const histogram = histograms.hs[h]!
      if (isStale(histogram.sum)) continue
      if (read.content === 'times') row.values[s] = times[h]! / 1000
      else if (read.content === 'starts') row.values[s] = histograms.starts[h]! / 1000
      else {
        cells[s] = histogram
        any = true
      }
    } else if (f >= 0 && !isStale(floats.vs[f]!)) {
      const columns = { values: floats.vs, times: floats.ts, starts: floats.starts }
      row.values[s] = columns[read.content][f]! / (read.content === 'values' ? 1 : 1000)
    }
  }
  if (any) row.cells = cells
}

function emit(
  context: EvalContext,
  name: RowName,
  content: SelectorContent,
  row: Row,
  samples: number,
  sink: RowSink,
): void {
  if (samples === 0) return
  context.samples.total += samples
  context.samples.read += samples
  context.samples.tally?.addRow(row)
  context.samples.hold(samples)
  sink(name, content !== 'values', row)
}
