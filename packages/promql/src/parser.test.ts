import { UserError } from '@pharos/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Expr } from './ast.ts'
import { MAX_CHAIN, MAX_NESTING } from './limits.ts'
import { ParseErrors, positionText } from './parse-error.ts'
import { parseExpr, parseSelector, SYNTAX_FEATURES } from './parser.ts'
import { prettyExpr } from './pretty-printer.ts'
import { printExpr } from './printer.ts'

const all = { features: new Set(SYNTAX_FEATURES) }

/** The message of the error that `query` gives, or the printed tree when it parses. */
function outcome(query: string, options = all): string {
  try {
    return printExpr(parseExpr(query, options))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.message
  }
}

test('a syntax error says where it is and what could have stood there', () => {
  const check = (query: string, message: string): void =>
    expect(outcome(query), query).toBe(message)
  check('', 'unknown position: parse error: no expression found in input')
  check('up +', '1:5: parse error: unexpected end of input')
  check('a b', '1:3: parse error: unexpected identifier "b"')
  check('a\n  b', '2:3: parse error: unexpected identifier "b"')
  check('sum(a b)', '1:7: parse error: unexpected identifier "b" in aggregation')
  check('sum(rate(a b))', '1:12: parse error: unexpected identifier "b" in aggregation')
  check('sum by (x) a', '1:12: parse error: unexpected identifier "a" in aggregation')
  check('rate(a[5m)', `1:10: parse error: unexpected ")" in subquery or range, expected ":" or "]"`)
  check('a[5m:1m 2]', '1:9: parse error: unexpected number "2" in subquery selector, expected "]"')
  check(
    'a offset b',
    '1:10: parse error: unexpected identifier "b" in offset, expected number, duration, step(), or range()',
  )
  check('a @ b', '1:5: parse error: unexpected identifier "b" in @, expected timestamp')
  check('a{b="c"', '1:8: parse error: unexpected end of input inside braces')
  check(
    'a{b="c" d="e"}',
    '1:9: parse error: unexpected identifier "d" in label matching, expected "," or "}"',
  )
  check(
    'sum by (a b) (c)',
    '1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")"',
  )
  check('"a" "bcdefghijklmnop"', String.raw`1:5: parse error: unexpected string "\"bcdefghij"...`)
  check('max(a, )', '1:6: parse error: trailing commas not allowed in function call args')
  check('a{b=~"("}', '1:3: parse error: error parsing regexp: missing closing ): `^(?s:()$`')
  check('nope(a) $', '1:1: parse error: unknown function with name "nope"')
})

test('columns count bytes, also behind characters of two units', () => {
  expect(outcome('{"é😀"} x')).toBe('1:12: parse error: unexpected identifier "x"')
  expect(positionText('é\nab', 4)).toBe('2:2')
  expect(parseExpr('{"é😀"} + x').pos).toEqual({ start: 0, end: 14 })
})

test('what is experimental wants its flag', () => {
  const check = (query: string, message: string): void => {
    expect(outcome(query, { features: new Set() }), query).toContain(message)
    expect(outcome(query), query).not.toContain('parse error')
  }
  check('mad_over_time(a[5m])', 'function "mad_over_time" is not enabled')
  check(
    'limitk(3, a)',
    'limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
  )
  check('rate(a[5m] anchored)', 'anchored modifier is experimental and not enabled')
  check('rate(a[5m] smoothed)', 'smoothed modifier is experimental and not enabled')
  check('a + fill(0) b', 'binop fill modifiers are experimental and not enabled')
  expect(outcome('a[5m + step()]', { features: new Set() })).toBe('a[5m + step()]')
})

test('all problems are listed in order, the message shows the first', () => {
  try {
    parseExpr('topk(a, ) or rate(b) == bool 1')
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(ParseErrors)
    const { code, problems } = error as ParseErrors
    expect(code).toBe('promql/parse')
    expect(problems.map((one) => one.message)).toEqual([
      'trailing commas not allowed in function call args',
      'wrong number of arguments for aggregate expression provided, expected 2, got 1',
    ])
  }
})

test('names that are everybody’s property are ordinary names', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    expect(outcome(`${name}{${name}="x"}`)).toBe(`${name}{${name}="x"}`)
  expect(outcome('constructor(a)')).toContain('unknown function with name "constructor"')
})

test('nesting and chains have an end before the stack has', () => {
  const deep = `${'('.repeat(10_000)}1${')'.repeat(10_000)}`
  expect(outcome(deep)).toBe(
    `1:${MAX_NESTING + 2}: parse error: expression nested deeper than ${MAX_NESTING} levels`,
  )
  expect(outcome('-'.repeat(100_000) + 'a')).toContain('nested deeper')
  expect(outcome('sum('.repeat(50_000))).toContain('nested deeper')
  expect(outcome('a[1m:]' + '[1m:]'.repeat(10_000))).toContain('parse error')
  expect(outcome(`1${'^1'.repeat(100_000)}`)).toContain('nested deeper')
  expect(outcome(`a[${'('.repeat(10_000)}`)).toContain('nested deeper')
  expect(outcome(`1${'+1'.repeat(100_000)}`)).toContain(`more than ${MAX_CHAIN} operators`)
  const allowed = `${'('.repeat(MAX_NESTING - 1)}1${')'.repeat(MAX_NESTING - 1)}`
  expect(outcome(allowed)).toBe(allowed)
  expect(outcome(`a${' or a'.repeat(MAX_CHAIN - 1)}`)).not.toContain('parse error')
})

