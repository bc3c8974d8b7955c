// Types: which expression may stand where. Runs once the syntax is sound, notes every mistake in the order
// the reference does, and settles what only types decide (the matching of a binary expression).

import type {
  AggregateExpr,
  BinaryExpr,
  CallExpr,
  Expr,
  Pos,
  ValueType,
  VectorSelector,
} from './ast.ts'
import { functionNamed, returnTypeOf, takesZone } from './function-table.ts'
import { goQuote, METRIC_NAME } from '@pharos/model'

/** What the checker needs of the parser. */
interface TypeCheck {
  readonly tokens: { problem(at: Pos, message: string): void }
  readonly operatorPlaces: ReadonlyMap<Expr, Pos>
  readonly features: ReadonlySet<string>
}

const SET_OPERATORS: readonly string[] = ['and', 'or', 'unless']
const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']

/** The type of a checked expression. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'paren':
    case 'unary':
      return typeOf(expr.expr)
    case 'binary':
      return typeOf(expr.lhs) === 'scalar' && typeOf(expr.rhs) === 'scalar' ? 'scalar' : 'vector'
    case 'call':
      return returnTypeOf(expr.func)
    case 'aggregate':
    case 'vector':
      return 'vector'
    case 'matrix':
    case 'subquery':
      return 'matrix'
  }
}

/** A type as error messages name it. */
function named(type: ValueType): string {
  return type === 'vector' ? 'instant vector' : type === 'matrix' ? 'range vector' : type
}

/** Notes what is wrong below `expr` and returns its type. */
export function checkTypes(expr: Expr, check: TypeCheck): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'paren':
      return checkTypes(expr.expr, check)
    case 'unary': {
      const type = checkTypes(expr.expr, check)
      if (type !== 'scalar' && type !== 'vector')
        check.tokens.problem(
          expr.pos,
          `unary expression only allowed on expressions of type scalar or instant vector, got ${goQuote(named(type))}`,
        )
      return type
    }
    case 'binary':
      return checkBinary(expr, check)
    case 'call':
      return checkCall(expr, check)
    case 'aggregate':
      return checkAggregate(expr, check)
    case 'vector':
      checkSelector(expr, check, false)
      return 'vector'
    case 'matrix':
      checkSelector(expr.selector, check, false)
      return 'matrix'
    case 'subquery': {
      const type = checkTypes(expr.expr, check)
      if (type !== 'vector')
        check.tokens.problem(
          expr.pos,
          `subquery is only allowed on instant vector, got ${type} instead`,
        )
      return 'matrix'
    }
  }
}

function expectType(expr: Expr, wanted: ValueType, where: string, check: TypeCheck): void {
  const type = checkTypes(expr, check)
  if (type !== wanted)
    check.tokens.problem(expr.pos, `expected type ${named(wanted)} in ${where}, got ${named(type)}`)
}

function checkAggregate(expr: AggregateExpr, check: TypeCheck): ValueType {
  expectType(expr.expr, 'vector', 'aggregation expression', check)
  if (expr.param !== undefined) {
    const wanted = expr.op === 'count_values' ? 'string' : 'scalar'
    expectType(expr.param, wanted, 'aggregation parameter', check)
  }
  return 'vector'
}

function checkBinary(expr: BinaryExpr, check: TypeCheck): ValueType {
  const problem = (at: Pos, message: string): void => check.tokens.problem(at, message)
  const left = checkTypes(expr.lhs, check)
  const right = checkTypes(expr.rhs, check)
  const place = check.operatorPlaces.get(expr) ?? expr.pos
  const isComparison = COMPARISONS.includes(expr.op)
  const isSet = SET_OPERATORS.includes(expr.op)
  const bothScalar = left === 'scalar' && right === 'scalar'
  if (expr.returnBool && !isComparison)
    problem(place, 'bool modifier can only be used on comparison operators')
  if (isComparison && !expr.returnBool && bothScalar)
    problem(place, 'comparisons between scalars must use BOOL modifier')
  const matching = expr.matching
  for (const label of matching?.on === true ? matching.labels : [])
    if (matching!.include.includes(label))
      problem(place, `label ${goQuote(label)} must not occur in ON and GROUP clause at once`)
  for (const [type, side] of [
    [left, expr.lhs],
    [right, expr.rhs],
  ] as const)
    if (type !== 'scalar' && type !== 'vector')
      problem(side.pos, 'binary expression must contain only scalar and instant vector types')
  if (matching !== undefined) checkMatching(expr, left === 'vector' && right === 'vector', problem)
  if ((left === 'scalar' || right === 'scalar') && isSet)
    problem(expr.pos, `set operator ${goQuote(expr.op)} not allowed in binary scalar expression`)
  return bothScalar ? 'scalar' : 'vector'
}

