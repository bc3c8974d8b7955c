// All of a query's reads: which time range each selector needs, and one select for each, all at once.

import type { Matcher } from '@pharos/model'
import type { Querier, SelectHints, Selection } from '../queryable.ts'
import { aggregateOf } from './downsampled.ts'
import { infoMatchers, infoTime } from './info.ts'
import type { Plan, QueryTimes, SelectorPlan } from './plan.ts'

/** One select to be made for `plan`, a selector or a call of info(). */
export interface Read {
  readonly plan: Plan
  readonly matchers: readonly Matcher[]
  readonly hints: SelectHints
  /** Of histograms only count and sum are wanted, and resets are told while reading. */
  readonly statisticsOnly: boolean
}

interface ReadSettings {
  readonly lookbackMs: number
  readonly defaultSubqueryStepMs: number
}

/** What encloses a node, outermost first. */
type Path = readonly Plan[]

/** Every select of a query, in the order of the text. */
export function readsOf(plan: Plan, times: QueryTimes, settings: ReadSettings): Read[] {
  const reads: Read[] = []
  const visit = (node: Plan, path: Path): void => {
    const inner = [...path, node]
    switch (node.kind) {
      case 'selector':
        reads.push(selectorRead(node, path, times, settings))
        break
      case 'matrix':
        visit(node.selector, inner)
        break
      case 'unary':
      case 'invariant':
      case 'subquery':
        visit(node.expr, inner)
        break
      case 'aggregate':
        visit(node.expr, inner)
        if (node.param !== undefined) visit(node.param, inner)
        break
      case 'binary':
        visit(node.lhs, inner)
        visit(node.rhs, inner)
        break
      case 'call':
        if (node.func === 'info') {
          reads.push(infoRead(node, path, times, settings))
          visit(node.args[0]!, inner)
        } else for (const arg of node.args) visit(arg, inner)
        break
    }
  }
  visit(plan, [])
  return reads
}

/** The time range that all reads together need; [0, 0] without any. */
export function rangeOfReads(reads: readonly Read[]): { minMs: number; maxMs: number } {
  if (reads.length === 0) return { minMs: 0, maxMs: 0 }
  const minMs = Math.min(...reads.map((read) => read.hints.startMs))
  const maxMs = Math.max(...reads.map((read) => read.hints.endMs))
  return { minMs, maxMs }
}

export async function selectAll(
  querier: Querier,
  reads: readonly Read[],
): Promise<Map<Plan, Selection>> {
  const selections = await Promise.all(
    reads.map((read) => querier.select(read.matchers, read.hints)),
  )
  return new Map(reads.map((read, i) => [read.plan, selections[i]!]))
}

function selectorRead(
  plan: SelectorPlan,
  path: Path,
  times: QueryTimes,
  settings: ReadSettings,
): Read {
  const parent = path.at(-1)
  const rangeMs = parent?.kind === 'matrix' ? parent.rangeMs : 0
  const func = funcAround(path)
  const isExtended = plan.anchored || plan.smoothed
  let { startMs, endMs } = evaluatedRange(plan, path, times)
  const { lookbackMs } = settings
  if (rangeMs === 0) {
    startMs -= lookbackMs - 1
    if (plan.smoothed) endMs += lookbackMs
  } else {
    startMs -= (isExtended ? lookbackMs : 0) + rangeMs - 1
    if (plan.smoothed) endMs += lookbackMs
  }
  return {
    plan,
    matchers: plan.matchers,
    hints: {
      startMs: startMs - plan.offsetMs,
      endMs: endMs - plan.offsetMs,
      stepMs: stepOf(path, times, settings),
      rangeMs,
      func,
      aggregate: rangeMs === 0 ? 'last' : isExtended ? undefined : aggregateOf(func),
      grouping: parent?.kind === 'aggregate' ? parent.grouping : [],
      by: parent?.kind === 'aggregate' && !parent.without,
    },
    statisticsOnly: wantsStatistics(path),
  }
}

const STATISTICS: ReadonlySet<string> = new Set([
  'histogram_avg',
  'histogram_count',
  'histogram_sum',
])
const BUCKETS: ReadonlySet<string> = new Set([
  'histogram_fraction',
  'histogram_quantile',
  'histogram_quantiles',
])

/** A statistic is taken of the selector's histograms, and nothing on the way there needs their buckets. */
function wantsStatistics(path: Path): boolean {
  let wanted = false
  for (const node of path) {
    if (node.kind === 'subquery') return false
    if (node.kind === 'binary' && (node.op === '</' || node.op === '>/')) return false
    if (node.kind !== 'call') continue
    if (BUCKETS.has(node.func)) return false
    if (STATISTICS.has(node.func)) wanted = true
  }
  return wanted
}

function infoRead(
  plan: Plan & { kind: 'call' },
  path: Path,
  times: QueryTimes,
  settings: ReadSettings,
): Read {
  const { offsetMs, atMs } = infoTime(plan)
  const range = evaluatedRange({ atMs }, path, times)
  return {
    plan,
    matchers: infoMatchers(plan),
    hints: {
      startMs: range.startMs - (settings.lookbackMs - 1) - offsetMs,
      endMs: range.endMs - offsetMs,
      stepMs: stepOf(path, times, settings),
      rangeMs: 0,
      aggregate: 'last',
      func: 'info',
      grouping: [],
      by: false,
    },
    statisticsOnly: false,
  }
}

/** The times a selector is evaluated at: the query's, or @'s, widened and moved by enclosing subqueries. */
function evaluatedRange(
  plan: { readonly atMs: number | undefined },
  path: Path,
  times: QueryTimes,
): { startMs: number; endMs: number } {
  if (plan.atMs !== undefined) return { startMs: plan.atMs, endMs: plan.atMs }
  let { startMs, endMs } = times
  for (const node of path) {
    if (node.kind !== 'subquery') continue
    if (node.atMs !== undefined) startMs = endMs = node.atMs
    startMs -= node.offsetMs + node.rangeMs
    endMs -= node.offsetMs
  }
  return { startMs, endMs }
}

/** The step of the innermost subquery, or of the query. */
function stepOf(path: Path, times: QueryTimes, settings: ReadSettings): number {
  const subquery = path.findLast((node) => node.kind === 'subquery')
  if (subquery?.kind !== 'subquery') return times.stepMs
  return subquery.stepMs === 0 ? settings.defaultSubqueryStepMs : subquery.stepMs
}

/** The nearest function or aggregation around a selector; a binary operator hides those outside. */
function funcAround(path: Path): string {
  for (const node of path.toReversed()) {
    if (node.kind === 'aggregate') return node.op
    if (node.kind === 'call') return node.func
    if (node.kind === 'binary') return ''
  }
  return ''
}
