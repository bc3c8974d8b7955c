// `pharos top`: how a running server is, in the terminal, again and again.

import { messageOf, OutsideError, UserError } from '@pharos/base'
import { createRealNet, realClock } from '@pharos/base/node'
import { createHttpClient } from '@pharos/http'
import { parseDuration } from '@pharos/model'
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { screenOf } from './screen.ts'
import { serverFacts } from './server-facts.ts'

interface TopOptions {
  readonly interval: string
  readonly rows: string
  readonly once?: boolean
}

const PIPE_COLUMNS = 200
/** To the upper left corner, and everything behind it away. */
const CLEAR = '\u001b[H\u001b[J'

export function fillTop(top: Command, terminal: Terminal, done: (code: number) => void): void {
  top
    .argument('[server]', 'the server, of Pharos or Prometheus', 'http://localhost:9090')
    .option('--interval <duration>', 'between two looks', '2s')
    .option('--rows <n>', 'of each list', '8')
    .option('--once', 'one look, as it is without a terminal')
    .action(async (server: string, options: TopOptions) =>
      done(await watch(server, options, terminal)),
    )
}

async function watch(server: string, options: TopOptions, terminal: Terminal): Promise<number> {
  const base = (server.includes('://') ? server : `http://${server}`).replace(/\/+$/, '')
  const rows = Number(options.rows)
  if (!Number.isInteger(rows) || rows < 1)
    throw new UserError(
      'flag/invalid',
      `--rows: wants a whole number from 1 on, has ${options.rows}`,
    )
  const intervalMs = parseDuration(options.interval)
  const isOnce = options.once === true || terminal.columns === undefined
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) terminal.onSignal(signal, () => stop.abort())
  const client = createHttpClient({ net: createRealNet(), clock: realClock })
  try {
    for (;;) {
      const text = await screen()
      if (stop.signal.aborted) return 0
      terminal.write(isOnce ? text : CLEAR + text)
      if (isOnce) return 0
      await realClock.sleep(intervalMs, stop.signal).catch(() => undefined)
    }
  } finally {
    client.close()
  }

  async function screen(): Promise<string> {
    try {
      return screenOf(await serverFacts(client, base), {
        server: base,
        nowMs: realClock.now(),
        columns: terminal.columns ?? PIPE_COLUMNS,
        rows,
        hasColors:
          terminal.columns !== undefined && (terminal.environment['NO_COLOR'] ?? '') === '',
      })
    } catch (error) {
      // Who watches a server wants to see it come back.
      if (isOnce || !(error instanceof OutsideError)) throw error
      return `${messageOf(error)}\n`
    }
  }
}
