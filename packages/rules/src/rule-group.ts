// One group: its rules, one iteration of them, and the series they write.
//
//   level 0: rules at once ──► one row ──► level 1: rules at once ──► one row ──► …

import { messageOf, OutsideError, UserError } from '@pharos/base'
import type { RuleGroupSettings } from '@pharos/config'
import { ABSENT, Labels, type NativeHistogram, STALE } from '@pharos/model'
import { AppendOutcome, type Appender, type GroupAppender } from '@pharos/tsdb'
import { AlertingRule } from './alerting-rule.ts'
import { RecordingRule } from './recording-rule.ts'
import type { EvaluationContext, RuleSample } from './rule.ts'
import { ruleLevels } from './rule-levels.ts'

export type Rule = RecordingRule | AlertingRule

/** Plain counters; `server` shows them as prometheus_rule_*. */
export interface RuleGroupStats {
  evaluations: number
  evaluationFailures: number
  iterations: number
  iterationsMissed: number
  lastDurationMs: number
  /** Evaluations of single rules, ms altogether. */
  evaluationMs: number
  /** ms since 1970, 0 before the first one. */
  lastEvaluationMs: number
  lastSamples: number
}

export class RuleGroup {
  readonly settings: RuleGroupSettings
  readonly rules: readonly Rule[]
  readonly stats: RuleGroupStats = {
    evaluations: 0,
    evaluationFailures: 0,
    iterations: 0,
    iterationsMissed: 0,
    lastDurationMs: 0,
    evaluationMs: 0,
    lastEvaluationMs: 0,
    lastSamples: 0,
  }
  readonly #levels: readonly Level[]

