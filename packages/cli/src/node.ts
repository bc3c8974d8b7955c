// `pharos node`. Loads the host exporter and nothing else of the server: it runs on machines that have other things to do.
import { nodeFlags, startNode } from '@pharos/server/node'
import type { Command } from 'commander'
import { addFlags } from './flag-options.ts'
import { serve } from './run-service.ts'
import type { Terminal } from './terminal.ts'

export function fillNode(command: Command, terminal: Terminal, done: (code: number) => void): void {
  const values = addFlags(command, nodeFlags(), terminal.environment)
  command.action(async () => done(await serve(await startNode(values), terminal)))
}
