// Functions over range vectors. For each group of series: windows once, then for each column
// read → kernel → sink. Subqueries come in as groups like any other.

import {
  ABSENT,
  formatShortest,
  goQuote,
  type Labels,
  METRIC_NAME,
  type NativeHistogram,
} from '@pharos/model'
import { bug } from '@pharos/base'
import { Column, type SeriesGroup } from '../queryable.ts'
import type { Task } from './budget.ts'
import { ColumnReader } from './column.ts'
import { type EvalContext, usesTypeLabels } from './context.ts'
import { countedKernel, downsamplingInfos, isRise, looksAtCounts } from './downsampled.ts'
import { executionError, sameLabelset } from './errors.ts'
import { extendedKernel, reachOf } from './extended-range.ts'
import { Row, type RowSink } from './frame.ts'
import { histogramSampleCount } from './histogram-size.ts'
import { type KernelLane, laneOf } from './kernel-lane.ts'
import { KERNEL_COLUMN, KERNEL_SAMPLES } from './limits.ts'
import { mixedWindows } from './mixed-range.ts'
import type { CallPlan, MatrixPlan, Plan, SubqueryPlan } from './plan.ts'
import type { ColumnKernel } from './column-kernel.ts'
import { rateInKernel } from './rate-kernel.ts'
import { metricNameOf, RowName } from './row-name.ts'
import { goesOverWindows, PER_WINDOW_FUNCTIONS, RANGE_KERNELS } from './range-kernels.ts'
import { referenceTimes } from './selector.ts'
import { SortedWindow } from './sorted-window.ts'
import { START_TIME_FUNCTIONS, startTimeKernel } from './start-times.ts'
import { freshSamples } from './step-tally.ts'
import { type Steps, stepTimes } from './steps.ts'
import { subqueryGroup } from './subquery.ts'
import { WideQuantile } from './wide-quantile.ts'
import { areEqual, NO_REACH, type Windows, windowsOfSteps, windowsOver } from './windows.ts'

/** True for a function that takes a range vector. */
export function isRangeCall(plan: CallPlan): boolean {
  return RANGE_KERNELS.has(plan.func)
}

/** The series of a range vector. */
interface RangeSource {
  readonly groups: readonly SeriesGroup[]
  readonly plan: MatrixPlan | SubqueryPlan
  /** Names already bound to be dropped; by group and series. */
  readonly dropName: (group: number, series: number) => boolean
  /** Dropping names cannot make two label sets equal. */
  readonly oneName: boolean
  /** Given back when the call is done. */
  readonly heldSamples: number
}

/** Sends one row for each series with a value at any step. */
export function* streamRangeCall(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
  sink: RowSink,
): Task<void> {
  const at = plan.args.findIndex((arg) => arg.kind === 'matrix' || arg.kind === 'subquery')
  const source = yield* rangeSource(context, plan.args[at] ?? bug('no range vector'), steps)
  const scalars: Float64Array[] = []
  for (const [i, arg] of plan.args.entries()) {
    if (i !== at) scalars.push(yield* context.evaluator.scalar(context, arg, steps))
  }
  checkModifiers(plan, source.plan)
  const call = new RangeCall(context, plan, steps, source, scalars, sink)
  for (let g = 0; g < source.groups.length; g++) yield* call.group(g)
  call.end()
}

class RangeCall {
  readonly #context: EvalContext
  readonly #plan: CallPlan
  readonly #source: RangeSource
  readonly #scalars: readonly Float64Array[]
  readonly #sink: RowSink
  readonly #ends: Float64Array
  readonly #evalTimes: Float64Array
  readonly #reader = new ColumnReader()
  readonly #lane: KernelLane | undefined
  readonly #outside: Row
  /** The row of the series in hand, in the lane or outside. */
  #row: Row
  readonly #name = new RowName()
  /** What was worked out for the group before; groups that are scraped in step share it. */
  #last: GroupWork | undefined = undefined
  #lastMetric = ''
  readonly #mayWarnAboutQuantile: boolean
  readonly #seen: Set<string> | undefined
  readonly #keepsName: boolean
  readonly #usesStarts: boolean
  readonly #looksAtCounts: boolean

