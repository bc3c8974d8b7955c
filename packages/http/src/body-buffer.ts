import { bodyTooLarge } from './client-errors.ts'
import { POOLED_BUFFER_BYTES_MAX, POOLED_BYTES_MAX } from './limits.ts'

/** Receive buffers that exist only while a request is in flight: one for each target would cost 260 B a series. */
export class BufferPool {
  /** By size. */
  readonly #free: Uint8Array[] = []
  #freeBytes = 0

  /** The smallest free buffer that is large enough, or a new one. */
  take(minBytes: number): Uint8Array {
    const index = this.#free.findIndex((buffer) => buffer.length >= minBytes)
    if (index >= 0) {
      const [buffer] = this.#free.splice(index, 1)
      this.#freeBytes -= buffer!.length
      return buffer!
    }
    let size = 16_384
    while (size < minBytes) size *= 2
    return new Uint8Array(size)
  }

  /** What is too much goes smallest first: large ones serve for everything. */
  give(buffer: Uint8Array): void {
    if (buffer.length > POOLED_BUFFER_BYTES_MAX) return
    const index = this.#free.findIndex(({ length }) => length >= buffer.length)
    this.#free.splice(index < 0 ? this.#free.length : index, 0, buffer)
    this.#freeBytes += buffer.length
    while (this.#freeBytes > POOLED_BYTES_MAX) this.#freeBytes -= this.#free.shift()!.length
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
  #bytes: Uint8Array = NOTHING
  #length = 0
  #maxBytes: number

  constructor(pool: BufferPool, maxBytes: number) {
    this.#pool = pool
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
    if (this.#bytes.length > 0) this.#pool.give(this.#bytes)
    this.#bytes = larger
  }
}

const NOTHING = new Uint8Array(0)
