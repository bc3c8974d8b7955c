import type { Command } from 'commander'
import { type CheckConfigFlags, checkConfigFiles, checkMetricsPage } from './promtool-check.ts'
import { fillPromql } from './promtool-promql.ts'
import { queryInstant, queryRange } from './promtool-query.ts'
import { addRuleCommands } from './promtool-rule-commands.ts'
import type { Terminal } from './terminal.ts'
import { addWriteBench } from './tsdb-write-bench.ts'
import { addRuleBackfill } from './tsdb-backfill-rules.ts'
import { importOpenMetrics } from './tsdb-import.ts'
import { addTsdbViews } from './tsdb-view.ts'

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
    .option('--lint <checks>', 'duplicate-rules, all or none', 'duplicate-rules')
    .option('--lint-fatal', 'exit code 3 when there are findings')
    .option('--ignore-unknown-fields', 'take keys in rule files that are not known')
    .option('--agent', 'refuse what an agent cannot do')
    .action(async (files: string[], options: CheckConfigFlags) =>
      done(await checkConfigFiles(files, options, terminal)),
    )
  check
    .command('metrics')
    .description(
      'check a page of metrics from standard input, for example: curl -s URL/metrics | pharos promtool check metrics',
    )
    .option('--extended', 'accepted')
    .action(async () => done(await checkMetricsPage(terminal)))

  addRuleCommands(promtool, check, terminal, done)

  addTsdbCommands(promtool, terminal, done)

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

function addTsdbCommands(
  promtool: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const tsdb = promtool.command('tsdb').description('run tsdb commands')
  addTsdbViews(tsdb, terminal, done)
  addWriteBench(tsdb, terminal, done)
  const from = tsdb
    .command('create-blocks-from')
    .description('import samples from input and produce blocks')
    .option('-r, --human-readable', 'accepted')
    .option('-q, --quiet', 'do not name the blocks')
  addRuleBackfill(from, terminal, done)
  from
    .command('openmetrics')
    .description('import samples from OpenMetrics input into a data directory of Pharos')
    .argument('<input file>')
    .argument('[output directory]', 'data directory', 'data/')
    .action(async (file: string, directory: string, _: unknown, command: Command) => {
      const { quiet } = command.optsWithGlobals<{ quiet?: boolean }>()
      const listener = quiet === true ? { ...terminal, write: () => {} } : terminal
      done(await importOpenMetrics(file, directory.replace(/(?<=.)\/+$/, ''), listener))
    })
}
