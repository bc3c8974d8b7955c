import type { MetricType } from '@pharos/model'
import type { Expr, VectorSelector } from '../ast.ts'
import type { LintKnowledge } from './lint-knowledge.ts'
import { bare, metricNameOf } from './expr-walk.ts'

/** What the series of a selector are; undefined when that cannot be told. */
type SeriesKind = 'counter' | 'gauge' | 'native histogram' | 'quantiles' | undefined

/**
 * By the family's type where it is known, otherwise by the endings that nobody gives to anything else.
 * Series with a colon in their name were made by recording rules and may be anything.
 */
export function kindOf(selector: VectorSelector, knowledge: LintKnowledge): SeriesKind {
  const name = metricNameOf(selector)
  if (name === undefined || name.includes(':')) return undefined
  const type = knowledge.metrics.get(name)?.type
  if (type !== undefined && type !== 'unknown') return kindByType(name, type)
  return /_(?:total|bucket)$/.test(name) ? 'counter' : undefined
}

function kindByType(name: string, type: MetricType): SeriesKind {
  switch (type) {
    case 'counter':
      return name.endsWith('_created') ? 'gauge' : 'counter'
    case 'histogram':
      return /_(?:bucket|count|sum)$/.test(name) ? 'counter' : 'native histogram'
    case 'summary':
      return /_(?:count|sum)$/.test(name) ? 'counter' : 'quantiles'
    case 'gauge':
    case 'gaugehistogram':
    case 'info':
    case 'stateset':
      return 'gauge'
    default:
      return undefined
  }
}

/** The selector that an expression is, parentheses and signs aside. */
export function selectorOf(expr: Expr): VectorSelector | undefined {
  const inner = bare(expr)
  if (inner.kind === 'vector') return inner
  if (inner.kind === 'matrix') return inner.selector
  return undefined
}

export function isRawCounter(expr: Expr, knowledge: LintKnowledge): boolean {
  const selector = selectorOf(expr)
  return selector !== undefined && kindOf(selector, knowledge) === 'counter'
}
