// A group and what stands in it.

import type { Metric, MetricFamily } from '@pharos/exposition'
import { compareText } from '@pharos/model'

/** One family of a group, its metrics with the labels of the group. Never changed, only replaced. */
interface PushedFamily {
  readonly family: MetricFamily
  /** When it was pushed, ms since 1970. */
  readonly atMs: number
}

export interface PushGroup {
  /** `[name, value, …]` sorted by name; `job` is always one of them. */
  readonly labels: readonly string[]
  readonly key: string
  readonly families: Map<string, PushedFamily>
  /** Last push that was taken, ms since 1970; 0: none yet. */
  pushedMs: number
  /** Last push that was refused, ms since 1970; 0: none yet. */
  failedMs: number
  /** How long it lives without a push, ms; 0: for ever. */
  ttlMs: number
}

export const PUSH_TIME = 'push_time_seconds'
export const PUSH_FAILURE_TIME = 'push_failure_time_seconds'

/**
 * An empty `instance` is what every metric of a group without one has, so it makes no group of its own. (In the
 * reference it does, and one refused push to the second makes every later push to any group fail.)
 */
export function groupKey(labels: readonly string[]): string {
  return JSON.stringify(
    labels.filter((_, i) => {
      const name = i - (i % 2)
      return labels[name] !== 'instance' || labels[name + 1] !== ''
    }),
  )
}

/** When a group goes, ms since 1970; Infinity: never. */
export function endMs(group: PushGroup): number {
  return group.ttlMs === 0 ? Infinity : Math.max(group.pushedMs, group.failedMs) + group.ttlMs
}

/** False after a push was refused and before the next one is taken. */
export function isLastPushTaken(group: PushGroup): boolean {
  return group.failedMs <= group.pushedMs
}

/**
 * A family with the labels of its group on every metric: they win over pushed ones, and a metric without `instance` gets
 * an empty one, so that a scraper does not put the gateway's there.
 * @source Pushgateway 1.11, storage sanitizeLabels
 */
export function withGroupLabels(family: MetricFamily, group: readonly string[]): MetricFamily {
  return {
    ...family,
    metrics: family.metrics.map((metric) => ({
      ...metric,
      labels: withLabels(metric.labels, group),
    })),
  }
}

function withLabels(labels: readonly string[], group: readonly string[]): readonly string[] {
  const all = new Map([['instance', '']])
  for (let i = 0; i < labels.length; i += 2) all.set(labels[i]!, labels[i + 1]!)
  for (let i = 0; i < group.length; i += 2) all.set(group[i]!, group[i + 1]!)
  return [...all].sort(([a], [b]) => compareText(a, b)).flat()
}

/** The gateway's own two families of a group. */
export function stampFamilies(group: PushGroup): readonly MetricFamily[] {
  return [
    stamp(
      PUSH_TIME,
      'Last Unix time when changing this group in the Pushgateway succeeded.',
      group,
      group.pushedMs,
    ),
    stamp(
      PUSH_FAILURE_TIME,
      'Last Unix time when changing this group in the Pushgateway failed.',
      group,
      group.failedMs,
    ),
  ]
}

function stamp(name: string, help: string, group: PushGroup, atMs: number): MetricFamily {
  const metric: Metric = { labels: withLabels([], group.labels), value: atMs / 1000 }
  return { name, help, type: 'gauge', metrics: [metric] }
}
