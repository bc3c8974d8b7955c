// A discovered label set becomes a target, or is dropped for a reason that is shown.

import type { ScrapeSettings } from '@pharos/config'
import { messageOf } from '@pharos/base'
import type { TargetGroup } from '@pharos/model'
import { formatDuration, goQuote, Labels, LabelsBuilder, parseDuration } from '@pharos/model'
import { targetUrl } from './target-url.ts'

export interface Target {
  /** Equal for equal targets: all labels after relabelling, and the URL. */
  readonly identity: string
  /** Everything before relabelling. */
  readonly discovered: Labels
  /** After relabelling, without `__meta_…`: with `__address__` and the like. */
  readonly all: Labels
  /** Without `__…`: what its series carry. */
  readonly labels: Labels
  readonly url: string
  /** '' unless `__unix_socket__` is set, or `__address__` is `unix:/path`. */
  readonly socketPath: string
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Spreads targets over the interval, the same after a restart. Unsigned 32 bits. */
  readonly hash: number
}

export interface Dropped {
  readonly discovered: Labels
  readonly reason: string
  /** True when the target is wrong rather than unwanted. */
  readonly isFault: boolean
}

/**
 * Targets of a group, in order; with those that relabelling or a mistake drops.
 * @source Prometheus 3.14 scrape TargetsFromGroup, PopulateLabels
 */
export function targetsOf(group: TargetGroup, settings: ScrapeSettings): (Target | Dropped)[] {
  return group.targets.map((labels) =>
    populateTarget(discoveredLabels(labels, group.labels, settings), settings),
  )
}

/** A discovered target's labels as relabelling sees them. */
function discoveredLabels(own: Labels, shared: Labels, settings: ScrapeSettings): Labels {
  const builder = new LabelsBuilder(shared)
  for (const [name, value] of own) builder.set(name, value)
  const defaults: readonly (readonly [string, string])[] = [
    ['job', settings.jobName],
    ['__scrape_interval__', formatDuration(settings.scrapeIntervalMs)],
    ['__scrape_timeout__', formatDuration(settings.scrapeTimeoutMs)],
    ['__metrics_path__', settings.metricsPath],
    ['__scheme__', settings.scheme],
    ['__convert_classic_histograms_to_nhcb__', String(settings.convertClassicHistograms)],
    ['__always_scrape_classic_histograms__', String(settings.alwaysClassicHistograms)],
    ['__scrape_native_histograms__', String(settings.nativeHistograms)],
    ...settings.params.map(([name, values]) => [`__param_${name}`, values[0] ?? ''] as const),
  ]
  for (const [name, value] of defaults) if (builder.get(name) === '') builder.set(name, value)
  return builder.labels()
}

function populateTarget(discovered: Labels, settings: ScrapeSettings): Target | Dropped {
  let labels = discovered
  for (let i = 0; i < settings.relabelRules.length; i++) {
    const rule = settings.relabelRules[i]!
    const next = rule.apply(labels)
    if (next === undefined) {
      return { discovered, reason: `relabel_configs[${i}] (${rule.action})`, isFault: false }
    }
    labels = next
  }
  const times = targetTimes(labels)
  const fault = typeof times === 'string' ? times : invalidValue(labels)
  if (fault !== undefined || typeof times === 'string') {
    return { discovered, reason: fault ?? '', isFault: true }
  }
  const builder = new LabelsBuilder(labels)
  for (const [name] of labels) if (name.startsWith('__meta_')) builder.delete(name)
  if (builder.get('instance') === '') builder.set('instance', labels.get('__address__'))
  const all = builder.labels()
  const own = all.without([...all].map(([name]) => name).filter((name) => name.startsWith('__')))
  if (own.size === 0) return { discovered, reason: 'no label is left', isFault: false }
  const url = targetUrl(all, settings.params)
  const identity = `${all.key} ${url}`
  return {
    identity,
    discovered,
    all,
    labels: own,
    url,
    socketPath: all.get('__unix_socket__') || socketIn(labels.get('__address__')),
    ...times,
    hash: hashText(identity),
  }
}

/** Interval and time-out from the labels, or what is wrong with the target, in the reference's words. */
function targetTimes(labels: Labels): { intervalMs: number; timeoutMs: number } | string {
  const address = labels.get('__address__')
  if (address === '' && labels.get('__unix_socket__') === '') return 'no address'
  if (socketIn(address) === '' && address.includes('/'))
    return `${goQuote(address)} is not a valid hostname`
  const interval = labels.get('__scrape_interval__')
  const intervalMs = duration(interval)
  if (typeof intervalMs === 'string') return `error parsing scrape interval: ${intervalMs}`
  if (intervalMs === 0) return 'scrape interval cannot be 0'
  const timeout = labels.get('__scrape_timeout__')
  const timeoutMs = duration(timeout)
  if (typeof timeoutMs === 'string') return `error parsing scrape timeout: ${timeoutMs}`
  if (timeoutMs === 0) return 'scrape timeout cannot be 0'
  if (timeoutMs > intervalMs) {
    return `scrape timeout cannot be greater than scrape interval (${goQuote(timeout)} > ${goQuote(interval)})`
  }
  return { intervalMs, timeoutMs }
}

/** `/run/app.sock` of `unix:/run/app.sock`. */
function socketIn(address: string): string {
  return address.startsWith('unix:/') ? address.slice('unix:'.length) : ''
}

function duration(text: string): number | string {
  try {
    return parseDuration(text)
  } catch (error) {
    return messageOf(error)
  }
}

function invalidValue(labels: Labels): string | undefined {
  for (const [name, value] of labels) {
    if (!value.isWellFormed()) return `invalid label value for ${goQuote(name)}: ${goQuote(value)}`
  }
  return undefined
}

/** FNV-1a over UTF-16 units, mixed: near texts land far from each other. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
