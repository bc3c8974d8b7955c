import { UserError } from '@pharos/base'
import type { QueryEngine } from '@pharos/api'
import type { QueryAnswer } from '@pharos/promql'
import type { Server } from './server.ts'

/**
 * The engine as the API sees it: at most `--query.max-concurrency` queries at once, the others wait in the order in
 * which they came, and each one's times are observed.
 */
export function timedEngine(server: Server): QueryEngine {
  const lane = new Lane(server.settings.flags.number('query.max-concurrency'))
  const { clock } = server.settings.world
  const timed = async (
    signal: AbortSignal | undefined,
    run: () => Promise<QueryAnswer>,
  ): Promise<QueryAnswer> => {
    const { observations } = server.parts
    const askedMs = clock.monotonicMs()
    await lane.enter(signal)
    const startedMs = clock.monotonicMs()
    observations.query((startedMs - askedMs) / 1000, 'queue_time')
    try {
      return await run()
    } finally {
      lane.leave()
      observations.query((clock.monotonicMs() - startedMs) / 1000, 'inner_eval')
    }
  }
  return {
    instant: (query, timeMs, options) =>
      timed(options?.signal, () => server.parts.engine.instant(query, timeMs, options)),
    range: (query, startMs, endMs, stepMs, options) =>
      timed(options?.signal, () =>
        server.parts.engine.range(query, startMs, endMs, stepMs, options),
      ),
  }
}

interface Waiting {
  readonly go: () => void
  readonly signal: AbortSignal | undefined
}

/** A gate for `width` at once. */
class Lane {
  readonly #width: number
  readonly #queue: Waiting[] = []
  #running = 0

  constructor(width: number) {
    this.#width = Math.max(1, width)
  }

  /** @throws UserError `promql/canceled` when the caller has gone before its turn */
  async enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#running < this.#width) {
      this.#running++
      return
    }
    await new Promise<void>((go) => this.#queue.push({ go, signal }))
    if (signal?.aborted !== true) return
    this.leave()
    throw new UserError('promql/canceled', 'query was canceled in query queue')
  }

  /** The next one takes over the place. */
  leave(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#running--
    else next.go()
  }
}
