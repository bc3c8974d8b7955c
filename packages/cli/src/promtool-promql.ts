// `promtool promql …`: printing, changing and judging queries.

import { UserError } from '@pharos/base'
import type { MatchType } from '@pharos/model'
import {
  deleteLabelMatchers,
  type Expr,
  type LintFinding,
  lintExpr,
  NO_KNOWLEDGE,
  parseExpr,
  prettyExpr,
  setLabelMatcher,
  SYNTAX_FEATURES,
} from '@pharos/promql'
import type { Command } from 'commander'
import { askServer } from './promtool-query.ts'
import type { Terminal } from './terminal.ts'

const MATCH_TYPES: readonly MatchType[] = ['=', '!=', '=~', '!~']
/** As `check metrics`: parsed, but not as it should be. */
const LINT_EXIT_CODE = 3

export function fillPromql(
  promtool: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const promql = promtool.command('promql').description('format, edit and lint queries')
  promql
    .command('format')
    .description('the query in pretty printed form')
    .argument('<query>')
    .action((query: string) => {
      print(parsed(query), terminal)
      done(0)
    })
  const labels = promql
    .command('label-matchers')
    .description('edit the label matchers within a query')
  labels
    .command('set')
    .description('set a label matcher in every selector of the query')
    .option('-t, --type <type>', 'type of the matcher: =, !=, =~ or !~', '=')
    .argument('<query>')
    .argument('<name>')
    .argument('<value>')
    .action((query: string, name: string, value: string, options: { type: string }) => {
      const type = MATCH_TYPES.find((one) => one === options.type)
      if (type === undefined)
        throw new UserError(
          'promtool/argument',
          `--type wants one of ${MATCH_TYPES.join(', ')}, has ${JSON.stringify(options.type)}`,
        )
      print(setLabelMatcher(parsed(query), type, name, value), terminal)
      done(0)
    })
  labels
    .command('delete')
    .description('delete a label from every selector of the query')
    .argument('<query>')
    .argument('<name>')
    .action((query: string, name: string) => {
      print(deleteLabelMatchers(parsed(query), name), terminal)
      done(0)
    })
  promql
    .command('lint')
    .description('find probable mistakes; with a server also those that only its data show')
    .option('--server <url>', 'server whose metrics the query is for')
    .argument('<query>')
    .action(async (query: string, options: { server?: string }) =>
      done(await lint(query, options.server, terminal)),
    )
}

/** The text alone decides what parses, not a server's flags. */
function parsed(query: string): Expr {
  return parseExpr(query, { features: new Set(SYNTAX_FEATURES) })
}

function print(expr: Expr, terminal: Terminal): void {
  terminal.write(`${prettyExpr(expr)}\n`)
}

async function lint(
  query: string,
  server: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const local = lintExpr(parsed(query), NO_KNOWLEDGE)
  const findings = server === undefined ? local : await remoteFindings(server, query)
  for (const { code, message, position } of findings)
    terminal.write(`${position.start}-${position.end} ${code}: ${message}\n`)
  return findings.length === 0 ? 0 : LINT_EXIT_CODE
}

async function remoteFindings(server: string, query: string): Promise<readonly LintFinding[]> {
  const answer = await askServer(server, 'lint', { query })
  if (answer.status !== 'success' || !Array.isArray(answer.data))
    throw new UserError(
      'promtool/query',
      `query error: ${answer.error ?? 'the server cannot lint'}`,
    )
  // The shape is /api/v1/lint's.
  return answer.data as readonly LintFinding[]
}
