// Metric names with their type and help, searched by name and by what the help says.
import type { MetricMetadata } from './api-types.ts'
import { Best, everyWordIn, rankOf, SearchTexts, wordsOf } from './search.ts'

export interface Metric {
  readonly name: string
  /** `counter`, `gauge`, `histogram`, …; empty when nobody has said. */
  readonly type: string
  readonly help: string
}

type Metadata = Readonly<Record<string, readonly MetricMetadata[]>>

/** Series of a histogram or summary are described under the name of the whole. */
const PART = /_(bucket|sum|count)$/

/** With the texts that are searched. Made once per answer. */
interface MetricIndex {
  readonly metrics: readonly Metric[]
  readonly texts: SearchTexts
}

export function indexMetrics(names: readonly string[], metadata: Metadata): MetricIndex {
  const metrics = metricList(names, metadata)
  const textOf = ({ name, help }: Metric) => `${name} ${help}`
  return { metrics, texts: new SearchTexts(metrics.length, (place) => textOf(metrics[place]!)) }
}

function metricList(names: readonly string[], metadata: Metadata): Metric[] {
  const of = (name: string) => (Object.hasOwn(metadata, name) ? metadata[name]?.[0] : undefined)
  return names.map((name) => {
    const own = of(name)
    const whole = own === undefined && PART.test(name) ? of(name.replace(PART, '')) : undefined
    const { type = '', help = '' } = own ?? whole ?? {}
    return { name, type: type === 'unknown' ? '' : type, help }
  })
}

/** @returns the first of those whose name matches, best first, then of those whose help does; and how many there are */
export function searchMetrics(
  { metrics, texts }: MetricIndex,
  text: string,
  type: string | undefined,
  limit: number,
): { shown: Metric[]; count: number } {
  const words = wordsOf(text)
  const named = new Best<Metric>(limit)
  const described: Metric[] = []
  let count = 0
  metrics.forEach((metric, place) => {
    if ((type !== undefined && metric.type !== type) || !everyWordIn(words, texts.of(place))) return
    count++
    const rank = words.length === 0 ? -1 : rankOf(metric.name, words)
    if (rank < 0) described.push(metric)
    else named.offer(metric, metric.name, rank)
  })
  return { shown: [...named.items(), ...described].slice(0, limit), count }
}

/** The types that occur, the most frequent first. */
export function typesOf(metrics: readonly Metric[]): string[] {
  const counts = new Map<string, number>()
  for (const { type } of metrics) if (type !== '') counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([type]) => type)
}
