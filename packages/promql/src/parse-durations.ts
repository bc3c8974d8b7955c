// Duration expressions: what stands in brackets and behind `offset`.

import type { DurationExpr, Pos } from './ast.ts'
import { messageOf } from '@pharos/base'
import { durationMs, numberValue } from './literal.ts'
import type { Token } from './token.ts'
import type { TokenStream } from './token-stream.ts'

/** What the parser says where a duration should be. */
const WANTED = 'number, duration, step(), or range()'

export const RANGE_CONTEXT: DurationContext = {
  where: 'subquery or range selector',
  wanted: WANTED,
}
export const STEP_CONTEXT: DurationContext = {
  where: 'subquery selector',
  wanted: 'number, duration, step(), range(), or "]"',
}
const OFFSET_CONTEXT: DurationContext = { where: 'offset', wanted: WANTED }

interface DurationContext {
  readonly where: string
  readonly wanted: string
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  '+': 1,
  '-': 1,
  '*': 2,
  '/': 2,
  '%': 2,
  '^': 3,
}
const UNARY = 3

/** A number or duration literal: seconds as a double. */
export function literalSeconds(p: TokenStream, token: Token): number {
  try {
    return token.type === 'duration' ? durationMs(token.text) / 1000 : numberValue(token.text)
  } catch (error) {
    p.problem(token, messageOf(error))
    // The reference goes on with nothing for a duration, and with what it could read for a number.
    return token.type === 'duration' ? 0 : Infinity
  }
}

/** In brackets. A literal must be positive; expressions are judged when their value is known. */
export function parsePositiveDuration(p: TokenStream, context: DurationContext): DurationExpr {
  const expr = parseDuration(p, 1, context)
  if (expr.kind === 'duration' && expr.ms <= 0)
    p.problem(expr.pos, 'duration must be greater than 0')
  return expr
}

/**
 * Behind `offset`. Without parentheses only one operand is taken, so that `x offset 5m + 1` stays a sum; a
 * parenthesis opens an expression that may go on behind it.
 */
export function parseOffset(p: TokenStream): DurationExpr {
  const sign = p.type() === '-' || p.type() === '+' ? p.take() : undefined
  if (sign === undefined && p.type() === '(') return parseDuration(p, 1, OFFSET_CONTEXT)
  if (sign === undefined) return parsePrimary(p, OFFSET_CONTEXT)
  if (p.type() === '-' || p.type() === '+') {
    const operand = applySign(sign, parseDuration(p, UNARY, OFFSET_CONTEXT))
    return continueDuration(p, operand, 1, OFFSET_CONTEXT)
  }
  return applySign(sign, parsePrimary(p, OFFSET_CONTEXT))
}

function parseDuration(p: TokenStream, least: number, context: DurationContext): DurationExpr {
  const sign = p.type() === '-' || p.type() === '+' ? p.take() : undefined
  const first =
    sign === undefined
      ? parsePrimary(p, context)
      : applySign(
          sign,
          p.nested(() => parseDuration(p, UNARY, context)),
        )
  return continueDuration(p, first, least, context)
}

function continueDuration(
  p: TokenStream,
  first: DurationExpr,
  least: number,
  context: DurationContext,
): DurationExpr {
  let lhs = first
  for (;;) {
    const precedence = PRECEDENCE[p.type()]
    if (precedence === undefined || precedence < least) return lhs
    const op = p.take()
    const next = op.type === '^' ? precedence : precedence + 1
    const rhs = p.nested(() => parseDuration(p, next, context))
    if ((op.type === '/' || op.type === '%') && rhs.kind === 'duration' && rhs.ms === 0) {
      p.problem(op, op.type === '/' ? 'division by zero' : 'modulo by zero')
      lhs = NOTHING
      continue
    }
    lhs = {
      kind: 'op',
      pos: { start: lhs.pos.start, end: rhs.pos.end },
      op: op.type as '+', // one of PRECEDENCE's keys
      lhs,
      rhs,
      wrapped: false,
    }
  }
}

function parsePrimary(p: TokenStream, context: DurationContext): DurationExpr {
  const type = p.type()
  if (type === 'number' || type === 'duration') return literal(p, p.take())
  if (type === 'step' || type === 'range') {
    const { start } = p.take()
    p.expect('(', context.where, context.wanted)
    const { end } = p.expect(')', context.where, context.wanted)
    return { kind: type, pos: { start, end }, wrapped: false }
  }
  if (type === 'max_of' || type === 'min_of') {
    const { start } = p.take()
    p.expect('(', context.where, context.wanted)
    const lhs = p.nested(() => parseDuration(p, 1, context))
    p.expect(',', context.where, context.wanted)
    const rhs = p.nested(() => parseDuration(p, 1, context))
    const { end } = p.expect(')', context.where, context.wanted)
    return { kind: 'op', pos: { start, end }, op: type, lhs, rhs, wrapped: false }
  }
  if (type !== '(') p.unexpected(context.where, context.wanted)
  const { start } = p.take()
  const inner = p.nested(() => parseDuration(p, 1, context))
  const { end } = p.expect(')', context.where, context.wanted)
  return wrap(inner, { start, end })
}

/** What the reference goes on with after a mistake: a zero that stands nowhere. */
const NOTHING: DurationExpr = {
  kind: 'duration',
  pos: { start: 0, end: 0 },
  ms: 0,
  isDuration: false,
}

function literal(p: TokenStream, token: Token): DurationExpr {
  const pos = { start: token.start, end: token.end }
  const seconds = literalSeconds(p, token)
  // 64 bits of nanoseconds.
  if (Math.abs(seconds) > 2 ** 63 / 1e9) {
    p.problem(pos, 'duration out of range')
    return NOTHING
  }
  return { kind: 'duration', pos, ms: seconds * 1000, isDuration: token.type === 'duration' }
}

/** Remembers the parentheses. A literal has no room for that, so it goes under a plus that is never printed. */
function wrap(expr: DurationExpr, pos: Pos): DurationExpr {
  if (expr.kind !== 'duration') return { ...expr, wrapped: true }
  return { kind: 'op', pos, op: '+', lhs: undefined, rhs: expr, wrapped: true }
}

function applySign(sign: Token, expr: DurationExpr): DurationExpr {
  const pos = { start: sign.start, end: expr.pos.end }
  if (expr.kind === 'duration') return { ...expr, pos, ms: sign.type === '-' ? -expr.ms : expr.ms }
  if (sign.type === '+') return expr
  return { kind: 'op', pos, op: '-', lhs: undefined, rhs: expr, wrapped: false }
}
