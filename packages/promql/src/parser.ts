// Query text to a checked syntax tree: recursive descent, precedence climbing for binary operators.
//
//   expression ──► unary ──► postfix ( […]  offset  @  anchored  smoothed ) ──► primary
//
// The first syntax error stops; mistakes in meaning are collected. Words, order and places of errors are the
// reference's, because clients and people compare them.

import type { Matcher } from '@pharos/model'
import type { AggregateOp, BinaryOp, Expr, Pos, VectorSelector } from './ast.ts'
import { checkTypes } from './check-types.ts'
import { functionNamed } from './function-table.ts'
import { goQuote } from '@pharos/model'
import { Lexer } from './lexer.ts'
import { MAX_CHAIN } from './limits.ts'
import { literalSeconds } from './parse-durations.ts'
import { ParseErrors } from './parse-error.ts'
import { parseGrouping, parseMatching } from './parse-matching.ts'
import { parsePostfix } from './parse-postfix.ts'
import { parseBraces, parseString, selectorOf } from './parse-selector.ts'
import { isAggregator, isMetricName, isPreprocessor, type Token, type TokenType } from './token.ts'
import { Stop, TokenStream } from './token-stream.ts'

export interface ParseOptions {
  /**
   * Feature flags as `--enable-feature` names them; those of the syntax are `promql-experimental-functions`,
   * `promql-extended-range-selectors` and `promql-binop-fill-modifiers`.
   */
  readonly features?: ReadonlySet<string>
}

/** The flags that let the parser accept everything it knows. */
export const SYNTAX_FEATURES: readonly string[] = [
  'promql-experimental-functions',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
]

/**
 * The tree of a query, positions in UTF-8 bytes, types checked.
 *
 * @throws ParseErrors (a UserError `promql/parse`) with every problem found, worded as the reference does
 * @source Prometheus 3.14, promql/parser; conformance promql/parse-expr.json
 */
export function parseExpr(query: string, options: ParseOptions = {}): Expr {
  const parser = new Parser(query, options.features ?? new Set())
  const expr = parser.attempt(() => parser.query())
  if (expr === undefined || parser.tokens.problems.length > 0) throw parser.errors()
  checkTypes(expr, parser)
  if (parser.tokens.problems.length > 0) throw parser.errors()
  return expr
}

/**
 * The matchers of a series selector (`up{job="x"}`), as match[] parameters carry it.
 *
 * @throws ParseErrors like parseExpr
 * @source Prometheus 3.14, parser.ParseMetricSelector
 */
export function parseSelector(text: string): readonly Matcher[] {
  const parser = new Parser(text, new Set())
  const selector = parser.attempt(() => {
    const node = parser.selector()
    if (parser.tokens.type() !== 'end of input') parser.tokens.unexpected()
    return node
  })
  if (selector === undefined || parser.tokens.problems.length > 0) throw parser.errors()
  return selector.matchers
}

/** Level in the table of precedences; higher binds tighter. `^` associates to the right, the rest to the left. */
const PRECEDENCE: Readonly<Partial<Record<TokenType, number>>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}
const POWER = 6

const WITH_PARAMETER: readonly string[] = [
  'bottomk',
  'count_values',
  'limitk',
  'limit_ratio',
  'quantile',
  'topk',
]

class Parser {
  readonly tokens: TokenStream
  readonly features: ReadonlySet<string>
  /** Where the operator and its modifiers stand; some errors point there. */
  readonly operatorPlaces: Map<Expr, Pos> = new Map()
  readonly #query: string

  constructor(query: string, features: ReadonlySet<string>) {
    this.#query = query
    this.features = features
    this.tokens = new TokenStream(new Lexer(query))
  }

