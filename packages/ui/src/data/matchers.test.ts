import { expect, test } from 'vitest'
import { matchersOf, matchersText, newSilencePath, parseMatchers } from './matchers.ts'

test('matchers are read as they are written, with and without braces and quotes', () => {
  const check = (text: string, written: string | undefined) => {
    const matchers = parseMatchers(text)
    expect(matchers && matchersText(matchers), text).toBe(written)
  }
  check('{a="b", c=~"d.*"}', 'a="b", c=~"d.*"')
  check('a=b,c!=d', 'a="b", c!="d"')
  check('a!~"x,y"', 'a!~"x,y"')
  check('"my label"="q\\"\\\\"', '"my label"="q\\"\\\\"')
  check('a=""', 'a=""')
  check('', '')
  for (const bad of ['a', '="b"', 'a="b', 'a="b" c="d"', '{a="b"'])
    expect(parseMatchers(bad), bad).toBe(undefined)
})

test('labels become matchers that name exactly them', () => {
  const labels = { job: 'a', __proto_: 'x', zone: 'é"' }
  const matchers = matchersOf(labels)
  expect(parseMatchers(matchersText(matchers))).toEqual(matchers)
  expect(newSilencePath(matchersOf({ a: 'b' }))).toBe('/silences/new?filter=%7Ba%3D%22b%22%7D')
})
