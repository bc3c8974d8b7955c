import fc from 'fast-check'
import { RE2JS } from 're2js'
import { expect, test } from 'vitest'
import { regexPlan } from './regex-plan.ts'
import { Regex } from './regex.ts'

const slow = (pattern: string, text: string): boolean =>
  RE2JS.compile(`^(?s:${pattern})$`).testExact(text)

/** Patterns made of the pieces that the fast path knows, and some that it does not. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ p: string }>((tie) => ({
  p: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'a',
      'b',
      'ab',
      '.*',
      '.+',
      '.?',
      '.',
      '\\.',
      '[ab]',
      '[a-c]',
      '[^a]',
      '[]a]',
      '[^]a]',
      '[a^]',
      '[b-a]',
      '[a-]',
      '\\d',
      '',
      'é',
      '😀',
      '^',
      '$',
      'b*',
      'a{2}',
      'a{,2}',
      '{2}',
      '{',
      '-',
      '.*?',
      '(?i:a)',
    ),
    fc.tuple(tie('p'), tie('p')).map(([a, b]) => a + b),
    fc.tuple(tie('p'), tie('p')).map(([a, b]) => `${a}|${b}`),
    tie('p').map((a) => `(${a})`),
    tie('p').map((a) => `(?:${a})`),
    tie('p').map((a) => `(?P<x>${a})?`),
  ),
})).p

const text = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b', 'c', '.', '\n', '😀', '-', '{', 'é', '1', ','), {
      maxLength: 7,
    })
    .map((all) => all.join('')),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
)

test('two wildcards that want something want two characters', () => {
  for (const source of ['.+.+', '((?:.+(.+)))', '.+.*.+']) {
    const regex = Regex.anchored(source)
    expect(regex.matches(' '), source).toBe(false)
    expect(regex.matches('\u{1f600}'), source).toBe(false)
    expect(regex.matches('ab'), source).toBe(true)
  }
})

test('string operations give the same verdict as RE2', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
      let isLegal = true
      try {
        slow(source, '')
      } catch {
        isLegal = false
      }
      if (!isLegal) {
        // Two groups of one name are legal in Go and not in re2js.
        if (!source.includes('(?P<x>'))
          expect(() => Regex.anchored(source)).toThrow('error parsing regexp')
        return
      }
      const regex = Regex.anchored(source)
      for (const one of texts) {
        const wanted = slow(source, one)
        expect(regex.matches(one), `${source} on ${JSON.stringify(one)}`).toBe(wanted)
        if (!wanted) continue
        expect(one.startsWith(regex.prefix)).toBe(true)
        if (regex.setMatches !== undefined) expect(regex.setMatches).toContain(one)
      }
      for (const one of regex.setMatches ?? []) expect(slow(source, one)).toBe(true)
      if (regex.matchesAll) expect(texts.every((one) => slow(source, one))).toBe(true)
      if (regex.matchesNonEmpty)
        expect(texts.every((one) => slow(source, one) === (one !== ''))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('what dashboards send is decided without RE2', () => {
  const check = (source: string, isFast: boolean, set?: string[], prefix = ''): void => {
    const plan = regexPlan(source)
    expect(plan.matches !== undefined, source).toBe(isFast)
    expect(plan.setMatches, source).toEqual(set)
    expect(plan.prefix, source).toBe(prefix)
  }
  check('a|b|c', true, ['a', 'b', 'c'])
  check('(web|api)-[12]', true, ['web-1', 'web-2', 'api-1', 'api-2'])
  check('10\\.0\\.0\\.1:9100', true, ['10.0.0.1:9100'], '10.0.0.1:9100')
  check('foo.*', true, undefined, 'foo')
  check('foo.+|fob.*', true, undefined, 'fo')
  check('.*foo', true)
  check('.*foo.*|.+bar.+', true)
  check('.*', true)
  check('.+', true)
  check('x|', true, ['x', ''])
  check('^(?:5..)$', false, undefined, '5')
  check('node_.*_seconds_(sum|count)', true, undefined, 'node_')
  check('foo[0-9]+', false, undefined, 'foo')
  check('(?i)foo', false)
  check(
    Array.from({ length: 500 }, (_, i) => `host-${i}`).join('|'),
    true,
    Array.from({ length: 500 }, (_, i) => `host-${i}`),
    'host-',
  )
})

test('a pattern that backtracking engines choke on takes linear time', () => {
  const long = 'a'.repeat(1_000_000)
  expect(Regex.anchored('(a+)+$').matches(`${long}b`)).toBe(false)
  expect(Regex.anchored('(a+)+$').matches(long)).toBe(true)
  expect(Regex.anchored('(a|a)*b').matches(long)).toBe(false)
  expect(Regex.anchored('.*a.*a.*a.*a.*b').matches(long)).toBe(false)
})

test('what RE2 does not know is refused with the words of the reference', () => {
  const check = (source: string, message: string): void =>
    expect(() => Regex.anchored(source), source).toThrow(
      expect.objectContaining({ code: 'model/regex', message }),
    )
  check('(', 'error parsing regexp: missing closing ): `^(?s:()$`')
  check('*', 'error parsing regexp: missing argument to repetition operator: `*`')
  check('.*{2}', 'error parsing regexp: invalid nested repetition operator: `*{2}`')
  check('(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`')
  check('\\1', 'error parsing regexp: invalid escape sequence: `\\1`')
})

test('of two groups with one name the first that took part is used', () => {
  const regex = Regex.anchored('(?P<x>a)|[(?P<x>](?P<x>b)')
  expect(regex.expand('[$x]', regex.match('a')!)).toBe('[a]')
  expect(regex.expand('[$x]', regex.match('Pb')!)).toBe('[b]')
})

test('verdicts are kept for a bounded number of texts', () => {
  const regex = Regex.anchored('[a-z]+[0-9]+')
  for (let i = 0; i < 5000; i++) expect(regex.matches(`x${i % 3000}`)).toBe(true)
  expect(regex.matches('x')).toBe(false)
  expect(regex.matches('x')).toBe(false)
})
