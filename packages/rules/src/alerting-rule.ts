// One alerting rule and its alerts.
//
//   result ──► pending ──(for)──► firing ──(no result, after keep_firing_for)──► resolved ──(15 m)──► forgotten

import { UserError } from '@pharos/base'
import type { RuleSettings } from '@pharos/config'
import { Labels, LabelsBuilder, METRIC_NAME } from '@pharos/model'
import { alertExpander } from './alert-template.ts'
import type { ActiveAlert } from './active-alert.ts'
import { alertsOfDownTargets, comparedSide } from './alert-end.ts'
import { RESOLVED_RETENTION_MS } from './limits.ts'
import {
  type EvaluationContext,
  limitError,
  RuleOutcome,
  type RuleSample,
  samplesOf,
} from './rule.ts'

const NO_TEXTS: ReadonlyMap<string, Labels> = new Map()
const NONE_DOWN: ReadonlySet<string> = new Set()

export class AlertingRule {
  readonly kind = 'alerting'
  readonly settings: RuleSettings
  readonly outcome: RuleOutcome = new RuleOutcome()
  /** By the key of the labels. */
  readonly active: Map<string, ActiveAlert> = new Map()
  /** Until the state of before the restart is known, ALERTS_FOR_STATE must not be written over. */
  isRestored = false

  constructor(settings: RuleSettings) {
    this.settings = settings
  }

  /** pending and firing ones. */
  alerts(): readonly ActiveAlert[] {
    return [...this.active.values()].filter((alert) => alert.state !== 'inactive')
  }

  get state(): 'inactive' | 'pending' | 'firing' {
    const states = this.alerts().map((alert) => alert.state)
    if (states.includes('firing')) return 'firing'
    return states.length > 0 ? 'pending' : 'inactive'
  }

  /**
   * ALERTS and ALERTS_FOR_STATE at the context's time. When the query fails no alert changes.
   * @throws UserError, OutsideError of the query
   * @source Prometheus 3.14, rules AlertingRule.Eval
   */
  async evaluate(context: EvaluationContext): Promise<readonly RuleSample[]> {
    const { timeMs } = context
    const samples = samplesOf(await context.run(this.settings.expr, timeMs - context.queryOffsetMs))
    const found = await this.#found(samples, context)
    const lost = this.alerts().filter(
      (alert) => alert.state === 'firing' && !found.has(alert.labels.key),
    )
    const down = this.settings.keepsFiringWhileDown
      ? await alertsOfDownTargets(lost, context)
      : NONE_DOWN
    const endTexts = this.#tellsEndValue ? await this.#endTexts(lost, context) : NO_TEXTS
    // From here on nothing waits, and an iteration over the limit leaves the alerts as they were.
    const before =
      context.limit > 0 ? [...this.active].map(([key, alert]) => [key, { ...alert }] as const) : []
    for (const [key, alert] of found) {
      const known = this.active.get(key)
      if (known !== undefined && known.state !== 'inactive') {
        known.value = alert.value
        known.annotations = alert.annotations
      } else this.active.set(key, alert)
    }
    const results: RuleSample[] = []
    let count = 0
    for (const [key, alert] of this.active) {
      if (!this.#isAlive(key, alert, found.has(key) || down.has(key), timeMs)) {
        alert.annotations = endTexts.get(key) ?? alert.annotations
        continue
      }
      count++
      if (alert.state === 'pending' && timeMs - alert.activeAtMs >= this.settings.forMs) {
        alert.state = 'firing'
        alert.firedAtMs = timeMs
      }
      if (this.isRestored) results.push(this.#sample(alert), this.#forStateSample(alert))
    }
    if (context.limit > 0 && count > context.limit) {
      this.active.clear()
      for (const [key, alert] of before) this.active.set(key, alert)
      throw limitError(context.limit, count, 'alerts')
    }
    return results
  }

  async #found(
    samples: readonly RuleSample[],
    context: EvaluationContext,
  ): Promise<Map<string, ActiveAlert>> {
    const found = new Map<string, ActiveAlert>()
    for (const sample of samples) {
      const { labels, value } = sample
      const annotations = await this.#annotations(this.#expander(labels, value, context))
      const all = await this.#alertLabels(sample, context)
      const alert = newAlert(all, annotations, value, context.timeMs)
      if (found.has(alert.labels.key))
        throw new UserError(
          'rules/duplicate',
          'vector contains metrics with the same labelset after applying alert labels',
        )
      found.set(alert.labels.key, alert)
    }
    return found
  }

