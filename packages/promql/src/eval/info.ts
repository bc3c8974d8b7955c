// info(v, {…}): labels of info series (target_info unless told otherwise) joined to the series of v that
// have the same instance and job.

import { isStale, type Labels, LabelsBuilder, Matcher, METRIC_NAME } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Selection } from '../queryable.ts'
import type { Task } from './budget.ts'
import { ColumnReader } from './column.ts'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import { Frame } from './frame.ts'
import { labelsText } from './labels-of.ts'
import type { CallPlan, Plan } from './plan.ts'
import { mergeEqualRows } from './rows.ts'
import { referenceTimes } from './selector.ts'
import { countedSteps } from './step-counts.ts'
import type { Steps } from './steps.ts'
import { latestIndices } from './windows.ts'

/** Labels that say which target a series is from. */
const IDENTIFYING: readonly string[] = ['instance', 'job']

/** Matchers of the info series, those of the name made complete. */
export function infoMatchers(plan: CallPlan): readonly Matcher[] {
  const given = givenMatchers(plan)
  const names = given.filter((m) => m.name === METRIC_NAME)
  return [...given.filter((m) => m.name !== METRIC_NAME), ...completeNames(names)]
}

/** When the info series are looked at: as the first selector in the first argument is. */
export function infoTime(plan: CallPlan): { offsetMs: number; atMs: number | undefined } {
  return timeOf(plan.args[0] ?? bug('info without a vector')) ?? { offsetMs: 0, atMs: undefined }
}

function timeOf(plan: Plan): { offsetMs: number; atMs: number | undefined } | undefined {
  switch (plan.kind) {
    case 'selector':
      return { offsetMs: plan.offsetMs, atMs: plan.atMs }
    case 'matrix':
      return timeOf(plan.selector)
    case 'subquery': {
      const inner = timeOf(plan.expr)
      if (inner === undefined || inner.atMs !== undefined) return inner
      return { offsetMs: inner.offsetMs + plan.offsetMs, atMs: plan.atMs }
    }
    case 'unary':
    case 'invariant':
    case 'aggregate':
      return timeOf(plan.expr)
    case 'binary':
      return timeOf(plan.lhs) ?? timeOf(plan.rhs)
    case 'call':
      for (const arg of plan.args) {
        const time = timeOf(arg)
        if (time !== undefined) return time
      }
      return undefined
    default:
      return undefined
  }
}

function givenMatchers(plan: CallPlan): readonly Matcher[] {
  const arg = plan.args[1]
  if (arg === undefined) return []
  const selector = arg.kind === 'invariant' ? arg.expr : arg
  return selector.kind === 'selector' ? selector.matchers : bug('info without a label selector')
}

/** Without a name that is asked for, any info metric or, with no condition at all, target_info. */
function completeNames(names: readonly Matcher[]): readonly Matcher[] {
  if (names.some((m) => m.type === '=' || m.type === '=~')) return names
  if (names.length > 0) return [new Matcher('=~', METRIC_NAME, '.+_info'), ...names]
  return [new Matcher('=', METRIC_NAME, 'target_info')]
}

export function* infoJoin(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const base = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  const given = givenMatchers(plan)
  const nameMatchers = completeNames(given.filter((m) => m.name === METRIC_NAME))
  const dataMatchers = given.filter((m) => m.name !== METRIC_NAME)
  const isInfo = (labels: Labels): boolean =>
    nameMatchers.every((m) => m.matches(labels.get(METRIC_NAME)))
  const selection = context.selections.get(plan) ?? bug('info series were not selected')
  const wanted = identities(base, isInfo)
  const info = latestInfo(context, selection, wanted, referenceTimes(infoTime(plan), steps), steps)
  const frame = new Frame(steps.count, base.rowCount, context.memory)
  for (let r = 0; r < base.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    const labels = base.labels[r]!
    if (isInfo(labels)) frame.push(labels, base.dropName[r]!, base.row(r))
    else joinRow(base, r, info, dataMatchers, frame)
  }
  const result = yield* mergeEqualRows(context, frame)
  yield* countedSteps(context, before, [base], result)
  return result
}

/** Values of instance and of job that occur in the series to be enriched. */
function identities(base: Frame, isInfo: (labels: Labels) => boolean): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>()
  for (const labels of base.labels) {
    if (isInfo(labels)) continue
    for (const name of IDENTIFYING) {
      const value = labels.get(name)
      if (value === '') continue
      const known = values.get(name)
      if (known === undefined) values.set(name, new Set([value]))
      else known.add(value)
    }
  }
  return values
}

