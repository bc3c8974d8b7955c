// Where `bin/pharos.mjs` enters. Commands load their rooms when they run, so that `pharos --help` and
// `pharos promtool` do not pay for the server.
import process from 'node:process'
import { runCommand } from './program.ts'

void runCommand(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  onSignal: (signal, handle) => void process.on(signal, handle),
  exit: (exitCode) => process.exit(exitCode),
  workingDirectory: process.cwd(),
}).then((code) => {
  // Set, not called: what is still in the pipe gets out.
  process.exitCode = code
})
