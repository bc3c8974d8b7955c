// Rule files and rule unit tests against the verdicts of the reference.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UserError } from '@pharos/base'
import { createRealDisk } from '@pharos/base/node'
import { SimClock } from '@pharos/base/sim'
import { Regex } from '@pharos/model'
import { SYNTAX_FEATURES } from '@pharos/promql'
import { readRules } from '@pharos/rules'
import { ruleTestFailures } from '@pharos/rules/testing'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/rules/', import.meta.url)
const isMissing = !existsSync(directory)

function read(name: string): string {
  return readFileSync(new URL(name, directory), 'utf8')
}

function casesOf<T>(name: string): readonly T[] {
  return (JSON.parse(read(name)) as { readonly cases: readonly T[] }).cases
}

/** What reading throws; '' when it does not. */
function mistakes(text: string, file: string, nameScheme: 'utf8' | 'legacy' = 'utf8'): string {
  try {
    readRules(text, file, { nameScheme })
    return ''
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

test.skipIf(isMissing)('all 11 bad rule files are refused in the reference’s words', () => {
  const cases = casesOf<{ filename: string; error_contains: string; scheme?: 'legacy' }>(
    'rulefmt-failures.json',
  )
  for (const { filename, error_contains, scheme } of cases) {
    const message = mistakes(read(`rulefmt/${filename}`), filename, scheme)
    expect(message, filename).toContain(error_contains)
    expect(message, filename).toMatch(/^[\w.-]+:\d+:\d+: /)
  }
  expect(cases.length).toBe(11)
})

test.skipIf(isMissing)('the 5 good rule files and the alert generator’s rules are taken', () => {
  const good = [
    'rulefmt/test.yaml',
    'rulefmt/test_aliases.yaml',
    'rulefmt/utf-8_annotation.good.yaml',
    'rulefmt/utf-8_lname.good.yaml',
    'alert_generator/rules.yaml',
  ]
  for (const file of good) expect(mistakes(read(file), file), file).toBe('')
})

test.skipIf(isMissing)('templates in all 5 rule groups are judged as by the reference', () => {
  const cases = casesOf<{ yaml: string; pass: boolean }>('template-in-rules.json')
  for (const { yaml, pass } of cases) expect(mistakes(yaml, 'rules.yml') === '', yaml).toBe(pass)
  expect(cases.length).toBe(5)
})

interface UnitTestCase {
  readonly name: string
  readonly files: readonly string[]
  readonly exit: number
  readonly run?: readonly string[]
  readonly ignore_unknown_fields?: boolean
}

/** promtool itself always turns these on; only the reference's own test can turn them off. */
const ALWAYS_ON = ['Disabled feature (@ modifier)', 'Disabled feature (negative offset)']

test.skipIf(isMissing)('19 of 21 unit-test files have the reference’s verdict', async () => {
  const cases = casesOf<UnitTestCase>('unit-test-files.json')
  const wrong: string[] = []
  let passed = 0
  for (const one of cases) {
    if (ALWAYS_ON.includes(one.name)) {
      console.log(`skipped: ${one.name}: promtool always turns it on`)
      continue
    }
    const failures: string[] = []
    for (const file of one.files)
      failures.push(
        ...(await ruleTestFailures(fileURLToPath(new URL(file, directory)), {
          disk: createRealDisk(),
          clock: new SimClock(),
          features: new Set(SYNTAX_FEATURES),
          run: (one.run ?? []).map((pattern) => Regex.anchored(`.*(?:${pattern}).*`)),
          ignoresUnknownKeys: one.ignore_unknown_fields === true,
        })),
      )
    if ((failures.length === 0 ? 0 : 1) === one.exit) passed++
    else wrong.push(`${one.name}: ${failures.join('\n')}`)
  }
  expect(wrong).toEqual([])
  expect([cases.length, passed]).toEqual([21, 19])
})
