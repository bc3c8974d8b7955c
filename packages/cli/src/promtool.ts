import type { Command } from 'commander'
import { SYNTAX_FEATURES } from '@pharos/promql'
import { checkConfigFiles, checkMetricsPage } from './promtool-check.ts'
import { fillPromql } from './promtool-promql.ts'
import { queryInstant, queryRange } from './promtool-query.ts'
import { checkRuleFiles } from './promtool-rules.ts'
import { testRuleFiles } from './promtool-test-rules.ts'
import type { Terminal } from './terminal.ts'

/** `pharos promtool …`: the reference's commands, arguments, output and exit codes. */
export function fillPromtool(
  promtool: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  // What is an experiment in the reference is on here.
  promtool.option('--experimental', 'accepted').option('--enable-feature <names>', 'accepted')
  fillPromql(promtool, terminal, done)

  const check = promtool.command('check').description('check resources for validity')
  check
    .command('config')
    .description('check configuration files; all mistakes at once')
    .argument('<config-files...>')
    .option('--syntax-only', 'do not look at the files that are referred to')
    .option('--lint <checks>', 'accepted')
    .option('--lint-fatal', 'accepted')
    .option('--agent', 'accepted')
    .action(async (files: string[], options: { syntaxOnly?: boolean }) =>
      done(await checkConfigFiles(files, options.syntaxOnly === true, terminal)),
    )
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
  check
    .command('metrics')
    .description(
      'check a page of metrics from standard input, for example: curl -s URL/metrics | pharos promtool check metrics',
    )
    .option('--extended', 'accepted')
    .action(async () => done(await checkMetricsPage(terminal)))

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
            run: (options.run ?? []).map((pattern) => new RegExp(pattern)),
            ignoresUnknownKeys: options.ignoreUnknownFields === true,
          },
          terminal,
        ),
      ),
    )

  const query = promtool.command('query').description('query a server')
  query
    .command('instant')
    .description('the value of an expression at one time')
    .argument('<server>')
    .argument('<expr>')
    .option('--time <time>', 'RFC3339 or Unix seconds; now when missing')
    .option('-o, --format <format>', 'promql or json', 'promql')
    .action(async (server: string, expr: string, options: { time?: string; format: string }) =>
      done(await queryInstant(server, expr, options, terminal)),
    )
  query
    .command('range')
    .description('the values of an expression over a range of time')
    .argument('<server>')
    .argument('<expr>')
    .option('--start <time>', 'RFC3339 or Unix seconds; five minutes before the end when missing')
    .option('--end <time>', 'RFC3339 or Unix seconds; now when missing')
    .option('--step <duration>', 'step; a 250th of the range when missing')
    .option(
      '--header <name=value>',
      'further header',
      (text: string, all: string[] | undefined) => [...(all ?? []), text],
    )
    .option('-o, --format <format>', 'promql or json', 'promql')
    .action(
      async (
        server: string,
        expr: string,
        options: { start?: string; end?: string; step?: string; format: string },
      ) => done(await queryRange(server, expr, options, terminal)),
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
