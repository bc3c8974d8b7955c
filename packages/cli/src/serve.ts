// `pharos up`, `server`, `pushgateway` and `alertmanager`.
import {
  AGENT_FLAGS,
  PUSHGATEWAY_FLAGS,
  SERVER_FLAGS,
  startPushgateway,
  startServer,
  startUp,
  upFlags,
  ALERTMANAGER_FLAGS,
  startAlertmanager,
} from '@pharos/server'
import type { Command } from 'commander'
import { addFlags } from './flag-options.ts'
import { serve } from './run-service.ts'
import type { Terminal } from './terminal.ts'

type Done = (code: number) => void

export function fillServer(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, SERVER_FLAGS, terminal.environment)
  command.action(async () => done(await serve(await startServer(values, terminal), terminal)))
}

export function fillAgent(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, AGENT_FLAGS, terminal.environment)
  command.action(async () =>
    done(await serve(await startServer(values, terminal, AGENT_FLAGS), terminal)),
  )
}

export function fillPushgateway(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, PUSHGATEWAY_FLAGS, terminal.environment)
  command.action(async () => done(await serve(await startPushgateway(values), terminal)))
}

export function fillAlertmanager(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, ALERTMANAGER_FLAGS, terminal.environment)
  command.action(async () => done(await serve(await startAlertmanager(values), terminal)))
}

export function fillUp(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, upFlags(), terminal.environment)
  command.action(async () => {
    const service = await startUp(values, terminal)
    terminal.writeError(`\n  Pharos is up: ${service.url}\n\n`)
    done(await serve(service, terminal))
  })
}
