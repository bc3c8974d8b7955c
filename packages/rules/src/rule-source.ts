import { type Disk } from '@pharos/base'
import {
  matchingPaths,
  mistakeOf,
  readRuleFile,
  readText,
  type RuleFileOptions,
  type RuleGroupSettings,
} from '@pharos/config'
import { parseExpr } from '@pharos/promql'
import { checkTemplate } from '@pharos/template'
import { TEMPLATE_DEFINITIONS } from './alert-template.ts'

export interface RuleTextOptions {
  /** Flags of `--enable-feature`. */
  readonly features?: ReadonlySet<string>
  readonly nameScheme?: 'utf8' | 'legacy'
  readonly ignoresUnknownKeys?: boolean
}

/** The groups of one text, expressions and templates checked. @throws ConfigErrors with every mistake */
export function readRules(
  text: string,
  file: string,
  options: RuleTextOptions = {},
): readonly RuleGroupSettings[] {
  const checks: RuleFileOptions = {
    expressionMistake: (expr) =>
      mistakeOf(() => parseExpr(expr, { features: options.features ?? new Set() })),
    templateMistake: (template, name) =>
      mistakeOf(() => checkTemplate(TEMPLATE_DEFINITIONS + template, name)),
    ...(options.nameScheme !== undefined && { nameScheme: options.nameScheme }),
    ...(options.ignoresUnknownKeys !== undefined && {
      ignoresUnknownKeys: options.ignoresUnknownKeys,
    }),
  }
  return readRuleFile(text, file, checks)
}

/** The groups of all files that the patterns match, in their order. @throws ConfigErrors, OutsideError */
export async function loadRules(
  patterns: readonly string[],
  disk: Disk,
  options: RuleTextOptions = {},
): Promise<readonly RuleGroupSettings[]> {
  const groups: RuleGroupSettings[] = []
  const seen = new Set<string>()
  for (const pattern of patterns) {
    for (const path of await matchingPaths(disk, pattern)) {
      if (seen.has(path)) continue
      seen.add(path)
      groups.push(...readRules(await readText(disk, path), path, options))
    }
  }
  return groups
}
