// All groups: when they run, how they change on a reload, whom they tell.

import {
  background,
  type Clock,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
} from '@pharos/base'
import type { RuleGroupSettings } from '@pharos/config'
import { formatShortest, type Labels, type Notifier } from '@pharos/model'
import type { QueryAnswer } from '@pharos/promql'
import { escapeQuery } from '@pharos/template'
import type { Appender } from '@pharos/tsdb'
import {
  readState,
  restoreForState,
  restoreSaved,
  ruleKey,
  type SavedAlert,
  savedAlerts,
} from './alert-state.ts'
import type { AlertingRule } from './alerting-rule.ts'
import { RuleGroup } from './rule-group.ts'
import { type RuleQuery, samplesOf } from './rule.ts'

export interface RuleManagerSettings {
  readonly run: RuleQuery
  readonly appender: Appender
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  readonly externalUrl: URL
  readonly features: ReadonlySet<string>
  /** Who is told; nobody while there is none. */
  readonly notifier?: Notifier
  /** Where alerts are kept over restarts. */
  readonly stateFile: string
  readonly concurrentRules: number
  readonly resendDelayMs: number
  readonly outageToleranceMs: number
  readonly graceMs: number
  /** Who evaluates which group, in a cluster. Missing: this server does, all of them. */
  readonly leadership?: RuleLeadership
}

/** A cluster as rules see it. Groups are named by `groupKeys`. */
export interface RuleLeadership {
  /** Whether this member evaluates a group now; asked before an iteration, and again before anybody is told of it. */
  mayRun(group: string): boolean
  /** What the leader before kept of the group's alerts; undefined for nothing. */
  load(group: string): string | undefined
  /** Keeps what a new leader has to know. */
  save(group: string, alerts: string): void
}

/** What a reload may change. */
export interface RuleTimes {
  readonly evaluationIntervalMs: number
  readonly queryOffsetMs: number
  readonly externalLabels: Labels
}

interface Running {
  readonly group: RuleGroup
  readonly intervalMs: number
  readonly stop: AbortController
  done: Promise<void>
}

export class RuleManager {
  readonly #settings: RuleManagerSettings
  readonly #log: Logger
  #running = new Map<string, Running>()
  #times: RuleTimes | undefined
  #saved: Map<string, readonly SavedAlert[]> | undefined
  #saving: Promise<void> | undefined
  #isUnsaved = false
  /** Groups that another member led when they were due last; at the start all may have been. */
  readonly #following = new WeakSet<RuleGroup>()

  constructor(settings: RuleManagerSettings) {
    this.#settings = settings
    this.#log = settings.log.component('rules')
  }

