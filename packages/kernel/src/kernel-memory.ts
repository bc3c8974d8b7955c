// The memory that kernel functions and their callers share, with the simplest allocator that can free: first fit in
// a list of free pieces. Callers allocate a few hundred pieces, for templates and scratch, never for a sample.

/** Behind every allocation: 16-byte reads and 8-byte writes of kernels may run over its end. */
const SLACK_BYTES = 16
const ALIGNMENT = 16
const PAGE_BYTES = 65_536
/** Addresses are 32 bits, and pointers stay positive in twins. */
const MEMORY_BYTES_MAX = 2 ** 31 - PAGE_BYTES

interface Piece {
  at: number
  bytes: number
}

export class KernelMemory {
  u8!: Uint8Array<ArrayBuffer>
  u32!: Uint32Array<ArrayBuffer>
  i32!: Int32Array<ArrayBuffer>
  f64!: Float64Array<ArrayBuffer>
  view!: DataView<ArrayBuffer>
  /** Makes the memory at least so large and returns it whole. */
  readonly #grow: (bytes: number) => ArrayBuffer
  /** By address, no two adjacent. */
  readonly #free: Piece[] = []
  readonly #taken = new Map<number, number>()
  #end: number

  /** @param heapBase  bytes below it belong to the module */
  constructor(grow: (bytes: number) => ArrayBuffer, heapBase: number) {
    this.#grow = grow
    this.#end = roundUp(heapBase, ALIGNMENT)
    this.#see(grow(this.#end))
  }

  /**
   * Room for so many bytes, at a multiple of 16, holding what was there before. The views may be new afterwards.
   * @throws RangeError when 2 GiB are used up
   */
  allocate(bytes: number): number {
    const need = roundUp(bytes + SLACK_BYTES, ALIGNMENT)
    const index = this.#free.findIndex((piece) => piece.bytes >= need)
    const piece = this.#free[index]
    let at = this.#end
    if (piece !== undefined) {
      at = piece.at
      piece.at += need
      piece.bytes -= need
      if (piece.bytes === 0) this.#free.splice(index, 1)
    } else {
      this.#end += need
      if (this.#end > this.u8.length) this.#extend()
    }
    this.#taken.set(at, need)
    return at
  }

  /** Gives back what `allocate` returned. */
  free(at: number): void {
    const bytes = this.#taken.get(at)
    if (bytes === undefined) throw new RangeError(`kernel memory: ${at} is not allocated`)
    this.#taken.delete(at)
    let index = this.#free.findIndex((piece) => piece.at > at)
    if (index < 0) index = this.#free.length
    const before = this.#free[index - 1]
    const after = this.#free[index]
    const touchesBefore = before !== undefined && before.at + before.bytes === at
    const touchesAfter = after !== undefined && at + bytes === after.at
    if (touchesBefore) {
      before.bytes += bytes + (touchesAfter ? after.bytes : 0)
      if (touchesAfter) this.#free.splice(index, 1)
    } else if (touchesAfter) {
      after.at = at
      after.bytes += bytes
    } else {
      this.#free.splice(index, 0, { at, bytes })
    }
  }

  #extend(): void {
    if (this.#end > MEMORY_BYTES_MAX) {
      throw new RangeError(`kernel memory: ${this.#end} bytes wanted, at most ${MEMORY_BYTES_MAX}`)
    }
    const wanted = Math.max(this.#end, Math.min(this.u8.length * 2, this.u8.length + (16 << 20)))
    this.#see(this.#grow(Math.min(MEMORY_BYTES_MAX, roundUp(wanted, PAGE_BYTES))))
  }

  #see(buffer: ArrayBuffer): void {
    this.u8 = new Uint8Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.view = new DataView(buffer)
  }
}

function roundUp(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to
}
