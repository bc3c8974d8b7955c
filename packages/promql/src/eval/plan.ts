// A query made ready for evaluation: parentheses gone, duration expressions and start(), end(), step(),
// range() worked out, @ edges resolved, and every largest subtree that is the same at all steps wrapped in
// an `invariant` node, which is evaluated once.

import type { Matcher } from '@pharos/model'
import { bug } from '@pharos/base'
import type {
  AggregateExpr,
  AggregateOp,
  BinaryExpr,
  BinaryOp,
  CallExpr,
  Expr,
  Pos,
  SubqueryExpr,
  TimeModifiers,
  ValueType,
  VectorMatching,
  VectorSelector,
} from '../ast.ts'
import { type DurationContext, durationMs } from './durations.ts'

export type Plan =
  | AggregatePlan
  | BinaryPlan
  | CallPlan
  | InvariantPlan
  | MatrixPlan
  | NumberPlan
  | SelectorPlan
  | StringPlan
  | SubqueryPlan
  | UnaryPlan

interface NumberPlan {
  readonly kind: 'number'
  readonly pos: Pos
  readonly value: number
}

interface StringPlan {
  readonly kind: 'string'
  readonly pos: Pos
  readonly value: string
}

/** When a selector or subquery looks: at the step or at `atMs`, `offsetMs` earlier. */
interface TimePlan {
  readonly offsetMs: number
  readonly atMs: number | undefined
}

export interface SelectorPlan extends TimePlan {
  readonly kind: 'selector'
  readonly pos: Pos
  readonly matchers: readonly Matcher[]
  readonly anchored: boolean
  readonly smoothed: boolean
}

export interface MatrixPlan {
  readonly kind: 'matrix'
  readonly pos: Pos
  readonly selector: SelectorPlan
  readonly rangeMs: number
}

export interface SubqueryPlan extends TimePlan {
  readonly kind: 'subquery'
  readonly pos: Pos
  readonly expr: Plan
  readonly rangeMs: number
  /** 0: the engine's default. */
  readonly stepMs: number
}

export interface CallPlan {
  readonly kind: 'call'
  readonly pos: Pos
  readonly func: string
  readonly args: readonly Plan[]
}

export interface AggregatePlan {
  readonly kind: 'aggregate'
  readonly pos: Pos
  readonly op: AggregateOp
  readonly expr: Plan
  readonly param: Plan | undefined
  readonly grouping: readonly string[]
  readonly without: boolean
}

export interface BinaryPlan {
  readonly kind: 'binary'
  readonly pos: Pos
  readonly op: BinaryOp
  readonly lhs: Plan
  readonly rhs: Plan
  readonly matching: VectorMatching | undefined
  readonly returnBool: boolean
}

export interface UnaryPlan {
  readonly kind: 'unary'
  readonly pos: Pos
  readonly op: '+' | '-'
  readonly expr: Plan
}

export interface InvariantPlan {
  readonly kind: 'invariant'
  readonly pos: Pos
  readonly expr: Plan
}

/** The query's own time range; `stepMs` 0 for an instant query. */
export interface QueryTimes {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

/** @throws UserError when a duration expression has no usable value */
export function planQuery(expr: Expr, times: QueryTimes): Plan {
  const planned = plan(expr, new Planner(times))
  return planned.wrap ? invariant(planned.plan) : planned.plan
}

/** The type an evaluated plan has. */
export function planType(node: Plan): ValueType {
  switch (node.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'matrix':
    case 'subquery':
      return 'matrix'
    case 'unary':
    case 'invariant':
      return planType(node.expr)
    case 'call':
      return SCALAR_FUNCTIONS.has(node.func) ? 'scalar' : 'vector'
    case 'binary':
      return planType(node.lhs) === 'scalar' && planType(node.rhs) === 'scalar'
        ? 'scalar'
        : 'vector'
    case 'aggregate':
    case 'selector':
      return 'vector'
  }
}

const SCALAR_FUNCTIONS: ReadonlySet<string> = new Set([
  'end',
  'max_of',
  'min_of',
  'pi',
  'range',
  'scalar',
  'start',
  'step',
  'time',
  'timezone_offset',
])

/** Functions whose value changes with the evaluation time even when their arguments do not. */
const STEP_DEPENDENT: ReadonlySet<string> = new Set([
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'end',
  'hour',
  'minute',
  'month',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
  'timezone_offset',
  'year',
])

/** A planned subtree; `constant`: the same at every step; `wrap`: worth an invariant node. */
interface Planned {
  readonly plan: Plan
  readonly constant: boolean
  readonly wrap: boolean
}

class Planner implements DurationContext {
  readonly times: QueryTimes
  constructor(times: QueryTimes) {
    this.times = times
  }
  get stepMs(): number {
    return this.times.stepMs
  }
  get rangeMs(): number {
    return this.times.endMs - this.times.startMs
  }

