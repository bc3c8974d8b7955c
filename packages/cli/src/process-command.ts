// Runs a command line in this process.
import process from 'node:process'
import { type CommandEntry, runCommand } from './program.ts'

export function runInProcess(commands: readonly CommandEntry[]): void {
  void runCommand(commands, process.argv.slice(2), {
    environment: process.env,
    stdin: process.stdin,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    onSignal: (signal, handle) => void process.on(signal, handle),
    exit: (exitCode) => process.exit(exitCode),
    workingDirectory: process.cwd(),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  }).then((code) => {
    // Set, not called: what is still in the pipe gets out.
    process.exitCode = code
  })
}
