// `promtool check rules`: reads rule files, finds duplicates.

import { messageOf, OutsideError, UserError } from '@pharos/base'
import { createRealDisk } from '@pharos/base/node'
import { readText, type RuleGroupSettings } from '@pharos/config'
import { readRules, type RuleTextOptions } from '@pharos/rules'
import type { Terminal } from './terminal.ts'

const LINT_EXIT_CODE = 3

interface CheckRulesOptions extends RuleTextOptions {
  /** all, duplicate-rules, none */
  readonly lint: string
  readonly isLintFatal: boolean
}

/** Exit code 0, 1 for a file that cannot be taken, 3 for findings that are fatal. */
export async function checkRuleFiles(
  files: readonly string[],
  options: CheckRulesOptions,
  terminal: Terminal,
): Promise<number> {
  const disk = createRealDisk()
  let hasFailed = false
  let hasFindings = false
  for (const file of files) {
    terminal.write(`Checking ${file}\n`)
    try {
      const groups = readRules(await readText(disk, file), file, options)
      const count = groups.reduce((sum, group) => sum + group.rules.length, 0)
      const findings = /^(?:all|duplicate-rules)$/.test(options.lint) ? duplicateText(groups) : ''
      if (findings === '') terminal.write(`  SUCCESS: ${count} rules found\n`)
      else {
        terminal.writeError(`  FAILED:\nlint error ${findings}`)
        hasFindings = true
      }
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof OutsideError)) throw error
      hasFailed = true
      terminal.writeError(
        `  FAILED:\n${error instanceof UserError ? error.message : messageOf(error)}\n`,
      )
    }
    terminal.write('\n')
  }
  if (hasFailed) return 1
  return hasFindings && options.isLintFatal ? LINT_EXIT_CODE : 0
}

/** The reference's words for rules with the same name and labels; '' when there are none. */
function duplicateText(groups: readonly RuleGroupSettings[]): string {
  const seen = new Set<string>()
  const duplicates = new Map<string, string>()
  for (const { rules } of groups) {
    for (const { name, labels } of rules) {
      const key = `${name}\0${labels.key}`
      const lines = [...labels].map(([label, value]) => `\t${label}: ${value}\n`).join('')
      if (seen.has(key)) duplicates.set(key, `Metric: ${name}\nLabel(s):\n${lines}`)
      seen.add(key)
    }
  }
  if (duplicates.size === 0) return ''
  const list = [...duplicates.values()].join('')
  return `${duplicates.size} duplicate rule(s) found.\n${list}Might cause inconsistency while recording expressions\n`
}
