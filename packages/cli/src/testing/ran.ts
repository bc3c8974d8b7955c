// A command as a shell runs it, with what it wrote.
import { COMMANDS } from '../commands.ts'
import { runCommand } from '../program.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** @param environment  of the process */
export async function ran(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const texts = { out: '', err: '' }
  const code = await runCommand(COMMANDS, [...words], {
    environment,
    stdin: (async function* () {})(),
    workingDirectory: '/',
    columns: undefined,
    write: (text) => void (texts.out += text),
    writeError: (text) => void (texts.err += text),
    onSignal: () => {},
    exit: () => {},
  })
  return { code, ...texts }
}