function checkMatching(
  expr: BinaryExpr,
  bothVectors: boolean,
  problem: (at: Pos, message: string) => void,
): void {
  const matching = expr.matching!
  const fills = matching.fillLeft !== undefined || matching.fillRight !== undefined
  // The parser's own node, which nobody else holds yet.
  const draft = expr as { matching: BinaryExpr['matching'] }
  if (!bothVectors) {
    if (matching.labels.length > 0)
      problem(expr.pos, 'vector matching only allowed between instant vectors')
    if (fills) problem(expr.pos, 'filling in missing series only allowed between instant vectors')
    draft.matching = undefined
    return
  }
  if (!SET_OPERATORS.includes(expr.op)) return
  if (matching.card === 'one-to-one') draft.matching = { ...matching, card: 'many-to-many' }
  else {
    problem(expr.pos, `no grouping allowed for ${goQuote(expr.op)} operation`)
    problem(expr.pos, 'set operations must always be many-to-many')
  }
  if (fills) problem(expr.pos, 'filling in missing series not allowed for set operators')
}

function checkCall(expr: CallExpr, check: TypeCheck): ValueType {
  const { func, pos } = expr
  const signature = functionNamed(func, check.features)!
  const wanted = signature.args
  const isZoned = expr.args.length === 2 && takesZone(func, check.features)
  if (isZoned) expectType(expr.args[1]!, 'string', `call to function ${goQuote(func)}`, check)
  const args = isZoned ? expr.args.slice(0, 1) : expr.args
  const call = `call to ${goQuote(func)}`
  const least = wanted.length - (signature.variadic === 0 ? 0 : 1)
  const most = signature.variadic < 0 ? Infinity : least + signature.variadic
  const problem = (at: Pos, message: string): void => check.tokens.problem(at, message)
  if (signature.variadic === 0 && args.length !== least)
    problem(pos, `expected ${least} argument(s) in ${call}, got ${args.length}`)
  else if (args.length < least)
    problem(pos, `expected at least ${least} argument(s) in ${call}, got ${args.length}`)
  else if (args.length > most)
    problem(pos, `expected at most ${most} argument(s) in ${call}, got ${args.length}`)
  if (func === 'info' && args.length > 1) checkInfoSelector(expr, args[1]!, problem)
  for (const [i, arg] of args.entries()) {
    // Arguments too many have been noted; their types are nobody's.
    if (i >= wanted.length && signature.variadic === 0) break
    const type = wanted[Math.min(i, wanted.length - 1)]!
    if (func === 'info' && i === 1 && arg.kind === 'vector') checkSelector(arg, check, true)
    else expectType(arg, type, `call to function ${goQuote(func)}`, check)
  }
  return signature.returns
}

/** The second argument of info() only lists conditions on labels. */
function checkInfoSelector(
  call: CallExpr,
  arg: Expr,
  problem: (at: Pos, message: string) => void,
): void {
  const type = typeOf(arg)
  if (type !== 'vector')
    problem(call.pos, `expected type instant vector in call to function "info", got ${named(type)}`)
  if (arg.kind !== 'vector') problem(arg.pos, 'expected label selectors only')
  else if (arg.name !== '')
    problem(arg.pos, 'expected label selectors only, got vector selector instead')
}

function checkSelector(selector: VectorSelector, check: TypeCheck, mayBeEmpty: boolean): void {
  if (selector.name !== '') {
    // The last matcher is the one made of the name before the braces.
    for (const matcher of selector.matchers.slice(0, -1))
      if (matcher.name === METRIC_NAME)
        check.tokens.problem(
          selector.pos,
          `metric name must not be set twice: ${goQuote(selector.name)} or ${goQuote(matcher.value)}`,
        )
    return
  }
  if (mayBeEmpty || selector.matchers.some((matcher) => !matcher.matches(''))) return
  check.tokens.problem(selector.pos, 'vector selector must contain at least one non-empty matcher')
}
