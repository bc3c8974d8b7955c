// Bytes of an answer in chunks that go to the socket as they are.

import { CHUNK_BYTES, SPARE_CHUNKS } from './limits.ts'

/** Answers up to this size go out whole; those of dashboards hardly ever are larger. */
const WHOLE_BYTES = 65_536

/** Below this the call that writes a text takes longer than a loop. */
const SHORT_CHARS = 16

/** Likewise for bytes. */
const SHORT_BYTES = 48

/**
 * Where answers are written. Chunks that were sent are used again: left to the collector, tens of megabytes an answer
 * make it go over the whole heap every few queries.
 */
export class ChunkPool {
  /** Where answers begin. An answer lets others run only after it has left it. */
  readonly room: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(WHOLE_BYTES)
  readonly #free: ArrayBuffer[] = []

  take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes > CHUNK_BYTES) return Buffer.allocUnsafeSlow(bytes)
    const free = this.#free.pop()
    return free === undefined ? Buffer.allocUnsafeSlow(CHUNK_BYTES) : Buffer.from(free)
  }

  /** Takes back a chunk that nobody reads any more; anything that was not taken here is left alone. */
  give(chunk: unknown): void {
    if (!Buffer.isBuffer(chunk) || this.#free.length >= SPARE_CHUNKS) return
    const { buffer, byteOffset } = chunk
    if (byteOffset === 0 && buffer instanceof ArrayBuffer && buffer.byteLength === CHUNK_BYTES)
      this.#free.push(buffer)
  }
}

export class ChunkWriter {
  readonly #pool: ChunkPool
  #buffer: Buffer<ArrayBuffer>
  #isShared = true
  #length = 0
  readonly #full: Buffer[] = []

  constructor(pool: ChunkPool) {
    this.#pool = pool
    this.#buffer = pool.room
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
    const { length } = bytes
    this.#reserve(length)
    if (length > SHORT_BYTES) this.#buffer.set(bytes, this.#length)
    else for (let i = 0; i < length; i++) this.#buffer[this.#length + i] = bytes[i]!
    this.#length += length
  }

  byte(byte: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = byte
  }

  /** Whether `take` has any. */
  get isFull(): boolean {
    return this.#full.length > 0
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
      this.#buffer = this.#pool.take(this.#length + bytes)
      this.#buffer.set(filled)
      this.#isShared = false
      return
    }
    if (this.#length > 0) this.#full.push(filled)
    this.#buffer = this.#pool.take(bytes)
    this.#length = 0
  }
}
