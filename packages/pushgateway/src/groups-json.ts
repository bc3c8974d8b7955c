// What `/api/v1/metrics` says of the groups. Built as text: a metric may be called `__proto__`, or `1`.

import type { Metric, MetricFamily } from '@pharos/exposition'
import { compareText, formatShortest } from '@pharos/model'
import { typeWord } from './consistency.ts'
import type { GroupStore } from './group-store.ts'
import { isLastPushTaken, type PushGroup, stampFamilies } from './push-group.ts'

/** A list of groups, each `{labels, last_push_successful, <family>: {time_stamp, type, help, metrics}}`. */
export function groupsJson(store: GroupStore): string {
  return `[${[...store.groups()].map(groupJson).join()}]`
}

function groupJson(group: PushGroup): string {
  const [pushed, failed] = stampFamilies(group)
  const members: [string, string][] = [
    ['labels', labelsJson(group.labels)],
    ['last_push_successful', String(isLastPushTaken(group))],
    [pushed!.name, familyJson(pushed!, group.pushedMs || group.failedMs)],
    [failed!.name, familyJson(failed!, group.failedMs || group.pushedMs)],
  ]
  for (const { family, atMs } of group.families.values())
    members.push([family.name, familyJson(family, atMs)])
  if (group.ttlMs > 0) members.push(['ttl_seconds', String(group.ttlMs / 1000)])
  return objectJson(members)
}

function objectJson(members: readonly (readonly [string, string])[]): string {
  const sorted = [...members].sort(([a], [b]) => compareText(a, b))
  return `{${sorted.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`
}

function labelsJson(labels: readonly string[]): string {
  const members: [string, string][] = []
  for (let i = 0; i < labels.length; i += 2)
    members.push([labels[i]!, JSON.stringify(labels[i + 1]!)])
  return objectJson(members)
}

function familyJson({ type, help, metrics }: MetricFamily, atMs: number): string {
  const helpPart = help === undefined || help === '' ? '' : `,"help":${JSON.stringify(help)}`
  const time = JSON.stringify(new Date(atMs).toISOString())
  return `{"time_stamp":${time},"type":"${typeWord(type)}"${helpPart},"metrics":[${metrics.map(metricJson).join()}]}`
}

function metricJson({ labels, value = 0, summary, histogram }: Metric): string {
  const members: [string, string][] = [['labels', labelsJson(labels)]]
  if (summary !== undefined) {
    const quantiles = summary.quantiles.map((one) => [one.quantile, numberText(one.value)] as const)
    members.push(['count', JSON.stringify(countText(summary.count ?? 0))])
    members.push(['sum', JSON.stringify(numberText(summary.sum ?? 0))])
    members.push(['quantiles', pointsJson(quantiles)])
  } else if (histogram !== undefined) {
    const buckets = histogram.buckets.map((one) => [one.upperBound, countText(one.count)] as const)
    members.push(['count', JSON.stringify(countText(histogram.count ?? 0))])
    members.push(['sum', JSON.stringify(numberText(histogram.sum ?? 0))])
    members.push(['buckets', pointsJson(buckets)])
  } else members.push(['value', JSON.stringify(numberText(value))])
  return objectJson(members)
}

function pointsJson(points: readonly (readonly [number, string])[]): string {
  return objectJson(points.map(([at, text]) => [numberText(at), JSON.stringify(text)]))
}

/** As Go's `%v`. */
function numberText(value: number): string {
  return value === 0 ? (Object.is(value, -0) ? '-0' : '0') : formatShortest(value)
}

/** Counts are integers in the reference, and written in full. */
function countText(count: number): string {
  return Number.isSafeInteger(count) ? String(count) : numberText(count)
}