  /** In the order of their files. */
  groups(): readonly RuleGroup[] {
    return [...this.#running.values()].map(({ group }) => group)
  }

  /** Names of the groups over all members of a cluster. */
  groupKeys(): readonly string[] {
    return this.groups().map(({ settings }) => sharedKey(settings))
  }

  intervalMs(group: RuleGroup): number {
    return this.#running.get(keyOf(group.settings))?.intervalMs ?? group.settings.intervalMs
  }

  /** Runs these groups from now on. One that did not change goes on; one that did keeps the alerts of its rules. */
  async apply(groups: readonly RuleGroupSettings[], times: RuleTimes): Promise<void> {
    this.#saved ??= await this.#readState()
    const sameLabels = this.#times?.externalLabels.equals(times.externalLabels) ?? false
    this.#times = times
    const before = this.#running
    const after = new Map<string, Running>()
    const stopped: Running[] = []
    for (const settings of groups) {
      const key = keyOf(settings)
      const intervalMs = settings.intervalMs || times.evaluationIntervalMs
      const known = before.get(key)
      before.delete(key)
      const isSame =
        known !== undefined &&
        sameLabels &&
        known.intervalMs === intervalMs &&
        fingerprint(known.group.settings) === fingerprint(settings)
      if (isSame) after.set(key, known)
      else {
        if (known !== undefined) await this.#halt(known)
        after.set(key, this.#started(settings, intervalMs, known?.group))
        if (known !== undefined) known.group.release(this.#settings.clock.now())
      }
    }
    stopped.push(...before.values())
    for (const gone of stopped) {
      await this.#halt(gone)
      gone.group.end(this.#settings.clock.now())
      gone.group.release(this.#settings.clock.now())
    }
    this.#running = after
  }

  async stop(): Promise<void> {
    for (const one of this.#running.values()) one.stop.abort()
    for (const one of this.#running.values()) {
      await one.done
      one.group.release(this.#settings.clock.now())
    }
    await this.#saving
    if (this.#saved !== undefined) await this.#save()
    this.#running = new Map()
  }

  async #halt(one: Running): Promise<void> {
    one.stop.abort()
    await one.done
  }

  #started(
    settings: RuleGroupSettings,
    intervalMs: number,
    before: RuleGroup | undefined,
  ): Running {
    const group = new RuleGroup(settings, this.#settings.appender, this.#settings.features)
    if (before !== undefined) group.inherit(before)
    else this.#restoreFromFile(group)
    if (this.#settings.leadership !== undefined) this.#following.add(group)
    const stop = new AbortController()
    const running: Running = { group, intervalMs, stop, done: Promise.resolve() }
    running.done = this.#loop(group, intervalMs, stop.signal).catch((error: unknown) => {
      this.#log.error('a rule group has stopped', { group: settings.name, err: messageOf(error) })
    })
    return running
  }

  async #loop(group: RuleGroup, intervalMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    const offsetMs = hash(keyOf(group.settings)) % intervalMs
    let dueMs =
      Math.floor((clock.now() - offsetMs) / intervalMs) * intervalMs + offsetMs + intervalMs
    for (;;) {
      await clock.sleep(Math.max(0, dueMs - clock.now()), signal).catch(() => {})
      if (signal.aborted) return
      // After the clock was set far back or forward, the grid of the new time counts.
      const late = Math.floor((clock.now() - dueMs) / intervalMs)
      if (late < -1) dueMs = clock.now()
      if (this.#mayRun(group)) await this.iterate(group, dueMs, intervalMs)
      else this.#following.add(group)
      if (signal.aborted) return
      const missed = Math.max(0, Math.floor((clock.now() - dueMs) / intervalMs))
      if (missed > 0) {
        group.stats.iterationsMissed += missed
        group.stats.iterations += missed
      }
      dueMs += (missed + 1) * intervalMs
    }
  }

  /** One iteration at a time of the grid: evaluates, restores after the first one, tells, saves. */
  async iterate(group: RuleGroup, timeMs: number, intervalMs: number): Promise<void> {
    this.#takeOver(group)
    const { clock, run, externalUrl, concurrentRules } = this.#settings
    const times = this.#times
    const queryOffsetMs = group.settings.queryOffsetMs ?? times?.queryOffsetMs ?? 0
    await group.evaluate(
      {
        timeMs,
        queryOffsetMs,
        run,
        externalUrl,
        externalLabels: times!.externalLabels,
        query: async (expr, atMs) => templateSamples(await run(expr, atMs)),
        onTemplateError: (rule, error) =>
          this.#log.warn('a rule failed', {
            group: group.settings.name,
            rule,
            err: messageOf(error),
          }),
      },
      concurrentRules,
      () => clock.monotonicMs(),
    )
    await this.#restore(group, timeMs)
    // It may have taken long, or been paused: who leads now may be another one.
    if (!this.#mayRun(group)) return
    this.#share(group)
    this.#tell(group, timeMs, intervalMs)
    this.#saveSoon()
  }

  #mayRun(group: RuleGroup): boolean {
    return this.#settings.leadership?.mayRun(sharedKey(group.settings)) ?? true
  }

  /** The first iteration after another member led the group goes on where that one was. */
  #takeOver(group: RuleGroup): void {
    const { leadership } = this.#settings
    if (leadership === undefined || !this.#following.delete(group)) return
    const text = leadership.load(sharedKey(group.settings))
    const saved = text === undefined ? undefined : sharedAlerts(text)
    if (saved === undefined) return
    group.alertingRules.forEach((rule, i) => {
      rule.active.clear()
      restoreSaved(rule, saved[i] ?? [])
      rule.isRestored = true
    })
  }

  #share(group: RuleGroup): void {
    const { leadership } = this.#settings
    if (leadership === undefined || group.alertingRules.length === 0) return
    const alerts = group.alertingRules.map(savedAlerts)
    leadership.save(sharedKey(group.settings), JSON.stringify(alerts))
  }

  async #restore(group: RuleGroup, nowMs: number): Promise<void> {
    const { run, outageToleranceMs: toleranceMs, graceMs } = this.#settings
    for (const rule of group.alertingRules) {
      if (rule.isRestored) continue
      rule.isRestored = true
      try {
        await restoreForState(rule, run, { nowMs, toleranceMs, graceMs })
      } catch (error) {
        const rest = { rule: rule.settings.name, err: messageOf(error) }
        this.#log.error('alert state could not be restored', rest)
      }
    }
  }

  #tell(group: RuleGroup, timeMs: number, intervalMs: number): void {
    const { notifier, resendDelayMs, externalUrl } = this.#settings
    if (notifier === undefined) return
    for (const rule of group.alertingRules) {
      const due = rule.due(timeMs, resendDelayMs, intervalMs)
      if (due.length === 0) continue
      const base = externalUrl.href.replace(/\/$/, '')
      const query = escapeQuery(rule.settings.expr)
      const alerts = due.map((alert) => ({
        labels: alert.labels,
        annotations: alert.annotations,
        startsAtMs: alert.firedAtMs ?? alert.activeAtMs,
        endsAtMs: alert.resolvedAtMs ?? alert.validUntilMs,
        generatorUrl: `${base}/graph?g0.expr=${query}&g0.tab=1`,
      }))
      background('alert sending', notifier.send(alerts), this.#log)
    }
  }

  #restoreFromFile(group: RuleGroup): void {
    const { file, name } = group.settings
    for (const rule of group.alertingRules) {
      const saved = this.#saved?.get(ruleKey(file, name, rule))
      if (saved === undefined) continue
      restoreSaved(rule, saved)
      // Everything is known, so there is nothing to look for in the store.
      rule.isRestored = true
    }
  }

  async #readState(): Promise<Map<string, readonly SavedAlert[]>> {
    const { disk, stateFile, clock, outageToleranceMs } = this.#settings
    const state = await readState(disk, stateFile, (err) =>
      this.#log.error('saved alerts cannot be read', { file: stateFile, err }),
    )
    if (state === undefined || clock.now() - state.savedMs > outageToleranceMs) return new Map()
    return new Map(state.rules.map(({ rule, alerts }) => [rule, alerts]))
  }