/** Info series by metric name and identity; for each step the one with the newest sample. */
interface InfoSeries {
  readonly name: string
  /** Per step; undefined where there is none. */
  readonly labels: (Labels | undefined)[]
  readonly sampleMs: Float64Array
}

type InfoIndex = Map<string, InfoSeries[]>

function identityOf(labels: Labels): string {
  return IDENTIFYING.map((name) => labels.get(name)).join('\u0001')
}

function latestInfo(
  context: EvalContext,
  selection: Selection,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  refs: Float64Array,
  steps: Steps,
): InfoIndex {
  const index: InfoIndex = new Map()
  if (wanted.size === 0) return index
  const reader = new ColumnReader()
  for (const group of selection.groups) {
    for (let i = 0; i < group.seriesCount; i++) {
      const labels = group.labels(i)
      if ([...wanted].some(([name, values]) => !values.has(labels.get(name)))) continue
      const bits = reader.read(group, i)
      reader.compact(group, i, bits, true)
      const { floats, histograms } = reader
      if (histograms.ts.length > 0)
        throw executionError(
          `this should be an info metric, with float samples: ${labelsText(labels)}`,
        )
      const latest = latestIndices(floats.ts, floats.count, refs, context.lookbackMs)
      const series = seriesFor(index, labels, steps.count)
      for (let s = 0; s < latest.length; s++) {
        const at = latest[s]!
        if (at < 0 || isStale(floats.vs[at]!)) continue
        context.samples.total++
        context.samples.read++
        context.samples.tally?.addAt(s, 1, 1)
        claim(series, s, labels, floats.ts[at]!)
      }
    }
  }
  return index
}

function seriesFor(index: InfoIndex, labels: Labels, stepCount: number): InfoSeries {
  const key = identityOf(labels)
  const name = labels.get(METRIC_NAME)
  let list = index.get(key)
  if (list === undefined) index.set(key, (list = []))
  let series = list.find((known) => known.name === name)
  if (series === undefined) {
    series = {
      name,
      labels: Array.from({ length: stepCount }),
      sampleMs: new Float64Array(stepCount),
    }
    list.push(series)
  }
  return series
}

function claim(series: InfoSeries, s: number, labels: Labels, sampleMs: number): void {
  const existing = series.labels[s]
  if (existing !== undefined) {
    const existingMs = series.sampleMs[s]!
    if (existingMs > sampleMs) return
    if (existingMs === sampleMs)
      throw executionError(
        `found duplicate series for info metric: existing ${labelsText(existing)} @ ${existingMs}, new ${labelsText(labels)} @ ${sampleMs}`,
      )
  }
  series.labels[s] = labels
  series.sampleMs[s] = sampleMs
}

/** The samples of one series with the labels that each step's info series give. */
function joinRow(
  base: Frame,
  r: number,
  info: InfoIndex,
  dataMatchers: readonly Matcher[],
  frame: Frame,
): void {
  const labels = base.labels[r]!
  const candidates = info.get(identityOf(labels)) ?? []
  const needsInfo = dataMatchers.some((m) => !m.matches(''))
  const rows = new Map<string, number>()
  for (let s = 0; s < base.stepCount; s++) {
    if (!base.has(r, s)) continue
    const found = candidates.flatMap((series) => series.labels[s] ?? [])
    if (found.length === 0 && needsInfo) continue
    const joined = joinLabels(labels, found, dataMatchers)
    let row = rows.get(joined.key)
    if (row === undefined) {
      row = frame.addRow(joined, base.dropName[r]!)
      rows.set(joined.key, row)
    }
    const histogram = base.histogram(r, s)
    if (histogram === undefined)
      frame.values[row * base.stepCount + s] = base.values[r * base.stepCount + s]!
    else frame.setHistogram(row, s, histogram)
  }
}

function joinLabels(
  base: Labels,
  found: readonly Labels[],
  dataMatchers: readonly Matcher[],
): Labels {
  const added = new Map<string, string>()
  for (const labels of found) {
    for (const [name, value] of labels) {
      if (name === METRIC_NAME) continue
      if (dataMatchers.length > 0 && !dataMatchers.some((m) => m.name === name)) continue
      const other = added.get(name)
      if (other !== undefined && other !== value) throw executionError(`conflicting label: ${name}`)
      if (!base.has(name)) added.set(name, value)
    }
  }
  if (added.size === 0) return base
  const builder = new LabelsBuilder(base)
  for (const [name, value] of added) builder.set(name, value)
  return builder.labels()
}
