// `pharos up`, `server` and `node`: start, then obey signals as the reference does. The first SIGINT or
// SIGTERM ends in order, the second at once; SIGHUP reloads.
import type { FlagValues, Service } from '@pharos/server'
import { startNode, startServer, startUp } from '@pharos/server'
import type { Terminal } from './terminal.ts'

export async function runServer(values: FlagValues, terminal: Terminal): Promise<number> {
  return serve(await startServer(values, terminal), terminal)
}

export async function runNode(values: FlagValues, terminal: Terminal): Promise<number> {
  return serve(await startNode(values), terminal)
}

export async function runUp(values: FlagValues, terminal: Terminal): Promise<number> {
  const service = await startUp(values, terminal)
  terminal.writeError(`\n  Pharos is up: ${service.url}\n\n`)
  return serve(service, terminal)
}

async function serve(service: Service, terminal: Terminal): Promise<number> {
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
