import { existsSync, readFileSync } from 'node:fs'
import { Labels } from '@pharos/model'
import { compileRelabelRule, readRelabelRules, relabel } from '@pharos/config'
import type { RelabelAction, RelabelInput } from '@pharos/config'
import type { NameScheme } from '@pharos/model'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/relabel/', import.meta.url)
const isMissing = !existsSync(directory)

interface RuleFields {
  readonly action?: RelabelAction
  readonly source_labels?: readonly string[]
  readonly separator?: string
  readonly regex?: string
  readonly target_label?: string
  readonly replacement?: string
  readonly modulus?: number
  readonly name_validation_scheme?: NameScheme
}

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

function inputOf(fields: RuleFields): RelabelInput {
  return {
    ...(fields.action !== undefined && { action: fields.action }),
    ...(fields.source_labels !== undefined && { sourceLabels: fields.source_labels }),
    ...(fields.separator !== undefined && { separator: fields.separator }),
    ...(fields.regex !== undefined && { regex: fields.regex }),
    ...(fields.target_label !== undefined && { targetLabel: fields.target_label }),
    ...(fields.replacement !== undefined && { replacement: fields.replacement }),
    ...(fields.modulus !== undefined && { modulus: fields.modulus }),
  }
}

test.skipIf(isMissing)('relabelling gives the labels of all 34 reference cases', () => {
  interface Case {
    readonly input: Readonly<Record<string, string>>
    readonly configs: readonly RuleFields[]
    readonly output?: Readonly<Record<string, string>>
    readonly drop?: boolean
  }
  const cases = casesOf<Case>('relabel.json')
  for (const { input, configs, output, drop } of cases) {
    const rules = configs.map((fields) => compileRelabelRule(inputOf(fields)))
    const result = relabel(Labels.from(input), rules)
    const wanted = drop === true ? undefined : Labels.from(output ?? {})
    expect(result?.toObject(), JSON.stringify(configs)).toEqual(wanted?.toObject())
  }
  expect(cases.length).toBe(34)
})

test.skipIf(isMissing)('rules are refused for the reasons of all 10 reference cases', () => {
  interface Case {
    readonly config: RuleFields
    readonly error_contains?: string
  }
  const cases = casesOf<Case>('relabel-validate.json')
  for (const { config, error_contains } of cases) {
    // Built in code, so nothing has a default: an absent action or replacement is the empty text.
    const action = (config.action ?? '') as RelabelAction
    const replacement = config.replacement ?? (config.action === 'replace' ? '' : '$1')
    const input = { ...inputOf(config), action, replacement }
    const compile = (): unknown => compileRelabelRule(input, config.name_validation_scheme)
    if (error_contains === undefined) expect(compile, JSON.stringify(config)).not.toThrow()
    else expect(compile, JSON.stringify(config)).toThrow(error_contains)
  }
  expect(cases.length).toBe(10)
})

test.skipIf(isMissing)('all 16 target templates are judged as under legacy names', () => {
  const cases = casesOf<{ target_label: string; valid: boolean }>('target-label-legacy.json')
  for (const { target_label, valid } of cases) {
    const compile = (): unknown => compileRelabelRule({ targetLabel: target_label }, 'legacy')
    if (valid) expect(compile, target_label).not.toThrow()
    else expect(compile, target_label).toThrow("is invalid 'target_label'")
  }
  expect(cases.length).toBe(16)
})

test.skipIf(isMissing)('all 4 rules are written back as they were read', () => {
  const cases = casesOf<{ readonly name: string; readonly yaml: string }>(
    'relabel-yaml-roundtrip.json',
  )
  for (const { name, yaml } of cases) {
    const indented = yaml.trimEnd().replaceAll('\n', '\n  ')
    const back = readRelabelRules(`- ${indented}\n`, { file: 'rules.yml' }).yaml
    expect(back, name).toBe(`- ${indented}\n`)
  }
  expect(cases.length).toBe(4)
})
