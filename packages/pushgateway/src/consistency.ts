// What would make the page wrong is refused when it is pushed: one family of two types, one series twice, names that
// a summary or histogram uses for its parts. Only what is pushed is looked at, against an index of everything else;
// the reference gathers all groups for each push.

import { UserError } from '@pharos/base'
import type { Metric, MetricFamily } from '@pharos/exposition'
import { formatShortest, goQuote, type MetricType } from '@pharos/model'
import type { PushGroup } from './push-group.ts'

/** Who has which families. */
export class FamilyIndex {
  readonly #byName = new Map<string, Map<PushGroup, MetricType>>()

  get names(): Iterable<string> {
    return this.#byName.keys()
  }

  add(group: PushGroup, { name, type }: MetricFamily): void {
    let groups = this.#byName.get(name)
    if (groups === undefined) this.#byName.set(name, (groups = new Map()))
    groups.set(group, type)
  }

  remove(group: PushGroup, name: string): void {
    const groups = this.#byName.get(name)
    if (groups?.delete(group) === true && groups.size === 0) this.#byName.delete(name)
  }

  groupsWith(name: string): Iterable<PushGroup> {
    return this.#byName.get(name)?.keys() ?? []
  }

  /** The type that groups other than this one give a family. */
  typeOf(name: string, except: PushGroup | undefined): MetricType | undefined {
    for (const [group, type] of this.#byName.get(name) ?? []) if (group !== except) return type
    return undefined
  }
}

/** The groups whose series could be the same as those of a group: no label that both have differs. */
export class GroupPeers {
  /** By the names of their labels, then by their values; nearly always there are one or two sets of names a job. */
  readonly #byJob = new Map<string, Map<string, Map<string, Set<PushGroup>>>>()

