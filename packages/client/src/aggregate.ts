// Families of several processes become one set of families, as if one process had counted everything.
import type { Exemplar } from './exemplars.ts'
import { mergedNative } from './native-merge.ts'
import type {
  Aggregation,
  FamilySnapshot,
  HistogramSnapshot,
  SeriesSnapshot,
  SummarySnapshot,
} from './snapshot.ts'

/**
 * Counters, histograms and summaries are summed, gauges as their metrics ask. Quantiles of summaries are left
 * out: those of several processes cannot be put together.
 * @param sources  the families of each process
 */
export function aggregated(sources: readonly (readonly FamilySnapshot[])[]): FamilySnapshot[] {
  const byName = new Map<string, FamilySnapshot[]>()
  for (const family of sources.flat()) {
    const known = byName.get(family.name)
    if (known === undefined) byName.set(family.name, [family])
    else known.push(family)
  }
  return [...byName.values()]
    .filter(([first]) => first!.aggregator !== 'omit')
    .map((families) => ({ ...families[0]!, series: seriesOf(families) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What stays true of a process that is gone: what it counted. Its gauges go with it. */
export function cumulative(families: readonly FamilySnapshot[]): FamilySnapshot[] {
  const types: readonly string[] = ['counter', 'histogram', 'summary']
  return families.filter((one) => types.includes(one.type))
}

function seriesOf(families: readonly FamilySnapshot[]): SeriesSnapshot[] {
  const groups = new Map<string, SeriesSnapshot[]>()
  for (const one of families.flatMap((family) => family.series)) {
    const key = JSON.stringify(one.labels)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [one])
    else known.push(one)
  }
  const { aggregator = 'sum' } = families[0]!
  return [...groups.values()].map((group) => combined(group, aggregator)).sort(byLabels)
}

function combined(group: readonly SeriesSnapshot[], aggregator: Aggregation): SeriesSnapshot {
  const first = group[0]!
  const created = group.flatMap(({ createdMs }) => (createdMs === undefined ? [] : [createdMs]))
  const rest = {
    labels: first.labels,
    ...(created.length > 0 && { createdMs: Math.min(...created) }),
  }
  if (first.histogram !== undefined) {
    return {
      ...rest,
      histogram: group.flatMap(({ histogram }) => histogram ?? []).reduce(bothHistograms),
    }
  }
  if (first.summary !== undefined) {
    return {
      ...rest,
      summary: group.flatMap(({ summary }) => summary ?? []).reduce(bothSummaries, NOTHING),
    }
  }
  const value = valueOf(
    group.map((one) => one.value ?? NaN),
    aggregator,
  )
  const exemplar = group.map((one) => one.exemplar).reduce(newest)
  return { ...rest, value, ...(exemplar !== undefined && { exemplar }) }
}

function valueOf(values: readonly number[], aggregator: Aggregation): number {
  if (aggregator === 'first') return values[0]!
  if (aggregator === 'min') return values.reduce((a, b) => Math.min(a, b))
  if (aggregator === 'max') return values.reduce((a, b) => Math.max(a, b))
  const sum = values.reduce((a, b) => a + b)
  return aggregator === 'average' ? sum / values.length : sum
}

/** @throws Error when the classic buckets differ */
function bothHistograms(a: HistogramSnapshot, b: HistogramSnapshot): HistogramSnapshot {
  const bounds = ({ buckets }: HistogramSnapshot): number[] =>
    buckets.map(({ upperBound }) => upperBound).filter((one) => one !== Infinity)
  if (bounds(a).join() !== bounds(b).join()) {
    throw new Error('histograms with different buckets cannot be put together')
  }
  const last = [a, b].map(({ buckets }) => buckets.find((one) => one.upperBound === Infinity))
  const exemplar = newest(last[0]?.exemplar, last[1]?.exemplar)
  const count = a.count + b.count
  const buckets = bounds(a).map((upperBound, i) => ({
    upperBound,
    count: a.buckets[i]!.count + b.buckets[i]!.count,
    exemplar: newest(a.buckets[i]!.exemplar, b.buckets[i]!.exemplar),
  }))
  return {
    count,
    sum: a.sum + b.sum,
    buckets:
      exemplar === undefined ? buckets : [...buckets, { upperBound: Infinity, count, exemplar }],
    native: a.native && b.native ? mergedNative(a.native, b.native) : undefined,
  }
}

const NOTHING: SummarySnapshot = { count: 0, sum: 0, quantiles: [] }

function bothSummaries(a: SummarySnapshot, b: SummarySnapshot): SummarySnapshot {
  return { count: a.count + b.count, sum: a.sum + b.sum, quantiles: [] }
}

function newest(a: Exemplar | undefined, b: Exemplar | undefined): Exemplar | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return b.timeMs > a.timeMs ? b : a
}

function byLabels(a: SeriesSnapshot, b: SeriesSnapshot): number {
  for (let i = 0; i < Math.min(a.labels.length, b.labels.length); i++) {
    const [left, right] = [a.labels[i]![1], b.labels[i]![1]]
    if (left !== right) return left < right ? -1 : 1
  }
  return a.labels.length - b.labels.length
}
