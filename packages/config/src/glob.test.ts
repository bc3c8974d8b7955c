import { expect, test } from 'vitest'
import { matchesGlob, pathIn, pathPattern } from './glob.ts'

test('only the last part of a pattern is a glob', () => {
  const check = (pattern: string, yes: string[], no: string[]): void => {
    const { directory, name: glob, isGlob } = pathPattern(pattern)
    expect(isGlob, pattern).toBe(true)
    for (const name of yes) expect(matchesGlob(name, glob), `${pattern} takes ${name}`).toBe(true)
    for (const name of no)
      expect(matchesGlob(name, glob), `${pattern} takes no ${name}`).toBe(false)
    expect(pattern.startsWith(directory) || directory === '.').toBe(true)
  }
  check('/sd/*.json', ['a.json', '.json', 'ä+b.json'], ['a.yml', 'ajson', 'a.json.tmp'])
  check('t?.yml', ['ta.yml'], ['t.yml', 'tab.yml'])
  check('/a/[ab]x.json', ['ax.json'], ['cx.json'])
  check('/a/[^a]*.json', ['bx.json'], ['ax.json'])
  check('/a/[a-cx]*', ['b', 'x1'], ['d', ''])
  check('/a/*a*b*', ['ab', 'xaxbx', 'aab'], ['ba', 'xa'])
  check('/a/*(1).json', ['x(1).json'], ['x1.json'])
})

test('a pattern without glob names one file', () => {
  expect(pathPattern('/sd/a.json')).toEqual({ directory: '/sd', name: 'a.json', isGlob: false })
  expect(pathPattern('a.json').directory).toBe('.')
  expect(pathPattern('/a.json').directory).toBe('/')
})

test('paths are written as their pattern is', () => {
  expect(pathIn('/sd', 'a.json', '/sd/*.json')).toBe('/sd/a.json')
  expect(pathIn('.', 'a.json', '*.json')).toBe('a.json')
  expect(pathIn('.', 'a.json', './*.json')).toBe('./a.json')
  expect(pathIn('/', 'a.json', '/*.json')).toBe('/a.json')
})

test('many stars against a long name end at once', () => {
  expect(matchesGlob('a'.repeat(255), `${'*a'.repeat(40)}*b`)).toBe(false)
})