  constructor(
    context: EvalContext,
    plan: CallPlan,
    steps: Steps,
    source: RangeSource,
    scalars: readonly Float64Array[],
    sink: RowSink,
  ) {
    this.#context = context
    this.#plan = plan
    this.#source = source
    this.#scalars = scalars
    this.#sink = sink
    const time = source.plan.kind === 'matrix' ? source.plan.selector : source.plan
    this.#ends = referenceTimes(time, steps)
    this.#evalTimes = stepTimes(steps)
    this.#lane = laneOf(context.scratch, steps.count)
    this.#outside = Row.ofSteps(steps.count)
    this.#row = this.#outside
    this.#mayWarnAboutQuantile =
      plan.func === 'quantile_over_time' && scalars[0]!.some((q) => !(q >= 0 && q <= 1))
    this.#keepsName = plan.func === 'last_over_time' || plan.func === 'first_over_time'
    this.#usesStarts =
      context.options.features.has('use-start-timestamps') &&
      source.plan.kind === 'matrix' &&
      !source.plan.selector.anchored &&
      !source.plan.selector.smoothed &&
      START_TIME_FUNCTIONS.has(plan.func)
    this.#looksAtCounts =
      source.plan.kind === 'matrix' && !this.#isExtended && looksAtCounts(plan.func)
    const mayCollide = !context.delayedNames && !source.oneName && plan.func !== 'absent_over_time'
    this.#seen = mayCollide ? new Set() : undefined
  }

