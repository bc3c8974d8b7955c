// `pharos up`, `server`, `node` and `pushgateway`: start, then obey signals as the reference does. The first SIGINT or
// SIGTERM ends in order, the second at once; SIGHUP reloads.
import type { Service } from '@pharos/server'
import {
  AGENT_FLAGS,
  nodeFlags,
  PUSHGATEWAY_FLAGS,
  SERVER_FLAGS,
  startNode,
  startPushgateway,
  startServer,
  startUp,
  upFlags,
  ALERTMANAGER_FLAGS,
  startAlertmanager,
} from '@pharos/server'
import type { Command } from 'commander'
import { addFlags } from './flag-options.ts'
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

export function fillNode(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, nodeFlags(), terminal.environment)
  command.action(async () => done(await serve(await startNode(values), terminal)))
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

/** Runs a service until a signal ends it. @returns the exit code */
export async function serve(service: Service, terminal: Terminal): Promise<number> {
  let stops = 0
  const stop = (signal: string): void => {
    stops++
    if (stops > 1) terminal.exit(1)
    service.quit(`received ${signal}`)
  }
  terminal.onSignal('SIGINT', () => stop('SIGINT'))
  terminal.onSignal('SIGTERM', () => stop('SIGTERM'))
  terminal.onSignal('SIGHUP', () => service.reload())
  return service.ended
}
