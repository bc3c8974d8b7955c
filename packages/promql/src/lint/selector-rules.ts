// Selectors against the data that is there.

import { goQuote, type Matcher } from '@pharos/model'
import type { Expr, VectorSelector } from '../ast.ts'
import type { LintKnowledge, LintNode, MetricKnowledge, Report } from './lint-knowledge.ts'
import { metricNameOf } from './expr-walk.ts'

export function lintSelector(
  { expr, path }: LintNode<VectorSelector>,
  knowledge: LintKnowledge,
  report: Report,
): void {
  for (const [i, matcher] of expr.matchers.entries()) {
    const clash = expr.matchers.slice(0, i).find((other) => contradicts(other, matcher))
    if (clash !== undefined)
      report(
        'contradiction',
        expr.pos,
        `${clash.toString()} and ${matcher.toString()} cannot both hold, so nothing is selected`,
      )
    if (matcher.type === '=~' && matcher.namesAll && matcher.name !== '__name__')
      report(
        'match-everything',
        expr.pos,
        `${matcher.toString()} matches every series, with the label or without; leave it out, or write ${matcher.name}!="" for those that have it`,
      )
  }
  const name = metricNameOf(expr)
  if (name === undefined) return
  const metric = knowledge.metrics.get(name)
  if (mayBeMissing(path)) return
  if (metric !== undefined) lintMatchers(expr, name, metric, report)
  else if (knowledge.names !== undefined) {
    const near = nearestName(name, knowledge.names)
    const hint = near === undefined ? '' : `; did you mean ${near}?`
    report('unknown-metric', expr.pos, `no series has the name ${goQuote(name)}${hint}`)
  }
}

function contradicts(a: Matcher, b: Matcher): boolean {
  if (a.name !== b.name) return false
  if (a.type === '=') return !b.matches(a.value)
  return b.type === '=' && !a.matches(b.value)
}

/** Where nothing is an answer too: absent(…), and the sides of `or` and `unless` that fill in and take away. */
function mayBeMissing(path: readonly Expr[]): boolean {
  return path.some(
    (node) =>
      (node.kind === 'call' && (node.func === 'absent' || node.func === 'absent_over_time')) ||
      (node.kind === 'binary' && (node.op === 'or' || node.op === 'unless')),
  )
}

function lintMatchers(
  expr: VectorSelector,
  name: string,
  metric: MetricKnowledge,
  report: Report,
): void {
  if (metric.isPartial) return
  for (const matcher of expr.matchers) {
    // What holds without the label selects something in any case.
    if (matcher.name === '__name__' || matcher.matchesEmpty) continue
    const values = metric.labels.get(matcher.name)
    if (values === undefined) {
      const near = nearestName(matcher.name, [...metric.labels.keys()])
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      report(
        'label-never-matches',
        expr.pos,
        `${matcher.toString()} selects nothing: no series of ${name} has the label ${matcher.name}${hint}`,
      )
    } else if (![...values].some((value) => matcher.matches(value))) {
      const near = nearestName(matcher.value, [...values])
      const hint = near === undefined ? '' : `; did you mean ${goQuote(near)}?`
      report(
        'label-never-matches',
        expr.pos,
        `${matcher.toString()} selects nothing: no series of ${name} has such a value${hint}`,
      )
    }
  }
}

/** Of a classic histogram or counter the name without its ending is a common slip. */
const ENDINGS = ['_total', '_bucket', '_count', '_sum', '_seconds', '_bytes']
const MAX_CANDIDATES = 20_000

function nearestName(name: string, names: readonly string[]): string | undefined {
  const ended = ENDINGS.map((ending) => name + ending).find((one) => names.includes(one))
  if (ended !== undefined) return ended
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 5)) + 1
  for (const candidate of names.slice(0, MAX_CANDIDATES)) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(name, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Letters to be put in, left out, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? before[j - 2]! + 1 : changed
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, changed, swapped))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