  /** Annotations of alerts that have no result any more, with the value that ended them where it can be known. */
  async #endTexts(
    lost: readonly ActiveAlert[],
    context: EvaluationContext,
  ): Promise<ReadonlyMap<string, Labels>> {
    const texts = new Map<string, Labels>()
    const compared = lost.length === 0 ? undefined : comparedSide(this.settings.expr)
    if (compared === undefined) return texts
    const samples = samplesOf(await context.run(compared, context.timeMs - context.queryOffsetMs))
    for (const sample of samples) {
      const labels = await this.#alertLabels(sample, context)
      const alert = lost.find((one) => one.labels.key === labels.key)
      if (alert === undefined) continue
      const expand = this.#expander(sample.labels, alert.value, context, sample.value)
      texts.set(labels.key, await this.#annotations(expand))
    }
    return texts
  }

  /** Whether an annotation asks for the value at the end. */
  get #tellsEndValue(): boolean {
    return [...this.settings.annotations].some(([, text]) => /\$resolved|\.Resolved/.test(text))
  }

  #expander(
    labels: Labels,
    value: number,
    context: EvaluationContext,
    resolvedValue?: number,
  ): (text: string) => Promise<string> {
    const { name } = this.settings
    return alertExpander({
      alertName: name,
      labels,
      value,
      resolvedValue,
      timeMs: context.timeMs,
      context,
      onError: (error) => context.onTemplateError(name, error),
    })
  }

  async #alertLabels(sample: RuleSample, context: EvaluationContext): Promise<Labels> {
    const expand = this.#expander(sample.labels, sample.value, context)
    const all = new LabelsBuilder(sample.labels).delete(METRIC_NAME)
    for (const [label, text] of this.settings.labels) all.set(label, await expand(text))
    return all.set('alertname', this.settings.name).labels()
  }

  async #annotations(expand: (text: string) => Promise<string>): Promise<Labels> {
    const annotations: [string, string][] = []
    for (const [annotation, text] of this.settings.annotations)
      annotations.push([annotation, await expand(text)])
    return Labels.of(annotations)
  }

  /** Moves an alert on that may have no result any more; false when it is neither pending nor firing. */
  #isAlive(key: string, alert: ActiveAlert, isFound: boolean, timeMs: number): boolean {
    if (isFound) {
      alert.keepFiringSinceMs = undefined
      return true
    }
    if (alert.state === 'firing' && this.settings.keepFiringForMs > 0) {
      alert.keepFiringSinceMs ??= timeMs
      if (timeMs - alert.keepFiringSinceMs < this.settings.keepFiringForMs) return true
    }
    const isOld =
      alert.resolvedAtMs !== undefined && timeMs - alert.resolvedAtMs > RESOLVED_RETENTION_MS
    if (alert.state === 'pending' || isOld) this.active.delete(key)
    if (alert.state !== 'inactive') {
      alert.state = 'inactive'
      alert.resolvedAtMs = timeMs
    }
    return false
  }

  #sample(alert: ActiveAlert): RuleSample {
    const labels = new LabelsBuilder(alert.labels)
      .set(METRIC_NAME, 'ALERTS')
      .set('alertname', this.settings.name)
      .set('alertstate', alert.state)
      .labels()
    return { labels, value: 1, histogram: undefined }
  }

  #forStateSample(alert: ActiveAlert): RuleSample {
    const labels = new LabelsBuilder(alert.labels)
      .set(METRIC_NAME, 'ALERTS_FOR_STATE')
      .set('alertname', this.settings.name)
      .labels()
    return { labels, value: Math.floor(alert.activeAtMs / 1000), histogram: undefined }
  }

  /** Firing and resolved ones that a receiver has not heard of for so long; they count as sent. */
  due(timeMs: number, resendDelayMs: number, intervalMs: number): readonly ActiveAlert[] {
    const due: ActiveAlert[] = []
    for (const alert of this.active.values()) {
      if (!needsSending(alert, timeMs, resendDelayMs)) continue
      alert.lastSentMs = timeMs
      // Four times, so that a receiver that missed some resolves nothing by itself.
      alert.validUntilMs = timeMs + 4 * Math.max(intervalMs, resendDelayMs)
      due.push(alert)
    }
    return due
  }
}

function newAlert(
  labels: Labels,
  annotations: Labels,
  value: number,
  activeAtMs: number,
): ActiveAlert {
  return {
    labels,
    annotations,
    state: 'pending',
    value,
    activeAtMs,
    firedAtMs: undefined,
    resolvedAtMs: undefined,
    keepFiringSinceMs: undefined,
    lastSentMs: undefined,
    validUntilMs: 0,
  }
}

function needsSending(alert: ActiveAlert, timeMs: number, resendDelayMs: number): boolean {
  if (alert.state === 'pending') return false
  if (alert.lastSentMs === undefined) return true
  if (alert.resolvedAtMs !== undefined && alert.resolvedAtMs > alert.lastSentMs) return true
  return alert.lastSentMs + resendDelayMs < timeMs
}
