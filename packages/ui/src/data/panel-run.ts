// One panel's queries: what is asked, at which step, and its answer as frames.
import {
  answeredSeries,
  type AnsweredTarget,
  type Frame,
  framesOf,
  framesOfSeries,
  intervalMs,
  isRelative,
  type Panel,
  type RawTimeRange,
  type Scope,
  stepFor,
  type Target,
  type TimeRange,
  type Variables,
  type VariableValue,
} from '@pharos/dashboards'
import type { BatchQuery, QueryBatcher } from './query-batch.ts'
import { type KnownRange, tailStart } from './tail-start.ts'

export interface PanelQuestion {
  readonly panel: Panel
  readonly variables: Variables
  /** Values that a repeated panel stands for. */
  readonly values: ReadonlyMap<string, VariableValue>
  readonly range: TimeRange
  readonly rawRange: RawTimeRange
  readonly maxDataPoints: number
  readonly scrapeIntervalMs: number
  /** Rewrites an expression so that adhoc filters hold in it. */
  readonly withFilters: (expr: string) => string
}

interface AskedQuery {
  readonly target: AnsweredTarget
  readonly query: BatchQuery
}

export interface PanelAnswer {
  readonly frames: readonly Frame[]
  readonly asked: readonly AskedQuery[]
  readonly warnings: readonly string[]
  readonly range: TimeRange
}

/** What is known of the ranges that a panel asked for, by target. One per panel that is shown. */
export type PanelMemory = Map<string, KnownRange>

/** Points of a line that nobody could tell apart are not asked for. */
const POINTS_MAX = 1500

/** Of an instant query that was asked for a time in the past it is the time that counts: whole seconds suffice. */
export function askedQueries(question: PanelQuestion): AskedQuery[] {
  const { panel, range } = question
  return panel.targets.flatMap((target, index): AskedQuery[] => {
    if (target.hide === true || !isOurs(target, panel)) return []
    const expr = target.expr ?? ''
    if (expr.trim() === '') return []
    const scope = scopeOf(question, target)
    const stepMs = scope.stepMs!
    const filled = question.withFilters(question.variables.interpolateQuery(expr, scope))
    const answered: AnsweredTarget = {
      refId: target.refId ?? String(index),
      expr: filled,
      legendFormat: question.variables.interpolate(target.legendFormat ?? '', scope),
      format: target.format,
      stepMs,
    }
    const stepSeconds = stepMs / 1000
    const align = (ms: number) => Math.floor(ms / stepMs) * stepSeconds
    const asked: AskedQuery[] = []
    if (wantsInstant(target, panel))
      asked.push({
        target: { ...answered, stepMs: undefined },
        query: { query: filled, time: Math.floor(range.toMs / 1000) },
      })
    if (wantsRange(target, panel))
      asked.push({
        target: answered,
        query: {
          query: filled,
          start: align(range.fromMs),
          end: align(range.toMs),
          step: stepSeconds,
        },
      })
    return asked
  })
}

/** What can be filled in a text of this panel. */
export function scopeOf(question: PanelQuestion, target?: Target): Scope & { stepMs: number } {
  const { panel, variables, range, rawRange, scrapeIntervalMs, values } = question
  const filled = (text: string | undefined) =>
    text === undefined || text === ''
      ? undefined
      : intervalMs(variables.interpolate(text, { values, range }).replace(/^>/, ''))
  const least = filled(target?.interval) ?? filled(panel.interval) ?? scrapeIntervalMs
  const points = Math.min(POINTS_MAX, panel.maxDataPoints ?? question.maxDataPoints)
  const stepMs = Math.max(
    1000,
    Math.ceil(
      stepFor({
        range,
        maxDataPoints: points,
        minIntervalMs: least,
        intervalFactor: target?.intervalFactor,
      }) / 1000,
    ) * 1000,
  )
  return { values, range, rawRange, scrapeIntervalMs, stepMs }
}

