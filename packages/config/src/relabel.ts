// Relabelling: rules that rewrite, keep or drop a label set. A rule is compiled once when the
// configuration is read; applying it allocates only when it changes something.

import { UserError } from '@pharos/base'
import { compareText, isValidLabelName, Labels, LabelsBuilder, Regex } from '@pharos/model'
import type { NameScheme } from '@pharos/model'
import { hashModulo } from './hashmod.ts'
import { validateRelabelRule } from './relabel-validation.ts'
import type { RelabelInput, RelabelRule } from './relabel-rule.ts'

/** Applies the rules in order; undefined when one of them drops the labels. */
export function relabel(labels: Labels, rules: readonly RelabelRule[]): Labels | undefined {
  let current = labels
  for (const rule of rules) {
    const next = rule.apply(current)
    if (next === undefined) return undefined
    current = next
  }
  return current
}

type Apply = (labels: Labels) => Labels | undefined

/**
 * A rule that can be applied.
 *
 * @param scheme  which label names a rule may write; `utf8` takes any that is not empty
 * @throws UserError `config/relabel` when fields do not fit the action, `model/regex` when the regex is none
 * @source model/relabel Config.Validate and relabel; cases in relabel_test.go
 */
export function compileRelabelRule(input: RelabelInput, scheme: NameScheme = 'utf8'): RelabelRule {
  const mistake = validateRelabelRule(input, scheme)
  if (mistake !== undefined) throw new UserError('config/relabel', mistake)
  const pattern = input.regex ?? '(.*)'
  const rule = {
    action: input.action ?? 'replace',
    sourceLabels: input.sourceLabels ?? [],
    separator: input.separator ?? ';',
    regex: pattern,
    targetLabel: input.targetLabel ?? '',
    replacement: input.replacement ?? '$1',
    modulus: input.modulus ?? 0,
  }
  return { ...rule, apply: effect(rule, Regex.anchored(pattern), scheme) }
}

function effect(rule: Omit<RelabelRule, 'apply'>, regex: Regex, scheme: NameScheme): Apply {
  const { targetLabel, replacement } = rule
  const source = sourceValue(rule.sourceLabels, rule.separator)
  switch (rule.action) {
    case 'replace':
      return replaceEffect(rule, regex, source, scheme)
    case 'keep':
      return (labels) => (regex.matches(source(labels)) ? labels : undefined)
    case 'drop':
      return (labels) => (regex.matches(source(labels)) ? undefined : labels)
    case 'keepequal':
      return (labels) => (labels.get(targetLabel) === source(labels) ? labels : undefined)
    case 'dropequal':
      return (labels) => (labels.get(targetLabel) === source(labels) ? undefined : labels)
    case 'lowercase':
      return (labels) => withLabel(labels, targetLabel, lowerCased(source(labels)))
    case 'uppercase':
      return (labels) => withLabel(labels, targetLabel, upperCased(source(labels)))
    case 'hashmod': {
      const modulus = BigInt(rule.modulus)
      return (labels) => withLabel(labels, targetLabel, hashModulo(source(labels), modulus))
    }
    case 'labelmap':
      return (labels) => mapLabels(labels, regex, replacement)
    case 'labeldrop':
      return (labels) => filterLabels(labels, (name) => !regex.matches(name))
    case 'labelkeep':
      return (labels) => filterLabels(labels, (name) => regex.matches(name))
  }
}

function sourceValue(names: readonly string[], separator: string): (labels: Labels) => string {
  if (names.length === 0) return () => ''
  if (names.length === 1) return (labels) => labels.get(names[0]!)
  return (labels) => {
    let value = labels.get(names[0]!)
    for (let i = 1; i < names.length; i++) value += separator + labels.get(names[i]!)
    return value
  }
}

function replaceEffect(
  rule: Omit<RelabelRule, 'apply'>,
  regex: Regex,
  source: (labels: Labels) => string,
  scheme: NameScheme,
): Apply {
  const { targetLabel, replacement } = rule
  // Copying or setting one label is what most rules do: no regex is needed for it.
  if (rule.regex === '(.*)' && !targetLabel.includes('$')) {
    if (replacement === '$1') return (labels) => withLabel(labels, targetLabel, source(labels))
    if (!replacement.includes('$')) return (labels) => withLabel(labels, targetLabel, replacement)
  }
  return (labels) => {
    const groups = regex.match(source(labels))
    if (groups === undefined) return labels
    const name = regex.expand(targetLabel, groups)
    if (!isValidLabelName(name, scheme)) return labels
    return withLabel(labels, name, regex.expand(replacement, groups))
  }
}

/** The labels with one of them set, or removed when the value is empty. */
function withLabel(labels: Labels, name: string, value: string): Labels {
  const { flat } = labels
  let at = 0
  while (at < flat.length && compareText(flat[at]!, name) < 0) at += 2
  const isThere = flat[at] === name
  if (isThere ? flat[at + 1] === value : value === '') return labels
  const changed = flat.slice()
  if (value === '') changed.splice(at, 2)
  else changed.splice(at, isThere ? 2 : 0, name, value)
  return new Labels(changed)
}

function filterLabels(labels: Labels, keeps: (name: string) => boolean): Labels {
  const dropped: string[] = []
  for (const [name] of labels) if (!keeps(name)) dropped.push(name)
  return dropped.length === 0 ? labels : labels.without(dropped)
}

function mapLabels(labels: Labels, regex: Regex, replacement: string): Labels {
  let builder: LabelsBuilder | undefined
  for (const [name, value] of labels) {
    const groups = regex.match(name)
    if (groups === undefined) continue
    const mapped = regex.expand(replacement, groups)
    if (mapped === '') continue
    builder ??= new LabelsBuilder(labels)
    builder.set(mapped, value)
  }
  return builder === undefined ? labels : builder.labels()
}

// Case is changed code point by code point as the reference does it: `ß` has no single upper-case letter
// and stays, where JavaScript's own function would write `SS`.

function upperCased(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text.toUpperCase()
  return Array.from(text, (letter) => onePoint(letter.toUpperCase(), letter)).join('')
}

function lowerCased(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text.toLowerCase()
  // U+0130 is the one letter whose lower case has two code points; the reference takes the first.
  return Array.from(text, (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase())).join('')
}

function onePoint(changed: string, original: string): string {
  const isOne = changed.length === 1 || (changed.length === 2 && changed.codePointAt(0)! > 0xffff)
  return isOne ? changed : original
}
