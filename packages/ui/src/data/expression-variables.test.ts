import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParseErrors, parseExpr } from '@pharos/promql'
import { expect, test } from 'vitest'
import { withoutVariables } from './expression-variables.ts'

test('a variable becomes a duration, a name or a number of its length', () => {
  expect(withoutVariables('rate(x[$__rate_interval])')).toEqual(['rate(x[000000000000001m])'])
  expect(withoutVariables('x offset ${by}')).toEqual(['x offset 0001m'])
  expect(withoutVariables('x[${n}m]')).toEqual(['x[0001m]'])
  expect(withoutVariables('topk($k, $x)')).toEqual([
    'topk(v_, v_)',
    'topk(v_, 01)',
    'topk(01, v_)',
    'topk(01, 01)',
  ])
  expect(withoutVariables('{job="$job", i=~\'[[i]]\'}')).toEqual(['{job="$job", i=~\'[[i]]\'}'])
  expect(withoutVariables('$a+$b+$c+$d+$e')).toHaveLength(16)
})

const FOLDERS = [
  join(import.meta.dirname, '../../../dashboards/src/testdata'),
  join(import.meta.dirname, '../../../../../shared/conformance/grafana'),
]

function expressionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'expr' && typeof inner === 'string' ? [inner] : expressionsIn(inner),
  )
}

function isPromql(expr: string): boolean {
  try {
    parseExpr(expr)
    return true
  } catch (error) {
    if (error instanceof ParseErrors) return false
    throw error
  }
}

test('one of the ways to read an expression of a dashboard is PromQL', () => {
  const files = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  )
  const all = files.flatMap((file) => expressionsIn(JSON.parse(readFileSync(file, 'utf8'))))
  const held = all.filter((expr) => expr.includes('$'))
  expect(held.length).toBeGreaterThan(10)
  for (const expr of held) {
    const ways = withoutVariables(expr)
    for (const way of ways) expect(way, expr).toHaveLength(expr.length)
    expect(ways.some(isPromql), expr).toBe(true)
  }
})