  constructor(settings: RuleGroupSettings, appender: Appender, features: ReadonlySet<string>) {
    this.settings = settings
    this.rules = settings.rules.map((rule) =>
      rule.kind === 'recording' ? new RecordingRule(rule) : new AlertingRule(rule),
    )
    const levels = ruleLevels(settings.rules, features)
    this.#levels = Array.from(
      { length: Math.max(0, ...levels.map((level) => level + 1)) },
      (_, level) =>
        new Level(
          this.rules.filter((_rule, i) => levels[i] === level),
          groupKey(settings, level),
          appender,
        ),
    )
  }

  get alertingRules(): readonly AlertingRule[] {
    return this.rules.filter((rule) => rule.kind === 'alerting')
  }

  /** One iteration. Never rejects for what a rule did. */
  async evaluate(
    context: Omit<EvaluationContext, 'limit'>,
    concurrency: number,
    monotonicMs: () => number,
  ): Promise<void> {
    const startedMs = monotonicMs()
    let samples = 0
    for (const level of this.#levels) {
      const full = { ...context, limit: this.settings.limit }
      samples += await level.evaluate(full, concurrency, this.stats, monotonicMs)
    }
    this.stats.iterations++
    this.stats.lastSamples = samples
    this.stats.lastDurationMs = monotonicMs() - startedMs
    this.stats.lastEvaluationMs = context.timeMs
  }

  /** Takes over alerts and known series of the same rules in a group of before. */
  inherit(before: RuleGroup): void {
    Object.assign(this.stats, before.stats)
    const left = new Map<string, Rule[]>()
    for (const rule of before.rules) {
      const key = identity(rule)
      const list = left.get(key)
      if (list === undefined) left.set(key, [rule])
      else list.push(rule)
    }
    for (const rule of this.rules) {
      const known = left.get(identity(rule))?.shift()
      if (known === undefined) continue
      Object.assign(rule.outcome, known.outcome)
      if (rule.kind !== 'alerting' || known.kind !== 'alerting') continue
      for (const [key, alert] of known.active) rule.active.set(key, alert)
      rule.isRestored = known.isRestored
    }
    const series = before.#levels.flatMap((level) => level.known())
    for (const level of this.#levels) level.expect(series)
    // A level that is gone has nobody who would end its series.
    for (const level of before.#levels.slice(this.#levels.length)) level.orphans = true
  }

  /** Ends every series: the group is gone. */
  end(timeMs: number): void {
    for (const level of this.#levels) level.end(timeMs)
  }

  /** Hands the series back to the store; nothing of them changes. */
  release(timeMs: number): void {
    for (const level of this.#levels) {
      if (level.orphans) level.end(timeMs)
      level.release()
    }
  }
}

function groupKey({ file, name }: RuleGroupSettings, level: number): Labels {
  return Labels.of([
    ['rule_file', file],
    ['rule_group', name],
    ...(level > 0 ? [['rule_level', String(level)] as const] : []),
  ])
}

function identity(rule: Rule): string {
  return `${rule.kind}\0${rule.settings.name}\0${rule.settings.labels.key}`
}

/** Rules that run at once and share a row. */
class Level {
  readonly #rules: readonly Rule[]
  readonly #writer: GroupAppender
  /** Column → whether it had a value in the last row. */
  #alive: Set<number> = new Set()
  /** What each rule gave when it last succeeded. */
  readonly #columnsOf = new Map<Rule, readonly number[]>()
  /** Its series have to end: after a reload the group has no such level any more. */
  orphans = false

  constructor(rules: readonly Rule[], key: Labels, appender: Appender) {
    this.#rules = rules
    this.#writer = appender.group(key, 'rules')
  }

  /** @returns samples written */
  async evaluate(
    context: EvaluationContext,
    concurrency: number,
    stats: RuleGroupStats,
    monotonicMs: () => number,
  ): Promise<number> {
    const results: (readonly RuleSample[] | undefined)[] = this.#rules.map(() => undefined)
    let next = 0
    const worker = async (): Promise<void> => {
      for (;;) {
        const i = next++
        const rule = this.#rules[i]
        if (rule === undefined) return
        results[i] = await evaluateRule(rule, context, stats, monotonicMs)
      }
    }
    const width = Math.max(1, Math.min(concurrency, this.#rules.length))
    await Promise.all(Array.from({ length: width }, worker))
    // A rule that failed gives neither samples nor stale markers: its series stay as they were.
    const failed = this.#rules.filter((_rule, i) => results[i] === undefined)
    const kept = new Set(failed.flatMap((rule) => [...(this.#columnsOf.get(rule) ?? [])]))
    const samples = results.flatMap((result) => result ?? [])
    const count = this.#write(context.timeMs, samples, kept)
    this.#rules.forEach((rule, i) => {
      const result = results[i]
      if (result === undefined) return
      this.#columnsOf.set(
        rule,
        result.map(({ labels }) => this.#writer.column(labels)),
      )
    })
    return count
  }

  #write(
    timeMs: number,
    samples: readonly RuleSample[],
    kept: ReadonlySet<number> = new Set(),
  ): number {
    const columns = samples.map(({ labels }) => this.#writer.column(labels))
    const row = new Float64Array(this.#writer.columnCount).fill(ABSENT)
    const histograms = new Map<number, NativeHistogram>()
    const alive = new Set<number>()
    samples.forEach(({ value, histogram }, i) => {
      const column = columns[i]!
      if (column < 0 || alive.has(column)) return
      alive.add(column)
      if (histogram === undefined) row[column] = value
      else histograms.set(column, histogram)
    })
    for (const column of this.#alive) {
      if (alive.has(column)) continue
      if (!kept.has(column)) row[column] = STALE
    }
    if (alive.size === 0 && this.#alive.size === 0) return 0
    const outcome = this.#writer.appendRow(timeMs, row, histograms)
    const { size } = alive
    for (const column of this.#alive) if (kept.has(column)) alive.add(column)
    if (outcome === AppendOutcome.ok) this.#alive = alive
    return size
  }

  known(): readonly Labels[] {
    return [...this.#alive].map((column) => this.#writer.labelsOf(column))
  }

  /** Series of the same writer that had values before a reload: those that do not come again get an end. */
  expect(series: readonly Labels[]): void {
    const mine = new Map<string, number>()
    for (let c = 0; c < this.#writer.columnCount; c++) mine.set(this.#writer.labelsOf(c).key, c)
    for (const labels of series) {
      const column = mine.get(labels.key)
      if (column !== undefined) this.#alive.add(column)
    }
  }

  end(timeMs: number): void {
    this.#write(timeMs, [])
  }

  release(): void {
    this.#writer.release()
  }
}

/** Undefined when the rule failed. */
async function evaluateRule(
  rule: Rule,
  context: EvaluationContext,
  stats: RuleGroupStats,
  monotonicMs: () => number,
): Promise<readonly RuleSample[] | undefined> {
  const startedMs = monotonicMs()
  const { outcome } = rule
  stats.evaluations++
  outcome.evaluatedMs = context.timeMs
  try {
    const samples = await rule.evaluate(context)
    outcome.health = 'ok'
    outcome.lastError = ''
    return samples
  } catch (error) {
    stats.evaluationFailures++
    outcome.health = 'err'
    outcome.lastError = messageOf(error)
    // Anything else is our fault; it is shown at the rule, and the other rules run on.
    if (!(error instanceof UserError) && !(error instanceof OutsideError))
      context.onTemplateError(rule.settings.name, error)
    return undefined
  } finally {
    outcome.durationMs = monotonicMs() - startedMs
    stats.evaluationMs += outcome.durationMs
  }
}
