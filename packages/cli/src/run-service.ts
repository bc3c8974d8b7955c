// Obeys signals as the reference does: the first SIGINT or SIGTERM ends in order, the second at once; SIGHUP reloads.
import type { Service } from '@pharos/server'
import type { Terminal } from './terminal.ts'

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
