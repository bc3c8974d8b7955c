// From a plan and its measures to the tree that people read.

import { type Labels } from '@pharos/model'
import type { AggregatePlan, Plan } from '../eval/plan.ts'
import type { Read } from '../eval/select.ts'
import type { Selection } from '../queryable.ts'
import type { ExplainNode } from './explain-node.ts'
import { Measure } from './measuring-evaluator.ts'

interface Measured {
  readonly measures: ReadonlyMap<Plan, Measure>
  readonly reads: readonly Read[]
  readonly selections: ReadonlyMap<Plan, Selection>
}

/** Series of a selection that are looked at for the label table; beyond that it is an estimate anyway. */
const LABELLED_SERIES = 10_000

/** The tree of a query that has run. */
export function explainTree(plan: Plan, measured: Measured): ExplainNode {
  const children = operandsOf(plan).map((operand) => explainTree(operand, measured))
  const measure = measured.measures.get(plan) ?? new Measure()
  const read = measured.reads.find((one) => one.plan === plan)
  const selection = measured.selections.get(plan)
  if (plan.kind === 'selector' && selection !== undefined) describeSelection(measure, selection)
  const operandMs = children.reduce((sum, child) => sum + child.totalMs, 0)
  return {
    type: TYPE_NAMES[plan.kind],
    name: nameOf(plan),
    position: plan.pos,
    series: measure.series,
    samples: measure.samples,
    points: measure.points,
    // A range selector is read by its function, so it has no time of its own.
    totalMs: measure.evaluations === 0 ? operandMs : measure.totalMs,
    selfMs: measure.evaluations === 0 ? 0 : Math.max(0, measure.totalMs - operandMs),
    evaluations: measure.evaluations,
    labels: measure.labelCounts(),
    read: read && {
      matchers: read.matchers.map((matcher) => matcher.toString()),
      hints: read.hints,
      statisticsOnly: read.statisticsOnly,
    },
    children,
  }
}

/** A selector's series are those that the store found, whether they had samples at the steps or not. */
function describeSelection(measure: Measure, selection: Selection): void {
  measure.series = selection.groups.reduce((sum, group) => sum + group.seriesCount, 0)
  if (measure.evaluations > 0) return
  let left = LABELLED_SERIES
  for (const group of selection.groups)
    for (let i = 0; i < group.seriesCount && left > 0; i++, left--) {
      const labels: Labels = group.labels(i)
      measure.addLabels(labels)
    }
}

function operandsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'matrix':
      return [plan.selector]
    case 'unary':
    case 'invariant':
    case 'subquery':
      return [plan.expr]
    case 'aggregate':
      return plan.param === undefined ? [plan.expr] : [plan.param, plan.expr]
    case 'binary':
      return [plan.lhs, plan.rhs]
    case 'call':
      return plan.args
    default:
      return []
  }
}

const TYPE_NAMES: Readonly<Record<Plan['kind'], string>> = {
  aggregate: 'aggregation',
  binary: 'binary',
  call: 'call',
  invariant: 'stepInvariant',
  matrix: 'rangeSelector',
  number: 'number',
  selector: 'selector',
  string: 'string',
  subquery: 'subquery',
  unary: 'unary',
}

function nameOf(plan: Plan): string {
  switch (plan.kind) {
    case 'aggregate':
      return aggregateName(plan)
    case 'binary':
    case 'unary':
      return plan.op
    case 'call':
      return plan.func
    case 'number':
      return String(plan.value)
    case 'selector':
      return `{${plan.matchers.map((matcher) => matcher.toString()).join(',')}}`
    case 'matrix':
    case 'subquery':
      return `${plan.rangeMs} ms`
    case 'string':
    case 'invariant':
      return ''
  }
}

function aggregateName({ op, grouping, without }: AggregatePlan): string {
  if (grouping.length === 0 && !without) return op
  return `${op} ${without ? 'without' : 'by'} (${grouping.join(', ')})`
}
