// Rule files: the keys of a group and of a rule. What an expression or a template is, only the caller knows; its
// checks run inside the schema, so that their mistakes come with all others and with their places.

import { messageOf, quoted, UserError } from '@pharos/base'
import {
  isValidLabelName,
  isValidMetricName,
  Labels,
  METRIC_NAME,
  parseDuration,
} from '@pharos/model'
import { count, duration, flag, leaf, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { ConfigErrors } from './config-errors.ts'
import { mistakeAt } from './decode-file.ts'
import { labelMap } from './label-map.ts'
import { CONFIG_BYTES_MAX } from './limits.ts'
import type { NameScheme } from '@pharos/model'
import { decode, list, section } from './section.ts'
import type { FlatIssue, Refuse } from './section.ts'
import { readYaml, YamlScalar } from './yaml-tree.ts'
import type { YamlNode, YamlTree } from './yaml-tree.ts'

export interface RuleSettings {
  readonly kind: 'recording' | 'alerting'
  readonly name: string
  readonly expr: string
  readonly forMs: number
  readonly keepFiringForMs: number
  /** Ours: a firing alert goes on while its target is down. */
  readonly keepsFiringWhileDown: boolean
  /** Those of the group below those of the rule. */
  readonly labels: Labels
  /** Texts may be templates. */
  readonly annotations: Labels
}

export interface RuleGroupSettings {
  readonly file: string
  readonly name: string
  /** 0: the global evaluation interval. */
  readonly intervalMs: number
  /** Undefined: the global one. */
  readonly queryOffsetMs: number | undefined
  /** Most series or alerts that a rule may give; 0: any number. */
  readonly limit: number
  readonly labels: Labels
  readonly rules: readonly RuleSettings[]
}

export interface RuleFileOptions {
  /** What is wrong with an expression; undefined when nothing is. */
  readonly expressionMistake: (expr: string) => string | undefined
  /** What is wrong with the template of a label or an annotation. */
  readonly templateMistake: (template: string, name: string) => string | undefined
  readonly nameScheme?: NameScheme
  readonly ignoresUnknownKeys?: boolean
}

interface RuleFields {
  record: string
  alert: string
  expr: string
  for: number
  keep_firing_for: number
  keep_firing_while_down: boolean
  labels: Labels
  annotations: Labels
}

interface GroupFields {
  name: string
  interval: number
  query_offset: number | undefined
  limit: number
  labels: Labels
  rules: readonly RuleFields[]
}

/**
 * The groups of a rule file, in its order.
 * @param file  path for messages
 * @throws ConfigErrors with every mistake, in the reference's words where it has any
 * @source Prometheus 3.14, model/rulefmt
 */
export function readRuleFile(
  source: string,
  file: string,
  options: RuleFileOptions,
): readonly RuleGroupSettings[] {
  const tree = readYaml(source, file, CONFIG_BYTES_MAX)
  const codec = section<{ groups: readonly GroupFields[] }>(
    { groups: list(groupSection(options)) },
    { check: ({ groups }, refuse) => refuseRepeated(groups ?? [], refuse) },
  )
  let result = decode(codec, tree.root)
  if ('issues' in result && options.ignoresUnknownKeys === true) {
    for (const issue of result.issues) if (issue.isUnknownKey) removeKey(tree, issue)
    result = decode(codec, tree.root)
  }
  if ('issues' in result) {
    const mistakes = result.issues.map((issue) => mistakeAt(inReferenceWords(issue), tree, file))
    throw new ConfigErrors(mistakes)
  }
  return result.value.groups.map((fields) => groupOf(fields, file))
}

function inReferenceWords(issue: FlatIssue): FlatIssue {
  if (!issue.isUnknownKey) return issue
  return {
    ...issue,
    message: issue.message.replace(/^unknown key (\S+?)(?=;|$)/, 'field $1 not found'),
  }
}

function removeKey(tree: YamlTree, issue: FlatIssue): void {
  let node: YamlNode | undefined = tree.root
  for (const part of issue.path.slice(0, -1)) {
    if (node === undefined || node instanceof YamlScalar) return
    node = Array.isArray(node) ? node[Number(part)] : node[part]
  }
  const last = issue.path.at(-1)
  if (node === undefined || node instanceof YamlScalar || Array.isArray(node)) return
  if (last !== undefined) Reflect.deleteProperty(node, last)
}

function refuseRepeated(groups: readonly Partial<GroupFields>[], refuse: Refuse): void {
  const seen = new Set<string>()
  groups.forEach((group, i) => {
    const name = group?.name
    if (name === undefined) return
    if (name === '') refuse('Groupname must not be empty', 'groups', i)
    else if (seen.has(name))
      refuse(`groupname: ${JSON.stringify(name)} is repeated in the same file`, 'groups', i, 'name')
    seen.add(name)
  })
}

function groupSection(options: RuleFileOptions): Codec<GroupFields> {
  return section<GroupFields>(
    {
      name: text(),
      interval: duration(),
      query_offset: openDuration(),
      limit: count(),
      labels: labelMap(),
      rules: list(ruleSection(options)),
    },
    {
      check: ({ labels }, refuse) => {
        for (const [name] of labels ?? []) {
          if (!isValidLabelName(name, options.nameScheme) || name === METRIC_NAME)
            refuse(`invalid label name: ${name}`, 'labels', name)
        }
      },
    },
  )
}

function openDuration(): Codec<number | undefined> {
  return leaf<number | undefined>({
    wants: 'a duration like 15s or 1h30m',
    absent: undefined,
    zero: undefined,
    decode: (scalar) => parseDuration(scalar.text),
    show: (value) => value,
  })
}

function ruleSection(options: RuleFileOptions): Codec<RuleFields> {
  return section<RuleFields>(
    {
      record: text(),
      alert: text(),
      expr: text(),
      for: duration(),
      keep_firing_for: duration(),
      keep_firing_while_down: flag(),
      labels: labelMap(),
      annotations: labelMap(),
    },
    {
      check: (fields, refuse) => {
        checkNames(fields, options, refuse)
        checkExpression(fields.expr, options, refuse)
        if ((fields.record ?? '') !== '') checkRecording(fields, refuse)
        checkTexts(fields, options, refuse)
      },
    },
  )
}

function checkNames(
  { record, alert }: Partial<RuleFields>,
  { nameScheme }: RuleFileOptions,
  refuse: Refuse,
): void {
  if (record === undefined || alert === undefined) return
  if (record !== '' && alert !== '') refuse("only one of 'record' and 'alert' must be set")
  if (record === '' && alert === '') refuse("one of 'record' or 'alert' must be set")
  if (record === '') return
  // UTF-8 names allow braces, but an expression was meant.
  if (/[{}]/.test(record))
    refuse(`braces present in the recording rule name; should it be in expr?: ${record}`, 'record')
  else if (!isValidMetricName(record, nameScheme))
    refuse(`invalid recording rule name: ${record}`, 'record')
}

function checkExpression(expr: string | undefined, options: RuleFileOptions, refuse: Refuse): void {
  if (expr === undefined) return
  if (expr.trim() === '') return refuse("field 'expr' must be set in rule", 'expr')
  const mistake = options.expressionMistake(expr)
  if (mistake !== undefined) refuse(`could not parse expression: ${mistake}`, 'expr')
}

function checkRecording(fields: Partial<RuleFields>, refuse: Refuse): void {
  if ((fields.annotations?.size ?? 0) > 0)
    refuse("invalid field 'annotations' in recording rule", 'annotations')
  if ((fields.for ?? 0) !== 0) refuse("invalid field 'for' in recording rule", 'for')
  if ((fields.keep_firing_for ?? 0) !== 0)
    refuse("invalid field 'keep_firing_for' in recording rule", 'keep_firing_for')
  if (fields.keep_firing_while_down === true)
    refuse("invalid field 'keep_firing_while_down' in recording rule", 'keep_firing_while_down')
}

function checkTexts(
  { alert, labels, annotations }: Partial<RuleFields>,
  options: RuleFileOptions,
  refuse: Refuse,
): void {
  const isAlert = (alert ?? '') !== ''
  const name = alert ?? ''
  for (const [label, value] of labels ?? []) {
    if (!isValidLabelName(label, options.nameScheme) || label === METRIC_NAME)
      refuse(`invalid label name: ${label}`, 'labels', label)
    const mistake = isAlert ? options.templateMistake(value, `__alert_${name}`) : undefined
    if (mistake !== undefined) refuse(`label ${quoted(label)}: ${mistake}`, 'labels', label)
  }
  for (const [annotation, value] of annotations ?? []) {
    if (!isValidLabelName(annotation, options.nameScheme))
      refuse(`invalid annotation name: ${annotation}`, 'annotations', annotation)
    const mistake = isAlert ? options.templateMistake(value, `__alert_${name}`) : undefined
    if (mistake !== undefined)
      refuse(`annotation ${quoted(annotation)}: ${mistake}`, 'annotations', annotation)
  }
}

function groupOf(fields: GroupFields, file: string): RuleGroupSettings {
  return {
    file,
    name: fields.name,
    intervalMs: fields.interval,
    queryOffsetMs: fields.query_offset,
    limit: fields.limit,
    labels: fields.labels,
    rules: fields.rules.map((rule) => ({
      kind: rule.record === '' ? 'alerting' : 'recording',
      name: rule.record === '' ? rule.alert : rule.record,
      expr: rule.expr,
      forMs: rule.for,
      keepFiringForMs: rule.keep_firing_for,
      keepsFiringWhileDown: rule.keep_firing_while_down,
      labels: Labels.of([...fields.labels, ...rule.labels]),
      annotations: rule.annotations,
    })),
  }
}

/** A check as `readRuleFile` wants it, made of one that throws. */
export function mistakeOf(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof UserError) return messageOf(error)
    throw error
  }
}
