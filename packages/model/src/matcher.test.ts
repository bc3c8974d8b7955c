import { expect, test } from 'vitest'
import { Matcher } from './matcher.ts'

test('a missing label is the empty string', () => {
  const check = (type: Matcher['type'], value: string, matchesEmpty: boolean): void =>
    expect(new Matcher(type, 'job', value).matchesEmpty, `${type} ${value}`).toBe(matchesEmpty)
  check('=', '', true)
  check('=', 'x', false)
  check('!=', 'x', true)
  check('!=', '', false)
  check('=~', '.*', true)
  check('=~', '.+', false)
  check('=~', 'x|', true)
  check('!~', '.+', true)
  check('!~', 'x?', false)
})

test('what a store needs to find values is told for positive and negative matchers alike', () => {
  expect(new Matcher('=', 'a', 'x')).toMatchObject({
    isNegative: false,
    setMatches: ['x'],
    prefix: 'x',
  })
  expect(new Matcher('!~', 'a', 'x|y')).toMatchObject({
    isNegative: true,
    setMatches: ['x', 'y'],
    prefix: '',
  })
  expect(new Matcher('=~', 'a', 'web-.+')).toMatchObject({ setMatches: undefined, prefix: 'web-' })
  expect(new Matcher('=~', 'a', '.*')).toMatchObject({ namesAll: true, namesNonEmpty: false })
  expect(new Matcher('=~', 'a', '.+')).toMatchObject({ namesAll: false, namesNonEmpty: true })
  expect(new Matcher('!~', 'a', 'x|y').matches('x')).toBe(false)
  expect(new Matcher('!~', 'a', 'x|y').matches('z')).toBe(true)
})

test('a matcher is printed as the reference does', () => {
  expect(String(new Matcher('=~', 'job', 'a\n"b"'))).toBe('job=~"a\\n\\"b\\""')
  expect(String(new Matcher('!=', 'http.status', 'é'))).toBe('"http.status"!="é"')
})
