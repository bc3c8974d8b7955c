// Chunks of an answer on their way out, and back to where they were taken from.

import { Readable } from 'node:stream'
import { type Clock, Pace } from '@pharos/base'
import type { ChunkPool } from './chunk-writer.ts'

/** Chunks that may still be on their way when another one is asked for: whoever takes them waits until they are out. */
const CHUNKS_OUT = 4

/** ms of work on one answer between two turns of the others. */
const SLICE_MS = 4

export class ChunkStream extends Readable {
  readonly #ready: (string | Buffer)[]
  readonly #rest: Iterator<string | Buffer, unknown, undefined>
  readonly #pace: Pace
  readonly #pool: ChunkPool | undefined
  readonly #out: (string | Buffer)[] = []

  /** @param ready  the first chunks; `rest` makes the others */
  constructor(
    ready: (string | Buffer)[],
    rest: Iterator<string | Buffer, unknown, undefined>,
    clock: Clock,
    pool: ChunkPool | undefined,
  ) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#ready = ready
    this.#rest = rest
    this.#pool = pool
    this.#pace = new Pace(clock, SLICE_MS)
  }

  override _read(): void {
    // A client that reads as fast as this is made would keep all others waiting.
    if (!this.#pace.isDue) this.#give()
    else this.#afterOthers().catch((error: unknown) => this.destroy(error as Error))
  }

  async #afterOthers(): Promise<void> {
    await this.#pace.rest()
    if (!this.destroyed) this.#give()
  }

  #give(): void {
    const chunk = this.#next()
    if (chunk === undefined) {
      this.push(null)
      return
    }
    this.#out.push(chunk)
    if (this.#out.length > CHUNKS_OUT) this.#pool?.give(this.#out.shift())
    this.push(chunk)
  }

  #next(): string | Buffer | undefined {
    const ready = this.#ready.shift()
    if (ready !== undefined) return ready
    const next = this.#rest.next()
    return next.done === true ? undefined : next.value
  }
}
