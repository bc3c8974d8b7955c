import { expect, test } from 'vitest'
import { PARSED_CHARS, PARSED_QUERIES } from './limits.ts'
import { ParsedQueries } from './parsed-queries.ts'

test('a query that was asked lately is not parsed again', () => {
  const parsed = new ParsedQueries(new Set())
  const first = parsed.tree('sum(up)')
  expect(parsed.tree('sum(up)')).toBe(first)
  expect(parsed.tree('sum (up)')).not.toBe(first)
})

test('the tree that was not asked for longest goes first', () => {
  const parsed = new ParsedQueries(new Set())
  const [a, b] = [parsed.tree('a'), parsed.tree('b')]
  for (let i = 2; i < PARSED_QUERIES; i++) parsed.tree(`x${i}`)
  expect(parsed.tree('a')).toBe(a)
  parsed.tree('another')
  expect(parsed.tree('a')).toBe(a)
  expect(parsed.tree('b')).not.toBe(b)
})

test('a long text is parsed each time, and an error is one each time', () => {
  const parsed = new ParsedQueries(new Set())
  const long = `"${'x'.repeat(PARSED_CHARS)}"`
  expect(parsed.tree(long)).not.toBe(parsed.tree(long))
  for (let i = 0; i < 2; i++) expect(() => parsed.tree('sum(')).toThrow('unclosed left parenthesis')
})
