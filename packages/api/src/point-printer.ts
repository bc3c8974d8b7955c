// Points of series as JSON bytes, printed by the kernel: 50 ns a point, where String(v) and joining texts take 300.

import { type Kernel, PRINTED_BYTES, writeShortestPowers } from '@pharos/kernel'
import { ChunkPool, type ChunkWriter } from './chunk-writer.ts'
import { LabelBytes } from './label-bytes.ts'

/** Points printed at once; what the kernel keeps for them is 200 KB. */
const BLOCK = 2048
const HEAD_BYTES = 32
const POINT_BYTES = 64
/** The kernel's scratch behind the last point. */
const SLACK_BYTES = 96

export class PointPrinter {
  readonly pool: ChunkPool = new ChunkPool()
  readonly labels: LabelBytes = new LabelBytes()
  readonly #kernel: Kernel
  readonly #powersAt: number
  readonly #textsAt: number
  readonly #headsAt: number
  readonly #rowAt: number
  readonly #outAt: number
  /** Whose heads are there: the series of a range query nearly always share their times. */
  #times: Float64Array | undefined = undefined
  #from = 0
  #to = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#powersAt = writeShortestPowers(kernel)
    this.#textsAt = kernel.memory.allocate(PRINTED_BYTES)
    kernel.memory.u8.fill(0, this.#textsAt, this.#textsAt + PRINTED_BYTES)
    this.#headsAt = kernel.memory.allocate(HEAD_BYTES * BLOCK)
    this.#rowAt = kernel.memory.allocate(8 * BLOCK)
    this.#outAt = kernel.memory.allocate(POINT_BYTES * BLOCK + SLACK_BYTES)
  }

  /**
   * Writes `,"values":[[time,"value"],…]` of all points but those that are ABSENT when there are any.
   * @param times   ms since 1970
   * @param values  same length
   */
  write(times: Float64Array, values: Float64Array, out: ChunkWriter): void {
    const { memory } = this.#kernel
    let any = false
    for (let from = 0; from < times.length; from += BLOCK) {
      const to = Math.min(times.length, from + BLOCK)
      this.#setHeads(times, from, to)
      memory.f64.set(
        from === 0 && to === values.length ? values : values.subarray(from, to),
        this.#rowAt / 8,
      )
      const end = this.#kernel.printPoints(
        this.#rowAt,
        to - from,
        this.#headsAt,
        this.#powersAt,
        this.#textsAt,
        this.#outAt,
      )
      if (end === this.#outAt) continue
      if (!any) out.text(',"values":[')
      // Each point brings its comma; the first one of all does without.
      out.bytes(memory.u8.subarray(this.#outAt + (any ? 0 : 1), end))
      any = true
    }
    if (any) out.text(']')
  }

  #setHeads(times: Float64Array, from: number, to: number): void {
    if (this.#times === times && this.#from === from && this.#to === to) return
    // Where the row goes later.
    this.#kernel.memory.f64.set(times.subarray(from, to), this.#rowAt / 8)
    this.#kernel.printHeads(this.#rowAt, to - from, this.#headsAt, this.#outAt)
    this.#times = times
    this.#from = from
    this.#to = to
  }
}
