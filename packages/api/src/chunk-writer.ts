// Bytes of an answer in chunks that go to the socket as they are.

import { CHUNK_BYTES } from './limits.ts'

export class ChunkWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0
  readonly #full: Buffer[] = []

  text(text: string): void {
    // No character takes more than three bytes a UTF-16 unit.
    this.#reserve(3 * text.length)
    this.#length += this.#buffer.write(text, this.#length)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Chunks that are full. */
  *take(): Generator<Buffer, void, undefined> {
    for (const chunk of this.#full) yield chunk
    this.#full.length = 0
  }

  /** What is left at the end. */
  *rest(): Generator<Buffer, void, undefined> {
    yield* this.take()
    if (this.#length > 0) yield this.#buffer.subarray(0, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    if (this.#length > 0) this.#full.push(this.#buffer.subarray(0, this.#length))
    this.#buffer = Buffer.allocUnsafe(Math.max(bytes, CHUNK_BYTES))
    this.#length = 0
  }
}

/** Most answers of dashboards fit this. */
const FIRST_BYTES = 16 * 1024
