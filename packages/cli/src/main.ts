// Where `bin/pharos.mjs` enters. Commands load their rooms when they run, so that `pharos --help` and
// `pharos promtool` do not pay for the server.
import { COMMANDS } from './commands.ts'
import { runInProcess } from './process-command.ts'

runInProcess(COMMANDS)
