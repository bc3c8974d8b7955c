// Unit tests of rules: loads the series of a test, evaluates the rules step by step, compares.

import { type Clock, type Disk, messageOf, OutsideError, UserError } from '@pharos/base'
import {
  type AlertTest,
  type ExpressionTest,
  readRuleTestFile,
  readText,
  type RuleGroupSettings,
  type RuleTest,
  type RuleTestFile,
} from '@pharos/config'
import {
  formatDuration,
  formatExponent,
  Labels,
  LabelsBuilder,
  type NativeHistogram,
  type Regex,
} from '@pharos/model'
import { createEngine, type Engine } from '@pharos/promql'
import { compacted, histogramText, MemoryStore, parseSeriesLine } from '@pharos/promql/testing'
import { RuleGroup } from '../rule-group.ts'
import { type RuleSample, samplesOf } from '../rule.ts'
import { loadRules } from '../rule-source.ts'
import { memoryAppender } from './memory-appender.ts'

export interface TestRulesOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly features: ReadonlySet<string>
  /** Only tests whose name matches one of them; empty: all. */
  readonly run: readonly Regex[]
  readonly ignoresUnknownKeys: boolean
}

/**
 * What is wrong, in promtool's words; empty when every test of the file passes.
 * @source cmd/promtool unittest.go
 */
export async function ruleTestFailures(
  file: string,
  options: TestRulesOptions,
): Promise<readonly string[]> {
  const { disk } = options
  try {
    const tests = readRuleTestFile(await readText(disk, file), file)
    const patterns = tests.rule_files.map((path) => pathBeside(file, path))
    const groups = await loadRules(patterns, disk, options)
    const failures: string[] = []
    for (const test of tests.tests) {
      if (options.run.length > 0 && !options.run.some((name) => name.matches(test.name))) continue
      failures.push(...(await new TestRun(test, tests, groups, options).failures()))
    }
    return failures
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof OutsideError)) throw error
    return [error instanceof UserError ? error.message : messageOf(error)]
  }
}

class TestRun {
  readonly #test: RuleTest
  readonly #file: RuleTestFile
  readonly #groups: readonly RuleGroup[]
  readonly #store = new MemoryStore()
  readonly #engine: Engine
  readonly #startMs: number

