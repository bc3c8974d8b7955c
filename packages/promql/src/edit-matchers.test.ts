import { expect, test } from 'vitest'
import { deleteLabelMatchers, setLabelMatcher } from './edit-matchers.ts'
import { parseExpr } from './parser.ts'
import { printExpr } from './printer.ts'

const QUERY =
  'sum by (job) (rate(a{job="x",env="p"}[5m])) / on (job) max_over_time(b[1h:5m]) + topk(scalar(c), -d)'

test('a matcher is set in every selector, in the place of the one that was there', () => {
  expect(printExpr(setLabelMatcher(parseExpr(QUERY), '=~', 'env', 'p|q'))).toBe(
    'sum by (job) (rate(a{env=~"p|q",job="x"}[5m])) / on (job) max_over_time(b{env=~"p|q"}[1h:5m]) + topk(scalar(c{env=~"p|q"}), -d{env=~"p|q"})',
  )
})

test('a label is deleted from every selector, and the tree before stays', () => {
  const expr = parseExpr(QUERY)
  expect(printExpr(deleteLabelMatchers(expr, 'job'))).toContain('rate(a{env="p"}[5m])')
  expect(printExpr(expr)).toContain('job="x"')
})

test('a regex that does not compile is refused', () => {
  expect(() => setLabelMatcher(parseExpr('a'), '=~', 'b', '(')).toThrow('missing closing )')
})
