// Where `bin/pharos.mjs node` enters: a bundle of its own, in which there is nothing but the host exporter.
import { NODE_COMMAND } from './node-command.ts'
import { runInProcess } from './process-command.ts'

runInProcess([NODE_COMMAND])