  errors(): ParseErrors {
    return new ParseErrors(this.#query, this.tokens.problems)
  }

  /** Undefined when parsing had to stop. */
  attempt<T>(parse: () => T): T | undefined {
    try {
      return parse()
    } catch (error) {
      if (error instanceof Stop) return undefined
      throw error
    }
  }

  query(): Expr {
    const p = this.tokens
    if (p.type() === 'end of input') {
      p.problem({ start: 0, end: 0 }, 'no expression found in input')
      throw new Stop()
    }
    const expr = this.expression(1)
    if (p.type() !== 'end of input') p.unexpected()
    return expr
  }

  expression(least: number): Expr {
    const p = this.tokens
    let lhs = this.#unary()
    for (let operators = 0; ; operators++) {
      const precedence = PRECEDENCE[p.type()]
      if (precedence === undefined || precedence < least) return lhs
      if (operators >= MAX_CHAIN) {
        p.problem(p.token, `more than ${MAX_CHAIN} operators in a row`)
        throw new Stop()
      }
      const op = p.take()
      const modifiers = parseMatching(p)
      const operatorEnd = p.lastEnd - 1
      const rhs = p.nested(() => this.expression(op.type === '^' ? precedence : precedence + 1))
      const { fillLeft, fillRight } = modifiers.matching
      const pos = { start: lhs.pos.start, end: rhs.pos.end }
      if (
        (fillLeft !== undefined || fillRight !== undefined) &&
        !this.features.has('promql-binop-fill-modifiers')
      )
        p.problem(pos, 'binop fill modifiers are experimental and not enabled')
      lhs = { kind: 'binary', pos, op: op.type as BinaryOp, lhs, rhs, ...modifiers } // a key of PRECEDENCE
      this.operatorPlaces.set(lhs, { start: op.start, end: operatorEnd })
    }
  }

  #unary(): Expr {
    const p = this.tokens
    if (p.type() !== '+' && p.type() !== '-') return parsePostfix(p, this.#primary(), this.features)
    const sign = p.take()
    // Weaker than ^ and as tight as *: -1^2 is -(1^2).
    const expr = p.nested(() => this.expression(POWER))
    const pos = { start: sign.start, end: expr.pos.end }
    const op = sign.type as '+' | '-' // tested above
    if (expr.kind === 'number')
      return { ...expr, pos, value: op === '-' ? -expr.value : expr.value }
    return { kind: 'unary', pos, op, expr }
  }

  #primary(): Expr {
    const p = this.tokens
    const { token } = p
    switch (token.type) {
      case '(':
        return this.#paren()
      case '{':
        return parseBraces(p, undefined)
      case 'number':
      case 'duration':
        return this.#number(p.take())
      case 'string':
        return parseString(p)
      case 'metric identifier':
        return selectorOf(p, p.take())
      case 'identifier':
        p.take()
        return p.type() === '(' ? this.#call(token) : selectorOf(p, token)
      default:
        if (!isMetricName(token.type)) p.unexpected()
        p.take()
        if (isAggregator(token.type) && ['(', 'by', 'without'].includes(p.type()))
          return this.#aggregate(token)
        if (isPreprocessor(token.type) && p.type() === '(') return this.#call(token)
        return selectorOf(p, token)
    }
  }

  /** A selector and nothing else. */
  selector(): VectorSelector {
    const p = this.tokens
    if (p.type() === '{') return parseBraces(p, undefined)
    if (!isMetricName(p.type())) p.unexpected()
    return selectorOf(p, p.take())
  }

  #number(token: Token): Expr {
    const value = literalSeconds(this.tokens, token)
    const isDuration = token.type === 'duration'
    return { kind: 'number', pos: { start: token.start, end: token.end }, value, isDuration }
  }

  #paren(): Expr {
    const p = this.tokens
    const { start } = p.take()
    const expr = p.nested(() => this.expression(1))
    const { end } = p.expect(')')
    return { kind: 'paren', pos: { start, end }, expr }
  }

  #call(name: Token): Expr {
    const p = this.tokens
    const args = this.#args()
    const signature = functionNamed(name.text, this.features)
    if (signature === undefined) p.problem(name, `unknown function with name ${goQuote(name.text)}`)
    else if (signature.experimental && !this.features.has('promql-experimental-functions'))
      p.problem(name, `function ${goQuote(name.text)} is not enabled`)
    return { kind: 'call', pos: { start: name.start, end: p.closingEnd }, func: name.text, args }
  }

  #args(): Expr[] {
    const p = this.tokens
    const args: Expr[] = []
    p.expect('(')
    if (p.takeIf(')') !== undefined) return args
    args.push(p.nested(() => this.expression(1)))
    for (let comma = p.takeIf(','); comma !== undefined; comma = p.takeIf(',')) {
      if (startsExpression(p.type())) args.push(p.nested(() => this.expression(1)))
      else p.problem(comma, 'trailing commas not allowed in function call args')
    }
    p.expect(')')
    return args
  }

  #aggregate(name: Token): Expr {
    const p = this.tokens
    const { modifier: before, args } = p.insideAggregation(name, () => ({
      modifier: this.#aggregateModifier(),
      args: this.#args(),
    }))
    const modifier = before ?? this.#aggregateModifier()
    const pos = { start: name.start, end: p.closingEnd }
    const op = name.type as AggregateOp // isAggregator
    const { grouping, without } = modifier ?? { grouping: [], without: false }
    const hasParameter = WITH_PARAMETER.includes(op)
    const wanted = hasParameter ? 2 : 1
    const experimental = op === 'limitk' || op === 'limit_ratio'
    if (args.length === 0) p.problem(pos, 'no arguments for aggregate expression provided')
    else if (experimental && !this.features.has('promql-experimental-functions'))
      p.problem(
        pos,
        `${op}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`,
      )
    else if (args.length !== wanted)
      p.problem(
        pos,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      )
    // With a problem noted the tree is never looked at; any node will do for the missing one.
    const expr = args[wanted - 1] ?? { kind: 'string', pos, value: '' }
    const param = hasParameter ? args[0] : undefined
    return { kind: 'aggregate', pos, op, expr, param, grouping, without }
  }

  #aggregateModifier(): { grouping: readonly string[]; without: boolean } | undefined {
    const p = this.tokens
    if (p.type() !== 'by' && p.type() !== 'without') return undefined
    const without = p.take().type === 'without'
    return { grouping: parseGrouping(p), without }
  }
}

function startsExpression(type: TokenType): boolean {
  return EXPRESSION_STARTS.includes(type) || isMetricName(type)
}

const EXPRESSION_STARTS: readonly TokenType[] = ['(', '{', '+', '-', 'number', 'duration', 'string']
