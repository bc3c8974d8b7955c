// Alerts over a restart. Two ways: the state file, which knows everything as of the last iteration; and, where it has
// nothing, the series ALERTS_FOR_STATE as in the reference, which knows since when an alert is active.

import { type Disk, messageOf, OutsideError } from '@pharos/base'
import { Labels } from '@pharos/model'
import type { ActiveAlert } from './active-alert.ts'
import type { AlertingRule } from './alerting-rule.ts'
import { STATE_BYTES_MAX } from './limits.ts'
import type { RuleQuery } from './rule.ts'
import { samplesOf } from './rule.ts'

export interface SavedAlert {
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
  readonly state: ActiveAlert['state']
  readonly value: string
  readonly activeAtMs: number
  readonly firedAtMs?: number
  readonly resolvedAtMs?: number
  readonly keepFiringSinceMs?: number
  readonly lastSentMs?: number
  readonly validUntilMs: number
}

interface SavedState {
  readonly version: 1
  /** ms since 1970. */
  readonly savedMs: number
  readonly rules: readonly { readonly rule: string; readonly alerts: readonly SavedAlert[] }[]
}

/** Names a rule over restarts: where it stands, what it is called, what it asks. */
export function ruleKey(file: string, group: string, { settings }: AlertingRule): string {
  return JSON.stringify([file, group, settings.name, settings.expr, settings.labels.flat])
}

export function savedAlerts(rule: AlertingRule): readonly SavedAlert[] {
  return [...rule.active.values()].map(({ labels, annotations, value, ...times }) => ({
    ...times,
    labels: labels.flat,
    annotations: annotations.flat,
    // JSON has no infinities.
    value: String(value),
  })) as readonly SavedAlert[]
}

export function restoreSaved(rule: AlertingRule, saved: readonly SavedAlert[]): void {
  for (const alert of saved) {
    const labels = new Labels(alert.labels)
    rule.active.set(labels.key, {
      labels,
      annotations: new Labels(alert.annotations),
      state: alert.state,
      value: Number(alert.value),
      activeAtMs: alert.activeAtMs,
      firedAtMs: alert.firedAtMs,
      resolvedAtMs: alert.resolvedAtMs,
      keepFiringSinceMs: alert.keepFiringSinceMs,
      lastSentMs: alert.lastSentMs,
      validUntilMs: alert.validUntilMs,
    })
  }
}

/** What was saved; undefined when there is none. A damaged file counts as none and is told. */
export async function readState(
  disk: Disk,
  path: string,
  onDamage: (message: string) => void,
): Promise<SavedState | undefined> {
  try {
    if ((await disk.stat(path)) === undefined) return undefined
    const text = new TextDecoder().decode(await disk.readFile(path, STATE_BYTES_MAX))
    const state = JSON.parse(text) as SavedState
    if (state.version === 1 && Array.isArray(state.rules)) return state
    onDamage('unknown version')
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof OutsideError)) throw error
    onDamage(messageOf(error))
  }
  return undefined
}

interface RestoreTimes {
  readonly nowMs: number
  /** --rules.alert.for-outage-tolerance */
  readonly toleranceMs: number
  /** --rules.alert.for-grace-period */
  readonly graceMs: number
}

/**
 * Sets since when pending alerts are active, from ALERTS_FOR_STATE of before the outage.
 * @source Prometheus 3.14, rules Group.RestoreForState
 */
export async function restoreForState(
  rule: AlertingRule,
  run: RuleQuery,
  times: RestoreTimes,
): Promise<void> {
  const { forMs, name } = rule.settings
  if (forMs < times.graceMs || rule.active.size === 0) return
  const seconds = Math.max(1, Math.floor(times.toleranceMs / 1000))
  const selector = `ALERTS_FOR_STATE{alertname=${JSON.stringify(name)}}[${seconds}s]`
  const values = samplesOf(await run(`last_over_time(${selector})`, times.nowMs))
  const downs = samplesOf(
    await run(
      `max_over_time(timestamp(${selector.replace(/\[.*\]$/, '')})[${seconds}s:15s])`,
      times.nowMs,
    ),
  )
  const downOf = new Map(downs.map(({ labels, value }) => [labels.withoutName().key, value * 1000]))
  for (const { labels, value } of values) {
    const key = labels.withoutName().key
    const alert = rule.active.get(key)
    const downMs = downOf.get(key)
    if (alert === undefined || downMs === undefined) continue
    const activeMs = value * 1000
    const remainingMs = forMs - (downMs - activeMs)
    if (remainingMs <= 0) alert.activeAtMs = activeMs
    else if (remainingMs < times.graceMs) alert.activeAtMs = times.nowMs + times.graceMs - forMs
    else alert.activeAtMs = activeMs + (times.nowMs - downMs)
  }
}
