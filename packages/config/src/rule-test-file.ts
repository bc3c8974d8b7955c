// Files of rule unit tests, as promtool reads them.

import { UserError } from '@pharos/base'
import { type Labels, parseValue } from '@pharos/model'
import { duration, flag, leaf, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { decoded } from './decode-file.ts'
import { labelMap } from './label-map.ts'
import { CONFIG_BYTES_MAX } from './limits.ts'
import { list, section } from './section.ts'
import { readYaml } from './yaml-tree.ts'

export interface RuleTestFile {
  readonly rule_files: readonly string[]
  readonly evaluation_interval: number
  readonly group_eval_order: readonly string[]
  readonly fuzzy_compare: boolean
  readonly tests: readonly RuleTest[]
}

export interface RuleTest {
  readonly name: string
  /** ms between two values of a series; 0: the evaluation interval. */
  readonly interval: number
  readonly input_series: readonly { readonly series: string; readonly values: string }[]
  readonly alert_rule_test: readonly AlertTest[]
  readonly promql_expr_test: readonly ExpressionTest[]
  readonly external_labels: Labels
  readonly external_url: string
  /** ms since 1970. */
  readonly start_timestamp: number
}

export interface AlertTest {
  readonly alertname: string
  /** ms after the start. */
  readonly eval_time: number
  readonly exp_alerts: readonly {
    readonly exp_labels: Labels
    readonly exp_annotations: Labels
  }[]
}

export interface ExpressionTest {
  readonly expr: string
  /** ms after the start. */
  readonly eval_time: number
  readonly exp_samples: readonly {
    readonly labels: string
    readonly value: number
    readonly histogram: string
  }[]
}

/** @throws ConfigErrors with every mistake  @source cmd/promtool unittest.go */
export function readRuleTestFile(source: string, file: string): RuleTestFile {
  return decoded(testFile(), readYaml(source, file, CONFIG_BYTES_MAX), file)
}

function testFile(): Codec<RuleTestFile> {
  return section<RuleTestFile>({
    rule_files: list(text()),
    evaluation_interval: duration('1m'),
    group_eval_order: list(text()),
    fuzzy_compare: flag(),
    tests: list(ruleTest()),
  })
}

function ruleTest(): Codec<RuleTest> {
  return section<RuleTest>({
    name: text(),
    interval: duration(),
    input_series: list(section({ series: text(), values: text() })),
    alert_rule_test: list(
      section<AlertTest>({
        alertname: text(),
        eval_time: duration(),
        exp_alerts: list(
          section<AlertTest['exp_alerts'][number]>({
            exp_labels: labelMap(),
            exp_annotations: labelMap(),
          }),
        ),
      }),
    ),
    promql_expr_test: list(
      section<ExpressionTest>({
        expr: text(),
        eval_time: duration(),
        exp_samples: list(
          section<ExpressionTest['exp_samples'][number]>({
            labels: text(),
            value: floatValue(),
            histogram: text(),
          }),
        ),
      }),
    ),
    external_labels: labelMap(),
    external_url: text(),
    start_timestamp: moment(),
  })
}

function floatValue(): Codec<number> {
  const wants = 'a number'
  return leaf({
    wants,
    absent: 0,
    zero: 0,
    decode(scalar) {
      const value = parseValue(scalar.text.replace(/^([-+]?)\.(inf|nan)$/i, '$1$2'))
      if (value !== undefined) return value
      throw new UserError('config/value', `wants ${wants}, has ${JSON.stringify(scalar.text)}`)
    },
    show: (value) => value,
  })
}

/** RFC 3339 or seconds since 1970. */
function moment(): Codec<number> {
  const wants = 'a time in RFC 3339 or seconds since 1970'
  return leaf({
    wants,
    absent: 0,
    zero: 0,
    decode({ text: written }) {
      const seconds = parseValue(written)
      const timeMs = seconds === undefined ? Date.parse(written) : Math.round(seconds * 1000)
      if (Number.isFinite(timeMs)) return timeMs
      throw new UserError('config/value', `wants ${wants}, has ${JSON.stringify(written)}`)
    },
    show: (value) => value,
  })
}
