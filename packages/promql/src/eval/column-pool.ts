// Memory of large columns, used again from query to query. Fresh memory is zeroed by the operating system page by page,
// which takes longer than the rates that are written there, and megabytes of it make the collector go over the whole
// heap every few queries. What lies here unused is the collector's to take.

import { POOLED_BYTES_MAX } from './limits.ts'

interface Free {
  readonly bytes: number
  readonly room: WeakRef<ArrayBuffer>
}

export class ColumnPool {
  /** What was given back last comes last. */
  #free: Free[] = []
  #bytes = 0

  /** At least so many bytes, holding whatever was there before. */
  take(bytes: number): ArrayBuffer {
    const wanted = sizeFor(bytes)
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const free = this.#free[i]!
      const room = free.room.deref()
      if (room !== undefined && free.bytes !== wanted) continue
      this.#free.splice(i, 1)
      this.#bytes -= free.bytes
      if (room !== undefined) return room
    }
    return new ArrayBuffer(wanted)
  }

  /** Takes back what `take` returned; nobody may look at it any more. */
  give(room: ArrayBuffer): void {
    const bytes = room.byteLength
    this.#free.push({ bytes, room: new WeakRef(room) })
    this.#bytes += bytes
    while (this.#bytes > POOLED_BYTES_MAX) this.#bytes -= this.#free.shift()!.bytes
  }
}

/** Four sizes between one power of two and the next, so that queries of about one size find each other's memory. */
function sizeFor(bytes: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(bytes)) - 2)
  return Math.ceil(bytes / unit) * unit
}