  /** One write at a time; what changes meanwhile goes into the next one. */
  #saveSoon(): void {
    if (this.#saving !== undefined) {
      this.#isUnsaved = true
      return
    }
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined
      if (!this.#isUnsaved) return
      this.#isUnsaved = false
      this.#saveSoon()
    })
  }

  async #save(): Promise<void> {
    const { disk, stateFile, clock } = this.#settings
    const rules = this.groups().flatMap((group) =>
      group.alertingRules.map((rule: AlertingRule) => ({
        rule: ruleKey(group.settings.file, group.settings.name, rule),
        alerts: savedAlerts(rule),
      })),
    )
    if (rules.length === 0) return
    const text = JSON.stringify({ version: 1, savedMs: clock.now(), rules })
    try {
      await disk.writeFileAtomic(stateFile, new TextEncoder().encode(text))
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#log.error('alerts cannot be saved', { file: stateFile, err: messageOf(error) })
    }
  }
}

/** The same on all members that have the same rules, wherever their files lie. */
function sharedKey(settings: RuleGroupSettings): string {
  const file = settings.file.slice(settings.file.lastIndexOf('/') + 1)
  const text = JSON.stringify([file, settings.name, settings.rules.map(({ expr }) => expr)])
  return `${hash(text).toString(16).padStart(8, '0')}-${settings.name.replace(/[^\w.-]+/g, '_')}`
}

/** Undefined for what no leader of ours has written. */
function sharedAlerts(text: string): readonly (readonly SavedAlert[])[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isOne = Array.isArray(value) && value.every((one) => Array.isArray(one))
    return isOne ? (value as SavedAlert[][]) : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function keyOf({ file, name }: RuleGroupSettings): string {
  return `${file};${name}`
}

function fingerprint(settings: RuleGroupSettings): string {
  return JSON.stringify(settings, (_key, value: unknown) => value ?? null)
}

/** FNV-1a: spreads groups over the grid, the same after a restart. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

function templateSamples(answer: QueryAnswer): { labels: Labels; value: number | string }[] {
  return samplesOf(answer).map(({ labels, value, histogram }) => ({
    labels,
    value:
      histogram === undefined
        ? value
        : `{count:${formatShortest(histogram.count)}, sum:${formatShortest(histogram.sum)}}`,
  }))
}
