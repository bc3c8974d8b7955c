// Relabel rules as the file writes them.

import { quoted, UserError } from '@pharos/base'
import { Regex } from '@pharos/model'
import { always, count, leaf, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { decoded } from './decode-file.ts'
import { effectiveYaml } from './effective-yaml.ts'
import { suggestion } from './nearest.ts'
import { compileRelabelRule } from './relabel.ts'
import { RELABEL_ACTIONS } from './relabel-rule.ts'
import type { RelabelAction, RelabelInput, RelabelRule } from './relabel-rule.ts'
import { validateRelabelRule } from './relabel-validation.ts'
import type { NameScheme } from '@pharos/model'
import { list, section } from './section.ts'
import type { Refuse } from './section.ts'
import { readYaml } from './yaml-tree.ts'

export interface RelabelFields {
  source_labels: readonly string[]
  separator: string
  /** Undefined when the file has none. */
  regex: string | undefined
  modulus: number
  target_label: string
  replacement: string
  action: RelabelAction | ''
}

/** A label name of any scheme: not empty, and text. */
function labelName(): Codec<string> {
  return leaf({
    wants: 'a label name',
    absent: '',
    zero: '',
    decode(s) {
      if (s.text === '' || s.isBinary)
        throw new UserError('config/label', `"${s.text}" is not a valid label name`)
      return s.text
    },
    show: (v) => v,
  })
}

const action = (): Codec<RelabelAction | ''> =>
  leaf<RelabelAction | ''>({
    wants: 'a relabel action',
    absent: 'replace',
    zero: '',
    decode(s) {
      const lower = s.text.toLowerCase()
      const known = RELABEL_ACTIONS.find((candidate) => candidate === lower)
      if (known !== undefined) return known
      const wants = `wants one of ${RELABEL_ACTIONS.join(', ')}, has ${quoted(s.text)}`
      throw new UserError('config/value', wants + suggestion(s.text, RELABEL_ACTIONS))
    },
    show: (v) => v,
  })

const regex = (): Codec<string | undefined> => ({
  ...leaf<string | undefined>({
    wants: 'a regular expression',
    absent: undefined,
    zero: '',
    decode(s) {
      Regex.anchored(s.text)
      return s.text
    },
    show: (v) => v,
  }),
  isZero: (v) => v === undefined,
})

const relabelSection: Codec<RelabelFields> = section<RelabelFields>({
  source_labels: list(labelName()),
  separator: always(text(';')),
  regex: regex(),
  modulus: count(),
  target_label: text(),
  replacement: always(text('$1')),
  action: action(),
})

/** A list of rules; `nullMessage` is what the reference says of a rule that is null. */
export function relabelRules(nullMessage: string): Codec<readonly RelabelFields[]> {
  return list(relabelSection, nullMessage)
}

function relabelInput(fields: RelabelFields): RelabelInput {
  return {
    // Validated before: an empty action is refused.
    action: fields.action as RelabelAction,
    sourceLabels: fields.source_labels,
    separator: fields.separator,
    regex: fields.regex,
    targetLabel: fields.target_label,
    replacement: fields.replacement,
    modulus: fields.modulus,
  }
}

/** Refuses each rule whose fields do not fit together; rules that did not decode have told already. */
export function checkRelabelRules(
  rules: readonly (Partial<RelabelFields> | undefined)[] | undefined,
  scheme: NameScheme,
  refuse: Refuse,
  ...at: (string | number)[]
): void {
  rules?.forEach((fields, i) => {
    if (fields === undefined || Object.values(fields).length < 7) return
    // `regex` may rightly be undefined; any other undefined key did not decode.
    const isWhole = Object.entries(fields).every(([k, v]) => k === 'regex' || v !== undefined)
    if (!isWhole) return
    const mistake = validateRelabelRule(relabelInput(fields as RelabelFields), scheme)
    if (mistake !== undefined) refuse(mistake, ...at, i)
  })
}

export function compiledRules(
  rules: readonly RelabelFields[],
  scheme: NameScheme,
): readonly RelabelRule[] {
  return rules.map((fields) => compileRelabelRule(relabelInput(fields), scheme))
}

/**
 * Rules from a YAML list, compiled, and as the effective configuration shows them.
 * @throws ConfigErrors with every mistake
 */
export function readRelabelRules(
  fileText: string,
  options: { readonly file: string; readonly scheme?: NameScheme },
): { readonly rules: readonly RelabelRule[]; readonly yaml: string } {
  const codec = relabelRules('empty or null relabeling rule')
  const fields = decoded(codec, readYaml(fileText, options.file), options.file)
  return {
    rules: compiledRules(fields, options.scheme ?? 'utf8'),
    yaml: effectiveYaml(codec.show(fields)),
  }
}
