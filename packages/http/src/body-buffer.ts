import { bodyTooLarge } from './client-errors.ts'
import { POOLED_BUFFER_BYTES_MAX, POOLED_BUFFERS_MAX } from './limits.ts'

/** Receive buffers that exist only while a request is in flight: one for each target would cost 260 B a series. */
export class BufferPool {
  readonly #free: Uint8Array[] = []

  take(minBytes: number): Uint8Array {
    const free = this.#free
    for (let i = free.length - 1; i >= 0; i--) {
      const buffer = free[i]!
      if (buffer.length >= minBytes) {
        free[i] = free[free.length - 1]!
        free.pop()
        return buffer
      }
    }
    let size = 16_384
    while (size < minBytes) size *= 2
    return new Uint8Array(size)
  }

  give(buffer: Uint8Array): void {
    if (buffer.length > POOLED_BUFFER_BYTES_MAX) return
    if (this.#free.length < POOLED_BUFFERS_MAX) this.#free.push(buffer)
  }
}

/** Where the parser puts a body. */
export interface BodySink {
  readonly length: number
  /** The body will have so many bytes in all, as far as is known now. */
  expect(totalBytes: number): void
  append(from: Uint8Array, start: number, end: number): void
}

/** A body while it arrives: grows by doubling inside pooled buffers and stops at its limit. */
export class BodyBuffer implements BodySink {
  readonly #pool: BufferPool
  #bytes: Uint8Array
  #length = 0
  #maxBytes: number

  constructor(pool: BufferPool, maxBytes: number) {
    this.#pool = pool
    this.#bytes = pool.take(0)
    this.#maxBytes = maxBytes
  }

  get length(): number {
    return this.#length
  }

  /** Makes room in one step for a body of known length. A liar's length costs nothing before its bytes arrive. */
  expect(totalBytes: number): void {
    if (totalBytes > this.#maxBytes) throw bodyTooLarge()
    if (totalBytes <= POOLED_BUFFER_BYTES_MAX) this.#reserve(totalBytes)
  }

  append(from: Uint8Array, start: number, end: number): void {
    const total = this.#length + (end - start)
    if (total > this.#maxBytes) throw bodyTooLarge()
    this.#reserve(total)
    this.#bytes.set(
      start === 0 && end === from.length ? from : from.subarray(start, end),
      this.#length,
    )
    this.#length = total
  }

  /** The bytes so far; a view that lives until `release`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  release(): void {
    if (this.#bytes.length > 0) this.#pool.give(this.#bytes)
    this.#bytes = NOTHING
    this.#length = 0
  }

  #reserve(total: number): void {
    if (total <= this.#bytes.length) return
    const larger = this.#pool.take(Math.max(total, this.#bytes.length * 2))
    larger.set(this.view())
    this.#pool.give(this.#bytes)
    this.#bytes = larger
  }
}

const NOTHING = new Uint8Array(0)