/** Targets without a data source of their own have the panel's. */
export function isOurs(target: Target, panel: Panel): boolean {
  const type = target.datasource?.type ?? panel.datasource?.type
  return type === undefined || type === '' || OURS.has(type) || type.startsWith('$')
}

const OURS: ReadonlySet<string> = new Set([
  'prometheus',
  'datasource',
  'mixed',
  '-- Mixed --',
  'default',
  'mimir',
  'grafana-amazonprometheus-datasource',
  'victoriametrics-metrics-datasource',
])

function wantsInstant(target: Target, panel: Panel): boolean {
  if (target.instant === true) return true
  return (
    target.instant === undefined &&
    target.range === undefined &&
    panel.type === 'table' &&
    target.format === 'table'
  )
}

function wantsRange(target: Target, panel: Panel): boolean {
  if (target.range === true) return true
  if (target.range === false) return target.instant !== true
  return !wantsInstant(target, panel)
}

/** The range a panel shows when it has one of its own. */
export function panelRange(panel: Panel, range: TimeRange, nowMs: number): TimeRange {
  const fromMs =
    panel.timeFrom === undefined ? undefined : intervalMs(panel.timeFrom.replace(/^now-/, ''))
  const shiftMs = panel.timeShift === undefined ? undefined : intervalMs(panel.timeShift)
  const own = fromMs === undefined ? range : { fromMs: nowMs - fromMs, toMs: nowMs }
  return shiftMs === undefined ? own : { fromMs: own.fromMs - shiftMs, toMs: own.toMs - shiftMs }
}

/**
 * Asks for what a panel shows. Of a range that moves with the clock only the new tail is asked for, as long as the
 * memory has the rest.
 */
export async function runPanel(
  batcher: QueryBatcher,
  question: PanelQuestion,
  memory: PanelMemory,
  signal: AbortSignal,
): Promise<PanelAnswer> {
  const asked = askedQueries(question)
  const moves = isRelative(question.rawRange.to)
  const warnings: string[] = []
  const parts = await Promise.all(
    asked.map(async ({ target, query }, index) => {
      const key = `${index} ${target.refId}`
      const answer = await askTail(
        batcher,
        { target, query },
        moves ? memory : undefined,
        key,
        signal,
      )
      warnings.push(...answer.warnings)
      return answer.frames
    }),
  )
  parts.push(await heldBy(question.panel))
  return { frames: parts.flat(), asked, warnings: [...new Set(warnings)], range: question.range }
}

/** What a panel of a snapshot holds itself. */
async function heldBy(panel: Panel): Promise<readonly Frame[]> {
  if (!panel.targets.some(({ queryType }) => queryType === 'snapshot')) return []
  const { heldFrames } = await import('@pharos/dashboards/snapshot')
  return heldFrames(panel)
}

async function askTail(
  batcher: QueryBatcher,
  { target, query }: AskedQuery,
  memory: PanelMemory | undefined,
  key: string,
  signal: AbortSignal,
): Promise<Pick<PanelAnswer, 'frames' | 'warnings'>> {
  const known = memory?.get(key)
  const from = 'time' in query ? 0 : tailStart(known, query)
  const asked = 'time' in query ? query : { ...query, start: from }
  const { data, warnings, infos } = await batcher.ask(asked, signal)
  const told = [...warnings, ...infos]
  const isRange = data.resultType === 'matrix' || data.resultType === 'columns'
  if ('time' in query || memory === undefined || !isRange)
    return { frames: framesOf(data, target), warnings: told }
  const tail = answeredSeries(data)
  const series =
    from === query.start || known === undefined
      ? tail
      : (await import('./matrix-tail.ts')).withTail(
          known.series,
          tail,
          query.start * 1000,
          from * 1000,
        )
  memory.set(key, { ...query, series })
  return { frames: framesOfSeries(series, target, false), warnings: told }
}
