import type { ColumnPool } from './column-pool.ts'
import { tooMuchMemory } from './errors.ts'
import { POOLED_BYTES_MIN } from './limits.ts'

/** Where a query's memory stood when an operator began. */
interface MemoryMark {
  readonly bytes: number
  readonly rooms: number
}

/**
 * Estimates the bytes that a query holds: the columns of its frames and accumulators, and what a row costs
 * besides. What the store decodes goes through one small buffer and is left out. An operator's inputs count
 * until it has made its result; that is what the switchboard gives back with `settle`. Large columns come from a pool,
 * and go back there at the same time.
 */
export class MemoryMeter {
  current = 0
  peak = 0
  readonly #max: number
  readonly #pool: ColumnPool | undefined
  /** Of the pool, in the order in which they were taken, with their number. */
  readonly #rooms = new Map<ArrayBuffer, number>()
  #roomCount = 0

  /** @param maxBytes  0: no limit */
  constructor(maxBytes: number, pool?: ColumnPool) {
    this.#max = maxBytes === 0 ? Infinity : maxBytes
    this.#pool = pool
  }

  /** To be called before the bytes are allocated. @throws UserError `promql/too-much-memory` */
  take(bytes: number): void {
    this.current += bytes
    if (this.current > this.peak) this.peak = this.current
    if (this.current > this.#max) throw tooMuchMemory(this.current, this.#max)
  }

  give(bytes: number): void {
    this.current -= bytes
  }

  /** So many numbers, of whatever value. @throws UserError `promql/too-much-memory` */
  takeColumn(length: number): Float64Array<ArrayBuffer> {
    const bytes = 8 * length
    this.take(bytes)
    if (this.#pool === undefined || bytes < POOLED_BYTES_MIN) return new Float64Array(length)
    const room = this.#pool.take(bytes)
    this.#rooms.set(room, this.#roomCount++)
    return new Float64Array(room, 0, length)
  }

  /** Nobody looks at the column any more. */
  giveColumn({ buffer, byteLength }: Float64Array<ArrayBuffer>): void {
    this.give(byteLength)
    this.#giveRoom(buffer)
  }

  mark(): MemoryMark {
    return { bytes: this.current, rooms: this.#roomCount }
  }

  /** An operator is done: of all it took since `before` only its result remains. */
  settle(before: MemoryMark, keptBytes: number, kept: ArrayBuffer): void {
    this.current = before.bytes + keptBytes
    for (const [room, number] of this.#rooms) {
      if (number >= before.rooms && room !== kept) this.#giveRoom(room)
    }
  }

  /** The query is over: of its large columns only those of its answer remain. */
  giveAllBut(kept: ReadonlySet<ArrayBufferLike>): void {
    for (const room of this.#rooms.keys()) if (!kept.has(room)) this.#giveRoom(room)
  }

  #giveRoom(room: ArrayBuffer): void {
    if (this.#rooms.delete(room)) this.#pool?.give(room)
  }
}
