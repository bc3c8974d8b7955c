import { createRealDisk, realWorld } from '@pharos/base/node'
import { ruleTestFailures, type TestRulesOptions } from '@pharos/rules/testing'
import type { Terminal } from './terminal.ts'

/** `promtool test rules`: exit code 0 when all tests of all files pass, otherwise 1. */
export async function testRuleFiles(
  files: readonly string[],
  options: Omit<TestRulesOptions, 'disk' | 'clock'>,
  terminal: Terminal,
): Promise<number> {
  const { clock } = realWorld({ level: 'error', format: 'logfmt' })
  const disk = createRealDisk()
  let hasFailed = false
  for (const file of files) {
    terminal.write(`Unit Testing:  ${file}\n`)
    const failures = await ruleTestFailures(file, { ...options, disk, clock })
    if (failures.length === 0) terminal.write('  SUCCESS\n')
    else {
      hasFailed = true
      terminal.writeError(`  FAILED:\n${failures.join('\n')}\n`)
    }
    terminal.write('\n')
  }
  return hasFailed ? 1 : 0
}
