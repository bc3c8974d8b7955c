// Metric names with their type and help, searched by name and by what the help says.
import type { MetricMetadata } from './api-types.ts'
import { bestMatches, everyWordIn, wordsOf } from './search.ts'

export interface Metric {
  readonly name: string
  /** `counter`, `gauge`, `histogram`, …; empty when nobody has said. */
  readonly type: string
  readonly help: string
}

type Metadata = Readonly<Record<string, readonly MetricMetadata[]>>

/** Series of a histogram or summary are described under the name of the whole. */
const PART = /_(bucket|sum|count)$/

export function metricList(names: readonly string[], metadata: Metadata): Metric[] {
  const of = (name: string) => (Object.hasOwn(metadata, name) ? metadata[name]?.[0] : undefined)
  return names.map((name) => {
    const own = of(name)
    const whole = own === undefined && PART.test(name) ? of(name.replace(PART, '')) : undefined
    const { type = '', help = '' } = own ?? whole ?? {}
    return { name, type: type === 'unknown' ? '' : type, help }
  })
}

/** @returns those whose name matches, best first, then those whose help does; all of them when nothing is typed */
export function searchMetrics(
  metrics: readonly Metric[],
  text: string,
  type: string | undefined,
): Metric[] {
  const ofType = type === undefined ? metrics : metrics.filter((metric) => metric.type === type)
  const words = wordsOf(text)
  if (words.length === 0) return [...ofType]
  const byName = new Map(ofType.map((metric) => [metric.name, metric]))
  const found = bestMatches([...byName.keys()], text, byName.size).map((name) => byName.get(name)!)
  const seen = new Set(found)
  for (const metric of ofType)
    if (!seen.has(metric) && everyWordIn(words, `${metric.name} ${metric.help}`.toLowerCase()))
      found.push(metric)
  return found
}

/** The types that occur, the most frequent first. */
export function typesOf(metrics: readonly Metric[]): string[] {
  const counts = new Map<string, number>()
  for (const { type } of metrics) if (type !== '') counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([type]) => type)
}
