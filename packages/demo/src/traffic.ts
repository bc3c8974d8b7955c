// Workers that ask one after the other, as the fourth seed's test does.
import { background, type Logger, type Random } from '@pharos/base'
import type { HttpClient } from '@pharos/http'

interface TrafficOptions {
  readonly client: HttpClient
  readonly random: Random
  readonly log: Logger
  /** Requests at once. */
  readonly workers: number
  /** Gives the next URL. */
  readonly next: () => string
  /** Between two requests of one worker, ms. */
  readonly pauseMs: number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Asks until `signal` is aborted. Answers are thrown away, failures too: a service may be away. */
export function startTraffic(options: TrafficOptions, signal: AbortSignal): Promise<void> {
  const workers = Array.from({ length: options.workers }, () => work(options, signal))
  const all = Promise.all(workers).then(() => {})
  background('demo traffic', all, options.log)
  return all
}

const RETRY_MS = 500

async function work(options: TrafficOptions, signal: AbortSignal): Promise<void> {
  const { client, next, pauseMs, sleep, log } = options
  while (!signal.aborted) {
    let waitMs = pauseMs
    try {
      const answer = await client.request({ url: next(), timeoutMs: 10_000, signal })
      answer.release()
    } catch (error) {
      if (signal.aborted) return
      log.debug('a request of the demo failed', { err: String(error) })
      waitMs = RETRY_MS
    }
    // Aborted while it sleeps: the loop ends.
    if (waitMs > 0) await sleep(waitMs, signal).catch(() => {})
  }
}
