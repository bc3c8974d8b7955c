// Chunks of an answer on their way out, and back to where they were taken from.

import { Readable } from 'node:stream'
import type { ChunkPool } from './chunk-writer.ts'

/** Chunks that may still be on their way when another one is asked for: whoever takes them waits until they are out. */
const CHUNKS_OUT = 4

export class ChunkStream extends Readable {
  readonly #ready: (string | Buffer)[]
  readonly #rest: Iterator<string | Buffer, unknown, undefined>
  readonly #pool: ChunkPool | undefined
  readonly #out: (string | Buffer)[] = []

  /** @param ready  the first chunks; `rest` makes the others */
  constructor(
    ready: (string | Buffer)[],
    rest: Iterator<string | Buffer, unknown, undefined>,
    pool: ChunkPool | undefined,
  ) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#ready = ready
    this.#rest = rest
    this.#pool = pool
  }

  override _read(): void {
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
