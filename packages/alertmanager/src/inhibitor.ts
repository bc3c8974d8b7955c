// Alerts that keep others quiet. Sources are found by the labels that they have to share with the alert in question,
// so a thousand of them cost as much as one.
import type { InhibitRuleSettings } from '@pharos/config'
import { type Labels, matchesAlert } from '@pharos/model'
import { isResolvedAt, type StoredAlert } from './alert.ts'

interface RuleSources {
  readonly settings: InhibitRuleSettings
  /** By the values of the equal labels, then by fingerprint. */
  readonly sources: Map<string, Map<string, StoredAlert>>
}

export class Inhibitor {
  readonly #rules: readonly RuleSources[]

  constructor(rules: readonly InhibitRuleSettings[], alerts: Iterable<StoredAlert>) {
    this.#rules = rules.map((settings) => ({ settings, sources: new Map() }))
    for (const alert of alerts) this.add(alert)
  }

  /** Takes in an alert that came or changed. */
  add(alert: StoredAlert): void {
    for (const { settings, sources } of this.#rules) {
      if (!matchesAlert(settings.sourceMatchers, alert.labels)) continue
      const key = equalKey(settings.equal, alert.labels)
      const found = sources.get(key)
      if (found === undefined) sources.set(key, new Map([[alert.fingerprint, alert]]))
      else found.set(alert.fingerprint, alert)
    }
  }

  /**
   * Fingerprints of the alerts that keep this one quiet, the first one for each rule. One that is source and target of
   * a rule is not kept quiet by others of its kind.
   * @source Alertmanager inhibit Inhibitor.Mutes
   */
  mutedBy(labels: Labels, nowMs: number): readonly string[] {
    const found: string[] = []
    for (const { settings, sources } of this.#rules) {
      if (!matchesAlert(settings.targetMatchers, labels)) continue
      const candidates = sources.get(equalKey(settings.equal, labels))
      if (candidates === undefined) continue
      const isSourceToo = matchesAlert(settings.sourceMatchers, labels)
      for (const source of candidates.values()) {
        if (isResolvedAt(source, nowMs)) continue
        if (isSourceToo && matchesAlert(settings.targetMatchers, source.labels)) continue
        if (!found.includes(source.fingerprint)) found.push(source.fingerprint)
        break
      }
    }
    return found
  }

  /** Forgets sources that are resolved. */
  collect(nowMs: number): void {
    for (const { sources } of this.#rules) {
      for (const [key, alerts] of sources) {
        for (const [fingerprint, alert] of alerts)
          if (isResolvedAt(alert, nowMs)) alerts.delete(fingerprint)
        if (alerts.size === 0) sources.delete(key)
      }
    }
  }
}

/** A label that is missing counts as empty, so two missing ones are equal. */
function equalKey(names: readonly string[], labels: Labels): string {
  return names.map((name) => `${labels.get(name).length}:${labels.get(name)}`).join('')
}
