// A silence: who may be quiet, from when until when, and who said so.
import { AlertMatcher, type Labels, matchesAlert } from '@pharos/model'

export interface Silence {
  readonly id: string
  /** Any of these sets, all matchers of a set. */
  readonly matcherSets: readonly (readonly AlertMatcher[])[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  readonly createdBy: string
  readonly comment: string
  readonly annotations: Labels
}

export type SilenceState = 'active' | 'pending' | 'expired'

export function silenceState(silence: Silence, nowMs: number): SilenceState {
  if (nowMs < silence.startsAtMs) return 'pending'
  return nowMs > silence.endsAtMs ? 'expired' : 'active'
}

export function silences(silence: Silence, labels: Labels): boolean {
  return silence.matcherSets.some((set) => matchesAlert(set, labels))
}

/** Whether the second may take the place of the first. @source Alertmanager silence canUpdate */
export function canReplace(old: Silence, fresh: Silence, nowMs: number): boolean {
  if (!sameMatchers(old, fresh)) return false
  switch (silenceState(old, nowMs)) {
    case 'active':
      return fresh.startsAtMs === old.startsAtMs && fresh.endsAtMs >= nowMs
    case 'pending':
      return fresh.startsAtMs >= nowMs
    case 'expired':
      return false
  }
}

function sameMatchers(a: Silence, b: Silence): boolean {
  return (
    a.matcherSets.length === b.matcherSets.length &&
    a.matcherSets.every((set, i) => {
      const other = b.matcherSets[i]!
      return set.length === other.length && set.every((one, j) => one.equals(other[j]!))
    })
  )
}

/** A silence on disk. */
export interface SilenceRecord {
  readonly id: string
  readonly sets: readonly (readonly (readonly [string, string, string])[])[]
  readonly starts: number
  readonly ends: number
  readonly updated: number
  readonly by: string
  readonly comment: string
  readonly annotations: readonly string[]
}

export function silenceRecord(silence: Silence): SilenceRecord {
  return {
    id: silence.id,
    sets: silence.matcherSets.map((set) => set.map(({ type, name, value }) => [type, name, value])),
    starts: silence.startsAtMs,
    ends: silence.endsAtMs,
    updated: silence.updatedAtMs,
    by: silence.createdBy,
    comment: silence.comment,
    annotations: silence.annotations.flat,
  }
}