  timePlan(modifiers: TimeModifiers): TimePlan {
    const { offsetExpr, atEdge } = modifiers
    const offsetMs =
      offsetExpr === undefined ? modifiers.offsetMs : durationMs(offsetExpr, this, true)
    if (atEdge === undefined) return { offsetMs, atMs: modifiers.atMs }
    return { offsetMs, atMs: atEdge === 'start' ? this.times.startMs : this.times.endMs }
  }
}

function invariant(node: Plan): InvariantPlan {
  return { kind: 'invariant', pos: node.pos, expr: node }
}

/** The plan of an operand: wrapped when it is constant but its parent is not. */
function operand(planned: Planned): Plan {
  return planned.wrap ? invariant(planned.plan) : planned.plan
}

function plan(expr: Expr, planner: Planner): Planned {
  switch (expr.kind) {
    case 'number':
      return literal({ kind: 'number', pos: expr.pos, value: expr.value })
    case 'string':
      return literal({ kind: 'string', pos: expr.pos, value: expr.value })
    case 'paren':
      return plan(expr.expr, planner)
    case 'vector': {
      const selector = planSelector(expr, planner)
      const constant = selector.atMs !== undefined
      return { plan: selector, constant, wrap: constant }
    }
    case 'matrix': {
      const selector = planSelector(expr.selector, planner)
      const rangeMs =
        expr.rangeExpr === undefined ? expr.rangeMs : durationMs(expr.rangeExpr, planner, false)
      const matrix: MatrixPlan = { kind: 'matrix', pos: expr.pos, selector, rangeMs }
      return { plan: matrix, constant: selector.atMs !== undefined, wrap: false }
    }
    case 'subquery':
      return planSubquery(expr, planner)
    case 'unary': {
      const inner = plan(expr.expr, planner)
      return {
        ...inner,
        plan: { kind: 'unary', pos: expr.pos, op: expr.op, expr: inner.plan },
      }
    }
    case 'binary':
      return planBinary(expr, planner)
    case 'aggregate':
      return planAggregate(expr, planner)
    case 'call':
      return planCall(expr, planner)
  }
}

function literal(node: NumberPlan | StringPlan): Planned {
  return { plan: node, constant: true, wrap: false }
}

function planSelector(expr: VectorSelector, planner: Planner): SelectorPlan {
  const { pos, matchers, anchored, smoothed } = expr
  return { kind: 'selector', pos, matchers, anchored, smoothed, ...planner.timePlan(expr) }
}

function planSubquery(expr: SubqueryExpr, planner: Planner): Planned {
  const inner = plan(expr.expr, planner)
  const time = planner.timePlan(expr)
  const subquery: SubqueryPlan = {
    kind: 'subquery',
    pos: expr.pos,
    expr: inner.constant ? invariant(inner.plan) : inner.plan,
    rangeMs:
      expr.rangeExpr === undefined ? expr.rangeMs : durationMs(expr.rangeExpr, planner, false),
    stepMs: expr.stepExpr === undefined ? expr.stepMs : durationMs(expr.stepExpr, planner, false),
    ...time,
  }
  return { plan: subquery, constant: time.atMs !== undefined, wrap: false }
}

function planBinary(expr: BinaryExpr, planner: Planner): Planned {
  const lhs = plan(expr.lhs, planner)
  const rhs = plan(expr.rhs, planner)
  const constant = lhs.constant && rhs.constant
  const { pos, op, matching, returnBool } = expr
  const binary: BinaryPlan = {
    kind: 'binary',
    pos,
    op,
    matching,
    returnBool,
    lhs: constant ? lhs.plan : operand(lhs),
    rhs: constant ? rhs.plan : operand(rhs),
  }
  return { plan: binary, constant, wrap: constant }
}

function planAggregate(expr: AggregateExpr, planner: Planner): Planned {
  const inner = plan(expr.expr, planner)
  const { pos, op, grouping, without } = expr
  const param = expr.param === undefined ? undefined : plan(expr.param, planner).plan
  const aggregate: AggregatePlan = {
    kind: 'aggregate',
    pos,
    op,
    expr: inner.plan,
    param,
    grouping,
    without,
  }
  return { plan: aggregate, constant: inner.constant, wrap: inner.wrap }
}

function planCall(expr: CallExpr, planner: Planner): Planned {
  const folded = foldedValue(expr.func, planner.times)
  if (folded !== undefined) return literal({ kind: 'number', pos: expr.pos, value: folded })
  const args = expr.args.map((arg) => plan(arg, planner))
  const allConstant = args.every((arg) => arg.constant)
  // timestamp() of a selector with @ sees the sample's own time, which does not move with the step.
  const constant =
    allConstant &&
    (!STEP_DEPENDENT.has(expr.func) ||
      (expr.func === 'timestamp' && args.every((arg) => arg.plan.kind === 'selector')))
  const call: CallPlan = {
    kind: 'call',
    pos: expr.pos,
    func: expr.func,
    args: args.map((arg) => (constant ? arg.plan : operand(arg))),
  }
  return { plan: call, constant, wrap: constant }
}

/** start(), end(), range() and step() in seconds; undefined for every other function. */
function foldedValue(func: string, times: QueryTimes): number | undefined {
  switch (func) {
    case 'start':
      return times.startMs / 1000
    case 'end':
      return times.endMs / 1000
    case 'range':
      return (times.endMs - times.startMs) / 1000
    case 'step':
      return times.startMs === times.endMs ? 0 : times.stepMs / 1000
    default:
      return undefined
  }
}

/** The text of a string argument; the parser has checked that it is one. */
export function stringArgument(node: Plan | undefined): string {
  return node?.kind === 'string' ? node.value : bug('a string argument is not a string')
}
