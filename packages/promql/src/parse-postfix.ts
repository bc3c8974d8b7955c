// What may follow an expression: […], offset, @, anchored, smoothed. They bind tighter than any operator and
// may come in any order; what makes no sense together is a problem, not a syntax error.

import type {
  DurationExpr,
  Expr,
  MatrixSelector,
  SubqueryExpr,
  TimeModifiers,
  VectorSelector,
} from './ast.ts'
import {
  literalSeconds,
  parseOffset,
  parsePositiveDuration,
  RANGE_CONTEXT,
  STEP_CONTEXT,
} from './parse-durations.ts'
import type { TokenStream } from './token-stream.ts'

export function parsePostfix(p: TokenStream, first: Expr, features: ReadonlySet<string>): Expr {
  let expr = first
  for (let count = 0; ; count++) {
    // A subquery of a subquery of … nests the tree as parentheses would.
    if (count > 100) p.unexpected()
    switch (p.type()) {
      case '[':
        expr = parseBrackets(p, expr)
        break
      case 'offset':
        p.take()
        expr = withOffset(p, expr, parseOffset(p))
        break
      case '@':
        p.take()
        expr = parseAt(p, expr)
        break
      case 'anchored':
      case 'smoothed':
        expr = withExtension(
          p,
          expr,
          p.take().type === 'anchored' ? 'anchored' : 'smoothed',
          features,
        )
        break
      default:
        return expr
    }
  }
}

function parseBrackets(p: TokenStream, expr: Expr): MatrixSelector | SubqueryExpr {
  const open = p.take()
  const range = parsePositiveDuration(p, RANGE_CONTEXT)
  if (p.takeIf(']') !== undefined) {
    const end = p.closingEnd
    const why = whyNoRange(expr)
    if (why !== undefined) p.problem({ start: open.start, end }, why)
    return {
      kind: 'matrix',
      pos: { start: expr.pos.start, end },
      // Anything else has been noted as a problem; the tree is then never looked at.
      selector: expr as VectorSelector,
      rangeMs: literalMs(range),
      rangeExpr: unlessLiteral(range),
    }
  }
  p.expect(':', 'subquery or range', '":" or "]"')
  const step = p.type() === ']' ? undefined : parsePositiveDuration(p, STEP_CONTEXT)
  const { end } = p.expect(']', 'subquery selector', '"]"')
  return {
    kind: 'subquery',
    pos: { start: expr.pos.start, end },
    expr,
    rangeMs: literalMs(range),
    rangeExpr: unlessLiteral(range),
    stepMs: step === undefined ? 0 : literalMs(step),
    stepExpr: step === undefined ? undefined : unlessLiteral(step),
    offsetMs: 0,
    offsetExpr: undefined,
    atMs: undefined,
    atEdge: undefined,
  }
}

function whyNoRange(expr: Expr): string | undefined {
  if (expr.kind !== 'vector') return 'ranges only allowed for vector selectors'
  if (expr.offsetMs !== 0 || expr.offsetExpr !== undefined)
    return 'no offset modifiers allowed before range'
  if (expr.atMs !== undefined || expr.atEdge !== undefined)
    return 'no @ modifiers allowed before range'
  return undefined
}

/** Whole ms of a literal, 0 for an expression. Through ns, as the reference: 1.001 s must not become 1 000 ms. */
function literalMs(expr: DurationExpr): number {
  return expr.kind === 'duration' ? Math.trunc(Math.round(expr.ms * 1e6) / 1e6) + 0 : 0
}

function unlessLiteral(expr: DurationExpr): DurationExpr | undefined {
  return expr.kind === 'duration' ? undefined : expr
}

/** The node with its time modifiers changed; those of a range selector live on the selector within. */
function withTime<T extends Expr>(p: TokenStream, expr: T, change: Partial<TimeModifiers>): Expr {
  const pos = { start: expr.pos.start, end: p.closingEnd }
  if (expr.kind === 'matrix') return { ...expr, pos, selector: { ...expr.selector, ...change } }
  return { ...expr, pos, ...change }
}

/** What can be set on `expr`; undefined, and a problem noted, when nothing can. */
function timeOf(p: TokenStream, expr: Expr, modifier: string): TimeModifiers | undefined {
  if (expr.kind === 'vector' || expr.kind === 'subquery') return expr
  if (expr.kind !== 'matrix') {
    p.problem(
      expr.pos,
      `${modifier} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
    )
    return undefined
  }
  if (expr.selector.kind === 'vector') return expr.selector
  p.problem(expr.pos, 'ranges only allowed for vector selectors')
  return undefined
}

function withOffset(p: TokenStream, expr: Expr, offset: DurationExpr): Expr {
  const time = timeOf(p, expr, 'offset')
  if (time === undefined) return expr
  if (time.offsetMs !== 0 || time.offsetExpr !== undefined) {
    p.problem(expr.pos, 'offset may not be set multiple times')
    return expr
  }
  return withTime(p, expr, { offsetMs: literalMs(offset), offsetExpr: unlessLiteral(offset) })
}

function parseAt(p: TokenStream, expr: Expr): Expr {
  if (p.type() === 'start' || p.type() === 'end') {
    const atEdge = p.take().type === 'start' ? 'start' : 'end'
    p.expect('(', '@', 'timestamp')
    p.expect(')', '@', 'timestamp')
    return withAt(p, expr, { atEdge })
  }
  const sign = p.type() === '-' || p.type() === '+' ? p.take().type : '+'
  if (p.type() !== 'number' && p.type() !== 'duration') p.unexpected('@', 'timestamp')
  const seconds = literalSeconds(p, p.take()) * (sign === '-' ? -1 : 1)
  if (!(Math.abs(seconds) < 2 ** 63))
    p.problem(expr.pos, `timestamp out of bounds for @ modifier: ${fixed(seconds)}`)
  return withAt(p, expr, { atMs: Math.round(seconds * 1000) + 0 })
}

function withAt(p: TokenStream, expr: Expr, at: Partial<TimeModifiers>): Expr {
  const time = timeOf(p, expr, '@')
  if (time === undefined) return expr
  if (time.atMs !== undefined || time.atEdge !== undefined) {
    p.problem(expr.pos, '@ <timestamp> may not be set multiple times')
    return expr
  }
  return withTime(p, expr, at)
}

/** Go's %f. */
function fixed(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return Math.abs(value) >= 1e21 ? `${BigInt(value)}.000000` : value.toFixed(6)
}

function withExtension(
  p: TokenStream,
  expr: Expr,
  name: 'anchored' | 'smoothed',
  features: ReadonlySet<string>,
): Expr {
  if (!features.has('promql-extended-range-selectors')) {
    p.problem(expr.pos, `${name} modifier is experimental and not enabled`)
    return expr
  }
  if (expr.kind === 'subquery') {
    p.problem(expr.pos, `${name} modifier is not supported for subqueries`)
    return expr
  }
  if (expr.kind !== 'vector' && expr.kind !== 'matrix') {
    p.problem(expr.pos, `${name} modifier not implemented`)
    return expr
  }
  const selector = { ...(expr.kind === 'matrix' ? expr.selector : expr), [name]: true }
  if (selector.anchored && selector.smoothed)
    p.problem(expr.pos, 'anchored and smoothed modifiers cannot be used together')
  return expr.kind === 'matrix' ? { ...expr, selector } : selector
}
