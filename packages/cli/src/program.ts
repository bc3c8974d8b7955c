import { BugError, messageOf, OutsideError, UserError } from '@pharos/base'
import { nodeFlags, SERVER_FLAGS, upFlags, VERSION } from '@pharos/server'
import { Command, CommanderError } from 'commander'
import { addFlags, withTwoDashes } from './flag-options.ts'
import { addPromtool } from './promtool.ts'
import { runNode, runServer, runUp } from './serve.ts'
import type { Terminal } from './terminal.ts'

/**
 * Runs one command line.
 * @returns the exit code: 0, or 1 with one line on standard error for everything that is not our bug
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = buildProgram(terminal, (exitCode) => (code = exitCode))
  try {
    await program.parseAsync(withTwoDashes(args), { from: 'user' })
    return code
  } catch (error) {
    return explain(error, terminal)
  }
}

function buildProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('pharos')
    .description('Prometheus-compatible monitoring in one command: try `pharos up`')
    .version(VERSION, '-v, --version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(try --help)')
    .configureOutput({ writeOut: terminal.write, writeErr: terminal.writeError })
    .helpCommand(true)

  const up = program
    .command('up')
    .description('server, host exporter and pages in one process, without configuration')
  const upValues = addFlags(up, upFlags(), terminal.environment)
  up.action(async () => done(await runUp(upValues, terminal)))

  const server = program
    .command('server')
    .description("the monitoring server, with Prometheus' flags")
  const serverValues = addFlags(server, SERVER_FLAGS, terminal.environment)
  server.action(async () => done(await runServer(serverValues, terminal)))

  const node = program.command('node').description("the host exporter, with node_exporter's flags")
  const nodeValues = addFlags(node, nodeFlags(), terminal.environment)
  node.action(async () => done(await runNode(nodeValues, terminal)))

  addPromtool(program, terminal, done)
  return program
}

function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode
  if (error instanceof UserError || error instanceof OutsideError) {
    terminal.writeError(`pharos: ${error.message}\n`)
    return 1
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  const hint =
    error instanceof BugError
      ? 'this is a defect in Pharos, please report it'
      : 'unexpected failure'
  terminal.writeError(`pharos: ${hint}\n${detail}\n`)
  return 1
}