  constructor(
    test: RuleTest,
    file: RuleTestFile,
    groups: readonly RuleGroupSettings[],
    options: TestRulesOptions,
  ) {
    const { features, clock } = options
    this.#test = test
    this.#file = file
    this.#startMs = test.start_timestamp
    this.#engine = createEngine(this.#store, {
      lookbackMs: 300_000,
      timeoutMs: 100_000,
      maxSamples: 50_000_000,
      defaultSubqueryStepMs: file.evaluation_interval,
      features,
      clock,
    })
    const appender = memoryAppender(this.#store)
    this.#groups = inOrder(groups, file.group_eval_order).map(
      (group) => new RuleGroup(group, appender, features),
    )
    for (const group of this.#groups) for (const rule of group.alertingRules) rule.isRestored = true
  }

  async failures(): Promise<readonly string[]> {
    this.#load()
    const lastMs = Math.max(
      0,
      ...this.#test.alert_rule_test.map((one) => one.eval_time),
      ...this.#test.promql_expr_test.map((one) => one.eval_time),
    )
    const failures: string[] = []
    const stepMs = this.#file.evaluation_interval
    for (let ms = 0; ms <= lastMs; ms += stepMs) {
      failures.push(...(await this.#evaluate(ms)))
      if (failures.length > 0) return failures
      for (const one of this.#test.alert_rule_test)
        if (ms <= one.eval_time && one.eval_time < ms + stepMs) failures.push(...this.#alerts(one))
    }
    for (const one of this.#test.promql_expr_test) failures.push(...(await this.#expression(one)))
    return failures
  }

  #load(): void {
    const intervalMs = this.#test.interval || this.#file.evaluation_interval
    for (const { series, values } of this.#test.input_series) {
      const line = parseSeriesLine(`${series} ${values}`)
      line.values.forEach((value, i) => {
        const stored = value.histogram ?? value.value
        if (stored !== undefined)
          this.#store.append(line.labels, this.#startMs + i * intervalMs, stored, line.labels.key)
      })
    }
    this.#store.settleResetHints()
  }

  async #evaluate(ms: number): Promise<readonly string[]> {
    const failures: string[] = []
    const timeMs = this.#startMs + ms
    for (const group of this.#groups) {
      await group.evaluate(
        {
          timeMs,
          queryOffsetMs: group.settings.queryOffsetMs ?? 0,
          run: (expr, atMs) => this.#engine.instant(expr, atMs),
          externalUrl: new URL(this.#test.external_url || 'http://localhost/'),
          externalLabels: this.#test.external_labels,
          query: async (expr, atMs) => samplesOf(await this.#engine.instant(expr, atMs)),
          onTemplateError: () => {},
        },
        1,
        () => 0,
      )
      for (const { settings, outcome } of group.rules) {
        if (outcome.health !== 'err') continue
        failures.push(`    rule: ${settings.name}, time: ${goTime(ms)}, err: ${outcome.lastError}`)
      }
    }
    return failures
  }

  #alerts(test: AlertTest): readonly string[] {
    const expected = test.exp_alerts.map(({ exp_labels, exp_annotations }) => ({
      labels: new LabelsBuilder(exp_labels).set('alertname', test.alertname).labels(),
      annotations: exp_annotations,
    }))
    const got = this.#groups
      .flatMap((group) => group.alertingRules)
      .filter((rule) => rule.settings.name === test.alertname)
      .flatMap((rule) => rule.alerts().filter((alert) => alert.state === 'firing'))
    const wanted = alertsText(expected)
    const found = alertsText(got)
    if (wanted === found) return []
    const head = `    alertname: ${test.alertname}, time: ${goTime(test.eval_time)}, `
    const { name } = this.#test
    const named = name === '' ? [] : [`    name: ${name},`]
    return [...named, head, `        exp:${wanted}, `, `        got:${found}`]
  }

  async #expression(test: ExpressionTest): Promise<readonly string[]> {
    const where = `    expr: ${JSON.stringify(test.expr)}, time: ${goTime(test.eval_time)},`
    try {
      const expected = test.exp_samples.map(expectedSample)
      const answer = await this.#engine.instant(test.expr, this.#startMs + test.eval_time)
      const got = samplesOf(answer).map((sample) => ({ ...sample, hasResetHint: true }))
      if (areEqual(expected, got, this.#file.fuzzy_compare)) return []
      return [where, `        exp: ${samplesText(expected)}`, `        got: ${samplesText(got)}`]
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return [`${where} err: ${error.message}`]
    }
  }
}

interface TestSample extends RuleSample {
  readonly hasResetHint: boolean
}

function expectedSample(one: ExpressionTest['exp_samples'][number]): TestSample {
  const labels = one.labels.trim() === '' ? Labels.EMPTY : parseSeriesLine(`${one.labels} 0`).labels
  if (one.histogram === '')
    return { labels, value: one.value, histogram: undefined, hasResetHint: false }
  const [value] = parseSeriesLine(`h ${one.histogram}`).values
  const hasResetHint = value?.hasResetHint === true
  return { labels, value: 0, histogram: value?.histogram, hasResetHint }
}

function areEqual(
  expected: readonly TestSample[],
  got: readonly TestSample[],
  isFuzzy: boolean,
): boolean {
  if (expected.length !== got.length) return false
  const order = (a: TestSample, b: TestSample): number => Labels.compare(a.labels, b.labels)
  const sorted = [...got].sort(order)
  return [...expected].sort(order).every((wanted, i) => {
    const found = sorted[i]!
    if (!wanted.labels.equals(found.labels)) return false
    if (wanted.histogram === undefined || found.histogram === undefined)
      return wanted.histogram === found.histogram && sameFloat(wanted.value, found.value, isFuzzy)
    return (
      histogramKey(wanted.histogram, wanted.hasResetHint) ===
      histogramKey(found.histogram, wanted.hasResetHint)
    )
  })
}

/** Fuzzy: the next float below or above counts as equal. */
function sameFloat(wanted: number, found: number, isFuzzy: boolean): boolean {
  if (wanted === found || (Number.isNaN(wanted) && Number.isNaN(found))) return true
  if (!isFuzzy || !Number.isFinite(wanted)) return false
  const size = 2 ** Math.floor(Math.log2(Math.abs(wanted)))
  return Math.abs(wanted - found) <= size * Number.EPSILON
}

function histogramKey(histogram: NativeHistogram, withHint: boolean): string {
  const { counterResetHint, ...rest } = compacted(histogram)
  return JSON.stringify(withHint ? { ...rest, counterResetHint } : rest)
}

function samplesText(samples: readonly TestSample[]): string {
  if (samples.length === 0) return 'nil'
  return samples
    .map(({ labels, value, histogram }) => {
      const text =
        histogram === undefined ? formatExponent(value).toUpperCase() : histogramText(histogram)
      return `${labels.toString()} ${text}`
    })
    .join(', ')
}

function alertsText(
  alerts: readonly { readonly labels: Labels; readonly annotations: Labels }[],
): string {
  if (alerts.length === 0) return '[]'
  const sorted = [...alerts].sort((a, b) => Labels.compare(a.labels, b.labels))
  const lines = sorted.map(
    ({ labels, annotations }, i) =>
      `            ${i}:\n              Labels:${labels.toString()}\n              Annotations:${annotations.toString()}\n`,
  )
  return `[\n${lines.join('')}            ]`
}

function inOrder(
  groups: readonly RuleGroupSettings[],
  order: readonly string[],
): readonly RuleGroupSettings[] {
  const place = (name: string): number =>
    order.includes(name) ? order.indexOf(name) : order.length
  return [...groups].sort((a, b) => place(a.name) - place(b.name))
}

function pathBeside(file: string, path: string): string {
  if (path.startsWith('/')) return path
  const slash = file.lastIndexOf('/')
  return slash < 0 ? path : `${file.slice(0, slash)}/${path}`
}

/** As messages show times: `0s`, `5m`. */
function goTime(ms: number): string {
  return formatDuration(ms)
}
