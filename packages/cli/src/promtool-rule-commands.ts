import type { Command } from 'commander'
import { Regex } from '@pharos/model'
import { SYNTAX_FEATURES } from '@pharos/promql'
import { checkRuleFiles } from './promtool-rules.ts'
import { testRuleFiles } from './promtool-test-rules.ts'
import type { Terminal } from './terminal.ts'

/** `promtool check rules` and `promtool test rules`. */
export function addRuleCommands(
  promtool: Command,
  check: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  check
    .command('rules')
    .description('check rule files; all mistakes at once')
    .argument('<rule-files...>')
    .option('--lint <checks>', 'duplicate-rules, all or none', 'duplicate-rules')
    .option('--lint-fatal', 'exit code 3 when there are findings')
    .option('--ignore-unknown-fields', 'take keys that are not known')
    .action(async (files: string[], options: CheckRulesFlags) =>
      done(
        await checkRuleFiles(
          files,
          {
            lint: options.lint,
            isLintFatal: options.lintFatal === true,
            ignoresUnknownKeys: options.ignoreUnknownFields === true,
            features: new Set(SYNTAX_FEATURES),
          },
          terminal,
        ),
      ),
    )
  promtool
    .command('test')
    .description('unit tests')
    .command('rules')
    .description('run the tests of rule test files')
    .argument('<test-rule-files...>')
    .option('--run <regex>', 'only tests whose name matches', collected)
    .option('--ignore-unknown-fields', 'take keys in rule files that are not known')
    .option('--enable-feature <names>', 'feature flags', collected)
    .action(async (files: string[], options: TestRulesFlags) =>
      done(
        await testRuleFiles(
          files,
          {
            features: new Set([
              ...SYNTAX_FEATURES,
              ...(options.enableFeature ?? []).flatMap((names) => names.split(',')),
            ]),
            run: (options.run ?? []).map((pattern) => Regex.anchored(`.*(?:${pattern}).*`)),
            ignoresUnknownKeys: options.ignoreUnknownFields === true,
          },
          terminal,
        ),
      ),
    )
}

interface CheckRulesFlags {
  readonly lint: string
  readonly lintFatal?: boolean
  readonly ignoreUnknownFields?: boolean
}

interface TestRulesFlags {
  readonly run?: string[]
  readonly ignoreUnknownFields?: boolean
  readonly enableFeature?: string[]
}

function collected(text: string, all: string[] | undefined): string[] {
  return [...(all ?? []), text]
}
