import { fileURLToPath } from 'node:url'
import { createRealDisk } from '@pharos/base/node'
import { SimClock } from '@pharos/base/sim'
import { readText } from '@pharos/config'
import { expect, test } from 'vitest'
import { readRules } from './rule-source.ts'
import { ruleTestFailures } from './testing/index.ts'

const SHIPPED = fileURLToPath(new URL('../shipped', import.meta.url))
const disk = createRealDisk()
const FILES = (await disk.list(SHIPPED)).filter((name) => name.endsWith('.yml'))
const TESTS = await disk.list(`${SHIPPED}/tests`)

test.each(TESTS)('the shipped rules pass %s', async (file) => {
  const failures = await ruleTestFailures(`${SHIPPED}/tests/${file}`, {
    disk,
    clock: new SimClock(),
    features: new Set(),
    run: [],
    ignoresUnknownKeys: false,
  })
  expect(failures.join('\n')).toBe('')
})

test('every shipped alert has a test that it fires, a severity, a summary and a description', async () => {
  const tests = (
    await Promise.all(TESTS.map((file) => readText(disk, `${SHIPPED}/tests/${file}`)))
  ).join('\n')
  let count = 0
  for (const file of FILES) {
    for (const group of readRules(await readText(disk, `${SHIPPED}/${file}`), file)) {
      for (const rule of group.rules) {
        if (rule.kind !== 'alerting') continue
        count++
        expect(tests, rule.name).toMatch(
          new RegExp(`alertname: ${rule.name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`),
        )
        expect(['critical', 'warning'], rule.name).toContain(rule.labels.get('severity'))
        expect([...rule.annotations].map(([name]) => name)).toEqual(['description', 'summary'])
      }
    }
  }
  expect(count).toBe(20)
})
