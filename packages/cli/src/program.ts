import { BugError, messageOf, OutsideError, UserError } from '@pharos/base'
import { VERSION } from '@pharos/server/version'
import { Command, CommanderError } from 'commander'
import { bareUnknown, withTwoDashes } from './flag-options.ts'
import type { Terminal } from './terminal.ts'

/** Fills a command with its flags, arguments and action. */
type Fill = (command: Command, terminal: Terminal, done: (code: number) => void) => void

export interface CommandEntry {
  readonly name: string
  readonly description: string
  /** The rooms of a command are loaded when it is the one that runs: promtool does not pay for the server. */
  readonly load: () => Promise<Fill>
}

/**
 * Runs one command line.
 * @returns the exit code: 0, or 1 with one line on standard error for everything that is not our bug
 */
export async function runCommand(
  commands: readonly CommandEntry[],
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let code = 0
  const words = withTwoDashes(args)
  try {
    const program = await buildProgram(commands, words, terminal, (exitCode) => (code = exitCode))
    const flagged = program.commands.find((one) => one.name() === commandName(words))
    const isFlat = flagged !== undefined && flagged.commands.length === 0
    await program.parseAsync(isFlat ? bareUnknown(words, flagged) : words, { from: 'user' })
    return code
  } catch (error) {
    return explain(error, terminal)
  }
}

/** The first word that is no flag: `up` in `pharos up`, `promtool` in `pharos promtool query instant URL up`. */
function commandName(words: readonly string[]): string | undefined {
  return words.find((word) => word !== 'help' && !word.startsWith('-'))
}

async function buildProgram(
  commands: readonly CommandEntry[],
  words: readonly string[],
  terminal: Terminal,
  done: (code: number) => void,
): Promise<Command> {
  const program = new Command('pharos')
    .description('Prometheus-compatible monitoring in one command: try `pharos up`')
    .version(VERSION, '-v, --version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(try --help)')
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
    })
    .helpCommand(true)
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.description)
    if (entry.name !== commandName(words)) continue
    const fill = await entry.load()
    fill(command, terminal, done)
  }
  return program
}

function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode
  if (error instanceof UserError || error instanceof OutsideError) {
    // The code is what docs/guide/errors.md is sorted by.
    terminal.writeError(`pharos: ${error.message} [${error.code}]\n`)
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