  add(group: PushGroup): void {
    const { job, names, values } = placeOf(group.labels)
    const byNames = entry(this.#byJob, job, () => new Map<string, Map<string, Set<PushGroup>>>())
    const byValues = entry(byNames, names, () => new Map<string, Set<PushGroup>>())
    entry(byValues, values, () => new Set<PushGroup>()).add(group)
  }

  remove(group: PushGroup): void {
    const { job, names, values } = placeOf(group.labels)
    const byNames = this.#byJob.get(job)
    const byValues = byNames?.get(names)
    const groups = byValues?.get(values)
    groups?.delete(group)
    if (groups?.size === 0) byValues?.delete(values)
    if (byValues?.size === 0) byNames?.delete(names)
    if (byNames?.size === 0) this.#byJob.delete(job)
  }

  *of(labels: readonly string[], except: PushGroup | undefined): Iterable<PushGroup> {
    const { job, names, values, pairs } = placeOf(labels)
    for (const [theirNames, byValues] of this.#byJob.get(job) ?? []) {
      // The same names with other values: some label differs.
      const candidates = theirNames === names ? [byValues.get(values) ?? []] : byValues.values()
      for (const groups of candidates) {
        for (const group of groups)
          if (group !== except && (theirNames === names || agrees(pairs, group.labels))) yield group
      }
    }
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

function placeOf(labels: readonly string[]): {
  job: string
  names: string
  values: string
  pairs: Map<string, string>
} {
  const pairs = new Map<string, string>()
  for (let i = 0; i < labels.length; i += 2) pairs.set(labels[i]!, labels[i + 1]!)
  const job = pairs.get('job') ?? ''
  return {
    job,
    names: JSON.stringify([...pairs.keys()]),
    values: JSON.stringify([...pairs.values()]),
    pairs,
  }
}

function agrees(pairs: ReadonlyMap<string, string>, labels: readonly string[]): boolean {
  for (let i = 0; i < labels.length; i += 2) {
    const mine = pairs.get(labels[i]!)
    if (mine !== undefined && mine !== labels[i + 1]) return false
  }
  return true
}

interface ConsistencyScope {
  readonly index: FamilyIndex
  /** Groups that may hold the same series. */
  readonly peers: Iterable<PushGroup>
  /** The group as it is before the push; undefined: new. */
  readonly group: PushGroup | undefined
  /** Whether it loses what is not pushed. */
  readonly replaces: boolean
  /** The gateway's own families: name → type. */
  readonly own: ReadonlyMap<string, MetricType>
}

/**
 * @throws UserError `push/inconsistent` in the words of client_golang
 * @source client_golang, prometheus Gatherers.Gather, checkMetricConsistency, checkSuffixCollisions
 */
export function checkConsistency(families: readonly MetricFamily[], scope: ConsistencyScope): void {
  const pushed = new Map(families.map((family) => [family.name, family.type]))
  const peers = [...scope.peers]
  const kept =
    scope.replaces || scope.group === undefined
      ? undefined
      : new Map([...scope.group.families].map(([name, { family }]) => [name, family.type]))
  const typeOf = (name: string): MetricType | undefined =>
    scope.own.get(name) ??
    pushed.get(name) ??
    scope.index.typeOf(name, scope.group) ??
    kept?.get(name)
  for (const family of families) {
    checkType(family, scope)
    checkSuffixes(family, typeOf)
    checkSeries(family, peers)
  }
}

function checkType(family: MetricFamily, { own, index, group }: ConsistencyScope): void {
  const { name, type } = family
  const ownType = own.get(name)
  if (ownType !== undefined && ownType !== type)
    throw inconsistent(
      `gathered metric family ${name} has type ${typeWord(type)} but should have ${typeWord(ownType)}`,
    )
  const theirs = index.typeOf(name, group)
  if (theirs !== undefined && theirs !== type)
    throw inconsistent(`${shown(family, family.metrics[0]!)} is not a ${typeWord(theirs)}`)
}

function checkSuffixes(
  { name, type }: MetricFamily,
  typeOf: (name: string) => MetricType | undefined,
): void {
  const suffix = /_(?:count|sum|bucket)$/.exec(name)?.[0]
  if (suffix !== undefined) {
    const base = name.slice(0, -suffix.length)
    const baseType = typeOf(base)
    const isTaken =
      baseType === 'histogram' ||
      baseType === 'gaugehistogram' ||
      (baseType === 'summary' && suffix !== '_bucket')
    if (isTaken)
      throw inconsistent(
        `collected metric named ${goQuote(name)} collides with previously collected ${baseType === 'summary' ? 'summary' : 'histogram'} named ${goQuote(base)}`,
      )
  }
  const isHistogram = type === 'histogram' || type === 'gaugehistogram'
  if (!isHistogram && type !== 'summary') return
  for (const part of ['_count', '_sum']) {
    if (typeOf(name + part) !== undefined)
      throw inconsistent(
        `collected histogram or summary named ${goQuote(name)} collides with previously collected metric named ${goQuote(name + part)}`,
      )
  }
  if (isHistogram && typeOf(`${name}_bucket`) !== undefined)
    throw inconsistent(
      `collected histogram named ${goQuote(name)} collides with previously collected metric named ${goQuote(`${name}_bucket`)}`,
    )
}

function checkSeries(family: MetricFamily, peers: readonly PushGroup[]): void {
  const seen = new Set<string>()
  for (const peer of peers) {
    for (const { labels } of peer.families.get(family.name)?.family.metrics ?? [])
      seen.add(JSON.stringify(labels))
  }
  for (const metric of family.metrics) {
    const key = JSON.stringify(metric.labels)
    if (seen.has(key))
      throw inconsistent(
        `${shown(family, metric)} was collected before with the same name and label values`,
      )
    seen.add(key)
    if (family.type === 'summary' && metric.labels.some((l, i) => i % 2 === 0 && l === 'quantile'))
      throw inconsistent(`${shown(family, metric)} must not have an explicit "quantile" label`)
  }
}

const TYPE_WORDS: Readonly<Record<MetricType, string>> = {
  counter: 'COUNTER',
  gauge: 'GAUGE',
  summary: 'SUMMARY',
  histogram: 'HISTOGRAM',
  gaugehistogram: 'GAUGE_HISTOGRAM',
  unknown: 'UNTYPED',
  info: 'GAUGE',
  stateset: 'GAUGE',
}

/** A type as it stands in client_model. */
export function typeWord(type: MetricType): string {
  return TYPE_WORDS[type]
}

/** The longest that is shown of one metric: a histogram may have thousands of buckets. */
const SHOWN_MAX = 2_000

/** `collected metric "x" { label:{…} counter:{value:1}}`: a metric as protobuf's text form writes it. */
function shown({ name, type }: MetricFamily, metric: Metric): string {
  let text = ''
  for (let i = 0; i < metric.labels.length; i += 2)
    text += `label:{name:${goQuote(metric.labels[i]!)} value:${goQuote(metric.labels[i + 1]!)}} `
  text += valueText(type, metric)
  if (text.length > SHOWN_MAX) text = `${text.slice(0, SHOWN_MAX)}…`
  return `collected metric ${goQuote(name)} { ${text}}`
}

function valueText(type: MetricType, { value = 0, summary, histogram }: Metric): string {
  if (summary !== undefined) {
    const quantiles = summary.quantiles.map(
      (one) => ` quantile:{quantile:${number(one.quantile)} value:${number(one.value)}}`,
    )
    return `summary:{sample_count:${summary.count ?? 0} sample_sum:${number(summary.sum ?? 0)}${quantiles.join('')}}`
  }
  if (histogram !== undefined) {
    const buckets = histogram.buckets.map(
      (one) => ` bucket:{cumulative_count:${one.count} upper_bound:${number(one.upperBound)}}`,
    )
    return `histogram:{sample_count:${histogram.count ?? 0} sample_sum:${number(histogram.sum ?? 0)}${buckets.join('')}}`
  }
  return `${typeWord(type).toLowerCase()}:{value:${number(value)}}`
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? formatShortest(value) : value > 0 ? 'inf' : '-inf'
}

export function inconsistent(message: string): UserError {
  return new UserError(
    'push/inconsistent',
    `pushed metrics are invalid or inconsistent with existing metrics: ${message}`,
  )
}
