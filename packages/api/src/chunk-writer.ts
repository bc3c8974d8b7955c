// Bytes of an answer in chunks that go to the socket as they are.

import { CHUNK_BYTES } from './limits.ts'

/** Answers up to this size go out whole; those of dashboards hardly ever are larger. */
const WHOLE_BYTES = 65_536

/** Below this the call that writes a text takes longer than a loop. */
const SHORT_CHARS = 16

/** Room that answers share while they are begun. An answer lets others run only after it has left it. */
export function sharedRoom(): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(WHOLE_BYTES)
}

export class ChunkWriter {
  #buffer: Buffer<ArrayBuffer>
  #isShared = true
  #length = 0
  readonly #full: Buffer[] = []

  /** @param room  of `sharedRoom` */
  constructor(room: Buffer<ArrayBuffer>) {
    this.#buffer = room
  }

  text(text: string): void {
    // No character takes more than three bytes a UTF-16 unit.
    this.#reserve(3 * text.length)
    if (text.length > SHORT_CHARS || !this.#short(text))
      this.#length += this.#buffer.write(text, this.#length)
  }

  /** A few bytes are written sooner than asked for. @returns false when it is not all ASCII */
  #short(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      this.#buffer[this.#length + i] = code
    }
    this.#length += text.length
    return true
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
    if (this.#length === 0) return
    const left = this.#buffer.subarray(0, this.#length)
    yield this.#isShared ? Buffer.from(left) : left
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const filled = this.#buffer.subarray(0, this.#length)
    if (this.#isShared) {
      this.#buffer = Buffer.allocUnsafe(Math.max(this.#length + bytes, CHUNK_BYTES))
      this.#buffer.set(filled)
      this.#isShared = false
      return
    }
    if (this.#length > 0) this.#full.push(filled)
    this.#buffer = Buffer.allocUnsafe(Math.max(bytes, CHUNK_BYTES))
    this.#length = 0
  }
}
