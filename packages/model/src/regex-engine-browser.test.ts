import { UserError } from '@pharos/base'
import { expect, test } from 'vitest'
import { compileRegex } from './regex-engine.ts'
import { compileRegex as compileInBrowser } from './regex-engine-browser.ts'

type Compile = typeof compileRegex

function verdict(compile: Compile, pattern: string): string {
  try {
    const regex = compile(pattern)
    return `${regex.test('')} ${regex.test('abc')} ${regex.test('ABC')}`
  } catch (error) {
    return error instanceof UserError ? error.message : String(error)
  }
}

const PATTERNS: readonly string[] = [
  '',
  'abc',
  '.*',
  '.+',
  'a|b|',
  'a.c',
  '[a-c]+',
  '[^x]*',
  '[]a]bc',
  '(abc)?',
  '(?:a)(b)(c)',
  '(?P<n>a)bc',
  '(?<n>a)bc',
  '(?i)AbC',
  '\\w{3}',
  'a{1,2}bc',
  'a*?bc',
  '(',
  ')',
  'a(b',
  'a)b',
  '(()',
  '[a',
  '[',
  '*',
  '+a',
  'a|*',
  '(*)',
  'a\\',
  '(?=a)',
  '(?!a)b',
  '(?<=a)b',
  '(?<!a)',
]

test('in pages patterns are accepted and refused like on the server, in the same words', () => {
  for (const pattern of PATTERNS)
    expect(verdict(compileInBrowser, pattern), pattern).toBe(verdict(compileRegex, pattern))
})

test('what only RE2 reads is accepted in pages, and matches nothing there', () => {
  for (const pattern of ['[[:alpha:]]+', '\\pL+', '(?U)a+', '\\Qa.b\\E', '(?i:a)b']) {
    expect(() => compileRegex(pattern), pattern).not.toThrow()
    expect(() => compileInBrowser(pattern), pattern).not.toThrow()
  }
})
