import { expect, test } from 'vitest'
import { faultOf, lineAt } from './query-error.ts'

test('the position in a parse error becomes a place in the expression', () => {
  const expr = 'sum(\n  rate(up[5m])'
  const fault = faultOf(
    'invalid parameter "query": 2:8: parse error: unclosed left parenthesis',
    expr,
  )
  expect(fault).toEqual({ message: '2:8: parse error: unclosed left parenthesis', start: 12 })
  expect(lineAt(expr, 12)).toEqual({ text: '  rate(up[5m])', column: 7, line: 2 })
})

test('an error without a position keeps its words', () => {
  expect(faultOf('query timed out in expression evaluation', 'up')).toEqual({
    message: 'query timed out in expression evaluation',
    start: undefined,
  })
})

test('a position behind the end points at the end', () => {
  expect(faultOf('9:90: parse error: unexpected end of input', 'up').start).toBe(2)
  expect(lineAt('', 0)).toEqual({ text: '', column: 0, line: 1 })
})
