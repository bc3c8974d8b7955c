import { existsSync, readFileSync } from 'node:fs'
import { messageOf } from '@pharos/base'
import {
  AlertMatcher,
  AlertMatcherLexer,
  isValidLabelName,
  type MatchType,
  onlyOne,
  parseAlertMatcher,
  parseAlertMatchers,
  parseClassicMatchers,
  parseUtf8Matchers,
} from '@pharos/model'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/alertmanager/', import.meta.url)
const isMissing = !existsSync(directory)

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

interface Wanted {
  readonly type: MatchType
  readonly name: string
  readonly value?: string
}

interface ParseCase {
  readonly kind?: string
  readonly input?: string
  readonly matchers?: readonly Wanted[]
  readonly error?: string
  readonly differs?: boolean
}

function plain(matchers: readonly AlertMatcher[]): Wanted[] {
  return matchers.map(({ type, name, value }) => ({ type, name, value }))
}

function attempt<T>(parse: () => T): T | string {
  try {
    return parse()
  } catch (error) {
    return messageOf(error)
  }
}

test.skipIf(isMissing)('the grammar with quoted names reads all 76 reference cases', () => {
  const cases = casesOf<ParseCase>('matchers-utf8-parse.json')
  for (const { kind, input = '', matchers, error } of cases) {
    const read = attempt(() => {
      const all = parseUtf8Matchers(input)
      return plain(kind === 'matcher' ? [onlyOne(all)] : all)
    })
    expect(read, input).toEqual(error ?? matchers)
  }
  expect(cases.length).toBe(76)
})

test.skipIf(isMissing)('the older grammar reads all 53 and 54 reference cases', () => {
  const cases = casesOf<ParseCase>('matchers-classic-parse.json')
  for (const { input = '', matchers, error } of cases)
    expect(
      attempt(() => plain(parseClassicMatchers(input))),
      input,
    ).toEqual(error ?? matchers)
  const compliance = casesOf<ParseCase>('matchers-compliance.json')
  // What both read has to mean the same; each may refuse in its own words.
  for (const { input = '', matchers, differs } of compliance) {
    if (differs === true) continue
    const read = attempt(() => plain(parseUtf8Matchers(input)))
    if (matchers === undefined) expect(read, input).toBeTypeOf('string')
    else expect(read, input).toEqual(matchers)
  }
  expect([cases.length, compliance.length]).toEqual([53, 54])
})

test.skipIf(isMissing)('of two grammars the older one decides, in all 20 reference cases', () => {
  interface Case {
    readonly kind: string
    readonly input: string
    readonly expected?: boolean | Wanted | readonly Wanted[]
    readonly err?: string
  }
  const cases = casesOf<Case>('matchers-fallback.json')
  for (const { kind, input, expected, err } of cases) {
    const read = attempt(() => {
      if (kind === 'matcher') return plain([parseAlertMatcher(input)])[0]!
      if (kind === 'matchers') return plain(parseAlertMatchers(input))
      return isValidLabelName(input, kind === 'label_name_classic' ? 'legacy' : 'utf8')
    })
    expect(read, `${kind} ${input}`).toEqual(err ?? expected)
  }
  expect(cases.length).toBe(20)
})

test.skipIf(isMissing)('a text falls into the words of all 50 reference cases', () => {
  interface Token {
    readonly value: string
    readonly position: { readonly columnStart: number; readonly columnEnd: number }
  }
  interface Case {
    readonly input: string
    readonly expected?: readonly Token[]
    readonly err?: string
  }
  const cases = casesOf<Case>('matchers-lexer.json')
  for (const { input, expected = [], err } of cases) {
    const lexer = new AlertMatcherLexer(input)
    const wanted = expected.map(({ value, position }) => [
      value,
      position.columnStart,
      position.columnEnd,
    ])
    const found: unknown[] = []
    const error = attempt(() => {
      for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next())
        found.push([token.text, token.start, token.end])
      return ''
    })
    expect(found, input).toEqual(wanted)
    expect(error, input).toBe(err ?? '')
  }
  expect(cases.length).toBe(50)
})

test.skipIf(isMissing)('matchers match and print as in the reference cases', () => {
  interface Case {
    readonly kind: string
    readonly matcher?: { readonly type: MatchType; readonly name: string }
    readonly match?: boolean
    readonly value: string
    readonly name: string
    readonly op: MatchType
    readonly want: string
  }
  let seen = 0
  for (const { kind, matcher, match, value, name, op, want } of casesOf<Case>(
    'matcher-match-print.json',
  )) {
    if (kind === 'match' && matcher !== undefined)
      expect(new AlertMatcher(matcher.type, 'l', matcher.name).matches(value), value).toBe(match)
    else if (kind === 'string') expect(new AlertMatcher(op, name, value).toString()).toBe(want)
    else continue
    seen++
  }
  expect(seen).toBe(29)
})