  *group(g: number): Task<void> {
    const group = this.#source.groups[g]!
    const { windows, lane, kernel, inKernel, use, present } = this.#work(group.times)
    const isCounted = this.#looksAtCounts && group.downsampled !== undefined
    this.#tellDownsampling(group, windows)
    if (windows.sampleTotal === 0) return
    const work = group.times.length + windows.sampleTotal
    this.#row = lane?.row ?? this.#outside
    for (let i = 0; i < group.seriesCount; i++) {
      if (this.#context.budget.due(work)) yield
      const bits = this.#reader.read(group, i, lane)
      const hasStarts = this.#usesStarts && group.readStartTimes !== undefined
      if (bits === Column.plain && !hasStarts && !isCounted) {
        const { values } = this.#reader
        if (inKernel?.() !== true) {
          if (lane === undefined && this.#isLong(windows, values))
            yield* this.#inPortions(windows, values)
          else kernel(values, this.#row.values)
        }
        this.#row.cells = undefined
        this.#emit(group, g, i, windows, use, present ?? this.#row.sampleCount())
        this.#context.samples.tally?.addWindows(windows, this.#isStored, undefined)
      } else yield* this.#special(group, g, i, bits, isCounted)
    }
  }

  #tellDownsampling({ downsampled }: SeriesGroup, windows: Windows): void {
    if (downsampled === undefined || !this.#isStored) return
    const { annotations } = this.#context
    for (const text of downsamplingInfos(
      this.#plan.func,
      this.#isExtended,
      windows,
      downsampled.spans,
    ))
      annotations.info(text, this.#plan.args[0]!.pos)
  }

  /** Windows and what follows from them alone; of the last group where its times are the same. */
  #work(times: Float64Array): GroupWork {
    if (this.#last !== undefined && areEqual(this.#last.times, times)) return this.#last
    const windows = this.#windows(times, times.length)
    // Long kernels stop in between, and the kernel's memory is not ours meanwhile.
    const isShort = windows.sampleTotal <= KERNEL_SAMPLES && times.length <= KERNEL_COLUMN
    const lane = isShort ? this.#lane : undefined
    const made = {
      times,
      windows,
      lane,
      kernel: this.#kernel(windows),
      inKernel: lane === undefined ? undefined : this.#inKernel(lane, windows),
      use: this.#use(windows),
      present: this.#isExtended ? undefined : presentSteps(windows, this.#plan.func),
    }
    this.#last = made
    return made
  }

  #inKernel(lane: KernelLane, windows: Windows): (() => boolean) | undefined {
    const { func } = this.#plan
    if (this.#isExtended || this.#usesStarts) return undefined
    if (func !== 'rate' && func !== 'increase' && func !== 'delta') return undefined
    return rateInKernel(lane, windows, func !== 'delta', func === 'rate')
  }

  get #isExtended(): boolean {
    const { plan } = this.#source
    return plan.kind === 'matrix' && (plan.selector.anchored || plan.selector.smoothed)
  }

  get #isStored(): boolean {
    return this.#source.plan.kind === 'matrix'
  }

  #use(windows: Windows): WindowUse {
    return useOf(windows, this.#isStored ? freshSamples(windows) : 0)
  }

  end(): void {
    this.#lane?.close()
    this.#context.samples.release(this.#source.heldSamples)
  }

  #windows(ts: Float64Array, count: number): Windows {
    const { plan } = this.#source
    const reach = plan.kind === 'matrix' ? reachOf(plan, this.#context.lookbackMs) : NO_REACH
    return windowsOver(ts, count, this.#ends, plan.rangeMs, this.#evalTimes, reach)
  }

  #kernel(windows: Windows): ColumnKernel {
    const { plan } = this.#source
    if (this.#isExtended && plan.kind === 'matrix')
      return extendedKernel(this.#plan.func, windows, plan.selector.smoothed)
    return RANGE_KERNELS.get(this.#plan.func)!(windows, this.#scalars)
  }

  /** The kernel would keep others waiting. */
  #isLong(windows: Windows, vs: Float64Array): boolean {
    if (windows.sampleTotal <= KERNEL_SAMPLES) return false
    if (!goesOverWindows(this.#plan.func, vs, windows.sampleCount)) return false
    return !this.#isExtended && !this.#usesStarts
  }

  /** Runs the kernel over some steps at a time, to the same values. */
  *#inPortions(windows: Windows, values: Float64Array): Task<void> {
    const { func } = this.#plan
    const { lo, hi, stepCount, sampleCount } = windows
    const isWide = windows.sizeMax > KERNEL_SAMPLES
    if (func === 'quantile_over_time' && !isWide) {
      yield* this.#quantiles(windows, values)
      return
    }
    if (func === 'quantile_over_time' || (func === 'mad_over_time' && isWide)) {
      yield* this.#wideQuantiles(windows, values)
      return
    }
    // Sums look at the whole column first, which each portion pays for.
    const looksAtAll = !PER_WINDOW_FUNCTIONS.has(this.#plan.func)
    const most = looksAtAll ? Math.max(KERNEL_SAMPLES, 4 * sampleCount) : KERNEL_SAMPLES
    for (let from = 0, to = 0; from < stepCount; from = to) {
      let work = 0
      for (; to < stepCount && (to === from || work < most); to++) work += hi[to]! - lo[to]!
      const portion = windowsOfSteps(windows, from, to)
      const scalars = this.#scalars.map((column) => column.subarray(from, to))
      RANGE_KERNELS.get(this.#plan.func)!(portion, scalars)(
        values,
        this.#row.values.subarray(from, to),
      )
      if (this.#context.budget.due(work)) yield
    }
  }

  /** One window after the other: what is sorted stays sorted. */
  *#quantiles(windows: Windows, values: Float64Array): Task<void> {
    const { lo, hi, stepCount, sampleCount, sizeMax } = windows
    const q = this.#scalars[0]!
    const out = this.#row.values
    const sorted = new SortedWindow(sizeMax)
    sorted.begin(values, sampleCount)
    for (let s = 0; s < stepCount; s++) {
      const [from, to] = [lo[s]!, hi[s]!]
      if (from === to) {
        out[s] = ABSENT
        continue
      }
      sorted.moveTo(from, to)
      out[s] = sorted.quantile(q[s]!)
      if (this.#context.budget.due(to - from)) yield
    }
  }

  /** Of windows that are too long to be sorted. */
  *#wideQuantiles({ lo, hi, stepCount }: Windows, values: Float64Array): Task<void> {
    const q = this.#plan.func === 'mad_over_time' ? undefined : this.#scalars[0]!
    const out = this.#row.values
    const wide = new WideQuantile(this.#context.budget)
    for (let s = 0; s < stepCount; s++) {
      const [from, to] = [lo[s]!, hi[s]!]
      if (from === to) out[s] = ABSENT
      else if (q === undefined) out[s] = yield* wide.medianDistance(values, from, to)
      else out[s] = yield* wide.of(values, from, to, q[s]!)
    }
  }

  /** The kernel for a compacted series. */
  #kernelFor(windows: Windows, labels: Labels, isCounted: boolean): ColumnKernel {
    if (isCounted) return countedKernel(this.#plan.func, windows, this.#reader.floats)
    if (!this.#usesStarts) return this.#kernel(windows)
    const { annotations } = this.#context
    const pos = this.#plan.args[0]!.pos
    return startTimeKernel(this.#plan.func, windows, this.#reader.floats.starts, () =>
      annotations.overlappingStart(labels.get(METRIC_NAME), pos),
    )
  }

  /** A series with gaps, stale markers or histograms: its own times, its own windows, the same kernels. */
  *#special(
    group: SeriesGroup,
    g: number,
    series: number,
    bits: number,
    isCounted: boolean,
  ): Task<void> {
    const { floats, histograms } = this.#reader
    this.#reader.compact(group, series, bits, false, this.#usesStarts)
    if (isCounted) this.#reader.readDownsampled(group, series, isRise(this.#plan.func))
    const windows = this.#windows(floats.ts, floats.count)
    const labels = group.labels(series)
    this.#row.cells = undefined
    this.#context.samples.tally?.addWindows(windows, this.#isStored, undefined)
    if (floats.count === 0) this.#row.clear()
    else if (!isCounted && this.#isLong(windows, floats.vs))
      yield* this.#inPortions(windows, floats.vs)
    else this.#kernelFor(windows, labels, isCounted)(floats.vs, this.#row.values)
    if (histograms.ts.length === 0) {
      this.#emit(group, g, series, windows, this.#use(windows), this.#row.sampleCount())
      return
    }
    const { plan } = this.#source
    if (plan.kind === 'matrix' && this.#context.statisticsOnly.has(plan.selector))
      this.#reader.tellResets()
    const times = Float64Array.from(histograms.ts)
    const histogramWindows = this.#windows(times, times.length)
    mixedWindows(
      this.#context,
      {
        func: this.#plan.func,
        plan: this.#source.plan,
        pos: this.#plan.args[0]!.pos,
        labels,
        floats: windows,
        values: floats.vs,
        histograms: histogramWindows,
        cells: histograms.hs,
        starts: this.#usesStarts ? histograms.starts : undefined,
      },
      this.#row,
    )
    const use = this.#use(windows)
    const sizes = runningSizes(histograms.hs)
    addHistogramUse(use, histogramWindows, sizes)
    if (this.#isStored) use.read += freshSamples(histogramWindows, sizes)
    this.#context.samples.tally?.addWindows(histogramWindows, this.#isStored, sizes)
    this.#emit(group, g, series, windows, use, this.#row.sampleCount())
  }

  #emit(
    group: SeriesGroup,
    g: number,
    series: number,
    windows: Windows,
    use: WindowUse,
    count: number,
  ): void {
    const { samples, delayedNames } = this.#context
    samples.total += use.total
    samples.read += use.read
    samples.touch(use.max)
    if (this.#mayWarnAboutQuantile) this.#warnAboutQuantile(windows)
    if (this.#plan.func === 'double_exponential_smoothing') checkFactors(windows, this.#scalars)
    if (count === 0) return
    samples.hold(count)
    // The last window is still held when its result is added.
    samples.touch(use.last)
    const drop = this.#source.dropName(g, series) || !this.#keepsName
    this.#warnAboutCounter(group, series)
    const name = this.#name.at(group, series, drop && !delayedNames)
    if (this.#seen !== undefined) {
      const before = this.#seen.size
      if (this.#seen.add(name.labels.key).size === before) throw sameLabelset()
    }
    this.#sink(name, drop, this.#row)
  }

  #warnAboutQuantile(windows: Windows): void {
    const q = this.#scalars[0]!
    for (let s = 0; s < q.length; s++) {
      const value = q[s]!
      if (value >= 0 && value <= 1) continue
      if (windows.hi[s]! > windows.lo[s]!) {
        const text = `quantile value should be between 0 and 1, got ${formatShortest(value)}`
        this.#context.annotations.warn(text, this.#plan.args[0]!.pos)
      }
    }
  }

  /** rate and increase of floats that do not look like a counter. */
  #warnAboutCounter(group: SeriesGroup, series: number): void {
    const { func, args } = this.#plan
    if (func !== 'rate' && func !== 'increase') return
    const name = metricNameOf(group, series)
    if (name === '' || !hasFloats(this.#row)) return
    const pos = args[0]!.pos
    if (usesTypeLabels(this.#context)) {
      const type = group.labels(series).get('__type__')
      if (type === 'counter' || type === 'histogram') return
      this.#context.annotations.info(
        `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${goQuote(type)}: ${goQuote(name)}`,
        pos,
      )
      return
    }
    if (name === this.#lastMetric) return
    this.#lastMetric = name
    if (!/_(?:total|sum|count|bucket)$/.test(name)) {
      this.#context.annotations.info(
        `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${goQuote(name)}`,
        pos,
      )
    }
  }
}

/** What is worked out once for all series with the same times. */
interface GroupWork {
  readonly times: Float64Array
  readonly windows: Windows
  readonly lane: KernelLane | undefined
  readonly kernel: ColumnKernel
  readonly inKernel: (() => boolean) | undefined
  readonly use: WindowUse
  /** Steps with a value, of every column without markers; undefined when that depends on its values. */
  readonly present: number | undefined
}

const TWO_SAMPLES: ReadonlySet<string> = new Set([
  'delta',
  'deriv',
  'double_exponential_smoothing',
  'idelta',
  'increase',
  'irate',
  'predict_linear',
  'rate',
])

function presentSteps({ lo, hi, stepCount }: Windows, func: string): number {
  const least = TWO_SAMPLES.has(func) ? 2 : 1
  let count = 0
  for (let s = 0; s < stepCount; s++) if (hi[s]! - lo[s]! >= least) count++
  return count
}

/** Samples that a series' windows hold: all together, in the fullest one, in the last one. */
interface WindowUse {
  total: number
  /** Each sample once; 0 for those that a subquery made. */
  read: number
  max: number
  last: number
}

function useOf(windows: Windows, read: number): WindowUse {
  const end = windows.stepCount - 1
  const last = end < 0 ? 0 : windows.hi[end]! - windows.lo[end]!
  return { total: windows.sampleTotal, read, max: windows.sizeMax, last }
}

/** Running sums of the histograms' sizes, from 0. */
function runningSizes(histograms: readonly NativeHistogram[]): number[] {
  const before = [0]
  for (const h of histograms) before.push(before.at(-1)! + histogramSampleCount(h))
  return before
}

/** A histogram counts for as many samples as its size. */
function addHistogramUse(use: WindowUse, windows: Windows, before: readonly number[]): void {
  let max = 0
  for (let s = 0; s < windows.stepCount; s++) {
    const size = before[windows.hi[s]!]! - before[windows.lo[s]!]!
    use.total += size
    if (size > max) max = size
    if (s === windows.stepCount - 1) use.last += size
  }
  use.max += max
}

function hasFloats(row: Row): boolean {
  if (row.cells === undefined) return true
  const histograms = row.cells.filter((cell) => cell !== undefined).length
  return row.presentCount() > histograms
}

function* rangeSource(context: EvalContext, plan: Plan, steps: Steps): Task<RangeSource> {
  if (plan.kind === 'matrix') {
    const { groups } = context.selections.get(plan.selector) ?? bug('a selector was not selected')
    const named = plan.selector.matchers.some((m) => m.name === METRIC_NAME && m.type === '=')
    return { groups, plan, dropName: () => false, oneName: named, heldSamples: 0 }
  }
  if (plan.kind !== 'subquery') return bug(`${plan.kind} is no range vector`)
  const { group, frame, sampleCount } = yield* subqueryGroup(context, plan, steps)
  return {
    groups: [group],
    plan,
    dropName: (_, series) => frame.dropName[series]!,
    oneName: false,
    heldSamples: sampleCount,
  }
}

const ANCHORED_FUNCTIONS = ['changes', 'delta', 'increase', 'rate', 'resets']
const SMOOTHED_FUNCTIONS = ['delta', 'increase', 'rate']

function checkModifiers(plan: CallPlan, source: MatrixPlan | SubqueryPlan): void {
  if (source.kind !== 'matrix') return
  const { anchored, smoothed } = source.selector
  if (anchored && !ANCHORED_FUNCTIONS.includes(plan.func))
    throw executionError(
      `anchored modifier can only be used with: ${ANCHORED_FUNCTIONS.join(', ')} - not with ${plan.func}`,
    )
  if (smoothed && !SMOOTHED_FUNCTIONS.includes(plan.func))
    throw executionError(
      `smoothed modifier can only be used with: ${SMOOTHED_FUNCTIONS.join(', ')} - not with ${plan.func}`,
    )
}

/** Bad factors matter only where there is something to smooth. */
function checkFactors(windows: Windows, [smoothing, trend]: readonly Float64Array[]): void {
  for (let s = 0; s < windows.stepCount; s++) {
    if (windows.hi[s]! === windows.lo[s]!) continue
    const sf = smoothing![s]!
    const tf = trend![s]!
    if (sf <= 0 || sf >= 1)
      throw executionError(`invalid smoothing factor. Expected: 0 < sf < 1, got: ${sf.toFixed(6)}`)
    if (tf <= 0 || tf >= 1)
      throw executionError(`invalid trend factor. Expected: 0 < tf < 1, got: ${tf.toFixed(6)}`)
  }
}