test('a selector alone is read as match[] wants it', () => {
  expect(parseSelector('up{job="x"}').map(String)).toEqual(['job="x"', '__name__="up"'])
  expect(parseSelector('{__name__=~".+"}').map(String)).toEqual(['__name__=~".+"'])
  expect(() => parseSelector('up + 1')).toThrow('1:4: parse error: unexpected <op:+>')
  expect(() => parseSelector('')).toThrow('unknown position: parse error: unexpected end of input')
})

test('any text parses or is refused with a ParseErrors', () => {
  const token = fc.constantFrom(
    ...'a sum by ( ) [ ] { } , : = =~ "x" 5m 1 + - ^ offset @ start end on group_left bool rate'.split(
      ' ',
    ),
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 15 }).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (query) => {
      const first = outcome(query)
      // What parsed prints as something that parses to the same.
      if (!first.includes('parse error')) expect(outcome(first)).toBe(first)
    }),
    { numRuns: 500 },
  )
})

test('printing and parsing again gives the same tree', () => {
  fc.assert(
    fc.property(expressions(), (query) => {
      const expr = parseExpr(query, all)
      const printed = printExpr(expr)
      const again = parseExpr(printed, all)
      expect(withoutPlaces(again), printed).toEqual(withoutPlaces(expr))
      expect(printExpr(parseExpr(prettyExpr(expr, 20), all))).toBe(printed)
    }),
    { numRuns: 300 },
  )
})

/** Without positions, and matchers in one order: printing sorts them. */
function withoutPlaces(expr: Expr): unknown {
  return JSON.parse(
    JSON.stringify(expr, (key, value: unknown) => {
      if (key === 'pos') return undefined
      return key === 'matchers' ? (value as unknown[]).map(String).sort() : value
    }),
  )
}

/** Texts of instant vectors of every kind. */
function expressions(): fc.Arbitrary<string> {
  const label = fc.constantFrom('job', 'a', 'by', 'sum', '"b.c"', '"ö"')
  const labels = fc.uniqueArray(label, { maxLength: 3 }).map((list) => list.join(', '))
  const duration = fc.constantFrom(
    '5m',
    '1h30m',
    '300',
    '5m + 1m',
    '(step() * 2)',
    'max_of(1m, range())',
  )
  const matcher = fc
    .tuple(label, fc.constantFrom('=', '!=', '=~', '!~'), fc.constantFrom('x', 'a|b', '', 'ü\\n"'))
    .map(([name, type, value]) => name + type + JSON.stringify(value))
  const modifiers = fc.constantFrom(
    '',
    ' offset 5m',
    ' offset -1h',
    ' @ 1.5',
    ' @ end()',
    ' offset (5m - 1m)',
  )
  const selector = fc
    .tuple(
      fc.constantFrom('up', 'job:x:rate5m', 'sum', 'offset'),
      fc.array(matcher, { maxLength: 2 }),
      modifiers,
    )
    // A parenthesis behind offset goes on with what follows it, in the reference as well.
    .map(([name, list, modifier]) => `(${name}{${list.join(',')}}${modifier})`)
  return fc.letrec<{ vector: string }>((tie) => {
    const vector = tie('vector')
    const range = fc.oneof(
      fc
        .tuple(fc.constantFrom('up', 'x{a="b"}'), duration, modifiers)
        .map(([s, d, m]) => `${s}[${d}]${m}`),
      fc.tuple(vector, duration, modifiers).map(([v, d, m]) => `(${v})[${d}:]${m}`),
    )
    const matching = fc
      .tuple(
        fc.constantFrom('on', 'ignoring'),
        labels,
        fc.constantFrom('', ' group_left ()', ' group_right (q)'),
      )
      .map(([word, list, group]) => `${word} (${list})${group}`)
    return {
      vector: fc.oneof(
        { maxDepth: 4 },
        selector,
        fc
          .tuple(fc.constantFrom('sum', 'avg', 'count'), labels, vector)
          .map(([op, by, v]) => `${op} by (${by}) (${v})`),
        fc
          .tuple(fc.constantFrom('topk', 'quantile'), vector)
          .map(([op, v]) => `${op} without (z) (0.5, ${v})`),
        fc.tuple(fc.constantFrom('rate', 'max_over_time'), range).map(([f, r]) => `${f}(${r})`),
        vector.map((v) => `-${v}`),
        vector.map((v) => `(${v})`),
        fc
          .tuple(
            vector,
            fc.constantFrom('+', '/', '==', '^', '> bool', 'atan2'),
            fc.oneof(fc.constant(''), matching),
            vector,
          )
          .map(([a, op, m, b]) => `${a} ${op} ${m} ${b}`),
        fc
          .tuple(vector, fc.constantFrom('and', 'or', 'unless on (job)'), vector)
          .map(([a, op, b]) => `${a} ${op} ${b}`),
        fc
          .tuple(vector, fc.constantFrom('1', '-2.5', '1e100', 'Inf', '5m', '0x1f'))
          .map(([a, n]) => `(${a} * ${n})`),
      ),
    }
  }).vector
}
