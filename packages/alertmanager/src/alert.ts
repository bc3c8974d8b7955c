// An alert as the manager keeps it.
import { type Alert, compareText, Labels, signature } from '@pharos/model'

export interface StoredAlert extends Alert {
  /** ms since 1970: when it was last heard of. */
  readonly updatedAtMs: number
  /** Nobody said when it ends: it does when nothing was heard of it for `resolve_timeout`. */
  readonly isTimeout: boolean
  /** 16 hexadecimal digits over the labels. */
  readonly fingerprint: string
}

/** @source prometheus/common model.LabelSet.Fingerprint */
export function fingerprintOf(labels: Labels): string {
  return signature(labels).toString(16).padStart(16, '0')
}

export function isResolvedAt(alert: Alert, nowMs: number): boolean {
  return alert.endsAtMs <= nowMs
}

/**
 * Two reports of one alert as one. The later report wins; the earliest start stays, and an end that was told is not
 * taken back by an earlier one.
 * @source Alertmanager types.Alert.Merge and provider/mem Put
 */
export function merged(old: StoredAlert, incoming: StoredAlert, nowMs: number): StoredAlert {
  const overlaps =
    (incoming.endsAtMs > old.startsAtMs && incoming.endsAtMs < old.endsAtMs) ||
    (incoming.startsAtMs > old.startsAtMs && incoming.startsAtMs < old.endsAtMs)
  if (!overlaps) return incoming
  const [a, b] = incoming.updatedAtMs < old.updatedAtMs ? [incoming, old] : [old, incoming]
  let { endsAtMs } = b
  if (isResolvedAt(b, nowMs)) {
    if (isResolvedAt(a, nowMs) && a.endsAtMs > b.endsAtMs) ({ endsAtMs } = a)
  } else if (a.endsAtMs > b.endsAtMs && !a.isTimeout) {
    ;({ endsAtMs } = a)
  }
  return { ...b, startsAtMs: Math.min(a.startsAtMs, b.startsAtMs), endsAtMs }
}

/** By job, then instance, then all labels. @source Alertmanager types.AlertSlice.Less */
export function compareAlerts(a: StoredAlert, b: StoredAlert): number {
  for (const name of ['job', 'instance']) {
    const hasA = a.labels.has(name)
    const hasB = b.labels.has(name)
    if (!hasA && !hasB) continue
    if (!hasA) return 1
    if (!hasB) return -1
    const order = compareText(a.labels.get(name), b.labels.get(name))
    if (order !== 0) return order
  }
  return compareLabelSets(a.labels, b.labels)
}

/** The smaller set first, then pair by pair. @source prometheus/common model.LabelSet.Before */
export function compareLabelSets(a: Labels, b: Labels): number {
  if (a.size !== b.size) return a.size - b.size
  return Labels.compare(a, b)
}
