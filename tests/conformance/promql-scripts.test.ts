// The reference's test scripts against the engine. How many evals of each script pass is written down in
// promql-scripts.passes.json and may only rise.

import { existsSync, readFileSync } from 'node:fs'
import { createRealClock } from '@pharos/base/node'
import { runScript, SCRIPT_OPTIONS } from '@pharos/promql/testing'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/promql/', import.meta.url)
const missing = !existsSync(dir)
const passes = JSON.parse(
  readFileSync(new URL('promql-scripts.passes.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, { readonly passes: number; readonly total: number }>>

/** Flags of the reference's runner; one script shows what a server does without delayed name removal. */
function featuresOf(script: string): ReadonlySet<string> {
  const features = new Set(SCRIPT_OPTIONS.features)
  if (script.startsWith('embedded/')) features.delete('promql-delayed-name-removal')
  if (script.includes('type_and_unit')) features.add('type-and-unit-labels')
  return features
}

/** Evals that do not pass, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  'testdata/aggregators.test:481':
    'count_values with a label name that is no UTF-8: the error quotes it, and a JavaScript string has lost the byte',
}

test.skipIf(missing)('2 237 evals of 22 scripts pass as often as written down', async () => {
  const clock = createRealClock()
  const lines: string[] = []
  const failures: string[] = []
  const failed: string[] = []
  let all = 0
  for (const [script, known] of Object.entries(passes)) {
    const text = readFileSync(new URL(script, dir), 'utf8')
    const outcomes = await runScript(text, clock, {
      ...SCRIPT_OPTIONS,
      features: featuresOf(script),
    })
    const passed = outcomes.filter((outcome) => outcome.failure === undefined)
    all += passed.length
    lines.push(`${script.padEnd(56)} ${passed.length} / ${outcomes.length}`)
    for (const { line, query, failure } of outcomes)
      if (failure !== undefined) {
        failed.push(`${script}:${line}`)
        failures.push(`${script}:${line} ${query}\n    ${failure}`)
      }
    expect(outcomes.length, script).toBe(known.total)
    expect(passed.length, `${script}\n${failures.join('\n')}`).toBeGreaterThanOrEqual(known.passes)
  }
  expect(failed, failures.join('\n')).toEqual(Object.keys(KNOWN))
  console.log(`${lines.join('\n')}\nall ${all}\nnot passing: ${JSON.stringify(KNOWN)}`)
})
