// What `check metrics` says of an exposition: names, units and types against the field's conventions.

import { compareText } from '@pharos/model'
import type { MetricFamily } from './family.ts'
import { parseFamilies } from './family-parse.ts'

export interface LintProblem {
  readonly metric: string
  readonly text: string
}

/** Unit as a word of a metric name → the base unit. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['amperes', 'amperes'],
  ['bytes', 'bytes'],
  ['celsius', 'celsius'],
  ['grams', 'grams'],
  ['joules', 'joules'],
  ['kelvin', 'kelvin'],
  ['meters', 'meters'],
  ['metres', 'metres'],
  ['seconds', 'seconds'],
  ['volts', 'volts'],
  ['minutes', 'seconds'],
  ['hours', 'seconds'],
  ['days', 'seconds'],
  ['weeks', 'seconds'],
  ['kelvins', 'kelvin'],
  ['fahrenheit', 'celsius'],
  ['rankine', 'celsius'],
  ['inches', 'meters'],
  ['yards', 'meters'],
  ['miles', 'meters'],
  ['bits', 'bytes'],
  ['calories', 'joules'],
  ['pounds', 'grams'],
  ['ounces', 'grams'],
])

const PREFIXES: readonly string[] = [
  'pico',
  'nano',
  'micro',
  'milli',
  'centi',
  'deci',
  'deca',
  'hecto',
  'kilo',
  'kibi',
  'mega',
  'mibi',
  'giga',
  'gibi',
  'tera',
  'tebi',
  'peta',
  'pebi',
]

/** Endings that say the unit was cut short. */
const ABBREVIATED: readonly string[] = [
  's',
  'ms',
  'us',
  'ns',
  'sec',
  'b',
  'kb',
  'mb',
  'gb',
  'tb',
  'pb',
  'm',
  'h',
  'd',
]

/**
 * The problems of an exposition in the classic text format, sorted by metric.
 *
 * @param body  text or bytes in UTF-8
 * @throws      UserError `exposition/parse` when the body cannot be read at all
 * @source      client_golang promlint; what `promtool check metrics` prints
 */
export function lintMetrics(body: string | Uint8Array): LintProblem[] {
  const problems = parseFamilies(body).flatMap((family) =>
    lintFamily(family).map((text) => ({ metric: family.name, text })),
  )
  return problems.sort((a, b) => compareText(a.metric, b.metric))
}

/** What is wrong with one family, a sentence each; said once, also when many of its metrics have it. */
function lintFamily(family: MetricFamily): string[] {
  return [
    ...lintHelp(family),
    ...lintUnit(family),
    ...lintSuffix(family),
    ...lintLabels(family),
    ...lintWords(family),
    ...lintTwice(family),
  ]
}

function lintHelp({ help }: MetricFamily): string[] {
  return help === undefined || help === '' ? ['no help text'] : []
}

function lintUnit({ name }: MetricFamily): string[] {
  for (const word of name.split('_')) {
    for (const [unit, base] of UNITS) {
      const isPrefixed = PREFIXES.some((prefix) => word === prefix + unit)
      if (!isPrefixed && word !== unit) continue
      if (word === base) return []
      return [`use base unit "${base}" instead of "${word}"`]
    }
  }
  return []
}

function lintSuffix({ name, type }: MetricFamily): string[] {
  const problems: string[] = []
  if (type === 'counter' && !name.endsWith('_total'))
    problems.push('counter metrics should have "_total" suffix')
  if (type === 'unknown') return problems
  if (type !== 'counter' && name.endsWith('_total'))
    problems.push('non-counter metrics should not have "_total" suffix')
  if (type !== 'histogram' && name.endsWith('_bucket'))
    problems.push('non-histogram metrics should not have "_bucket" suffix')
  if (type === 'histogram' || type === 'summary') return problems
  for (const suffix of ['_count', '_sum']) {
    if (name.endsWith(suffix))
      problems.push(`non-histogram and non-summary metrics should not have "${suffix}" suffix`)
  }
  return problems
}

function lintLabels({ type, metrics }: MetricFamily): string[] {
  const problems = new Set<string>()
  for (const { labels } of metrics) {
    for (let i = 0; i < labels.length; i += 2) {
      const name = labels[i]!
      if (name === 'le' && type !== 'histogram' && type !== 'unknown')
        problems.add('non-histogram metrics should not have "le" label')
      if (name === 'quantile' && type !== 'summary' && type !== 'unknown')
        problems.add('non-summary metrics should not have "quantile" label')
      if (/[a-z][A-Z]/.test(name))
        problems.add("label names should be written in 'snake_case' not 'camelCase'")
    }
  }
  return [...problems]
}

function lintWords({ name, type }: MetricFamily): string[] {
  const problems: string[] = []
  const word = type === 'gaugehistogram' ? 'gauge_histogram' : type
  const lower = name.toLowerCase()
  if (type !== 'unknown' && hasWord(lower, word))
    problems.push(`metric name should not include type '${word}'`)
  if (name.includes(':')) problems.push("metric names should not contain ':'")
  if (/[a-z][A-Z]/.test(name))
    problems.push("metric names should be written in 'snake_case' not 'camelCase'")
  if (ABBREVIATED.some((unit) => hasWord(lower, unit)))
    problems.push('metric names should not contain abbreviated units')
  return problems
}

/** Whether a word stands in a name, but not at its start. */
function hasWord(name: string, word: string): boolean {
  return name.endsWith(`_${word}`) || name.includes(`_${word}_`)
}

function lintTwice({ metrics }: MetricFamily): string[] {
  const seen = new Set<string>()
  for (const { labels } of metrics) seen.add(labelsKey(labels))
  return seen.size === metrics.length ? [] : ['metric not unique']
}

function labelsKey(labels: readonly string[]): string {
  const pairs: string[] = []
  for (let i = 0; i < labels.length; i += 2) pairs.push(JSON.stringify([labels[i], labels[i + 1]]))
  return pairs.sort().join()
}
