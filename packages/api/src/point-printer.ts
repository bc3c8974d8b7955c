// Points of series as JSON bytes, printed by the kernel: 50 ns a point, where String(v) and joining texts take 300.

import { bug } from '@pharos/base'
import { type Kernel, PRINTED_BYTES, writeShortestPowers } from '@pharos/kernel'
import { isAbsent } from '@pharos/model'
import { ChunkPool, type ChunkWriter } from './chunk-writer.ts'
import { LabelBytes } from './label-bytes.ts'

/** Points printed at once; what the kernel keeps for them is 200 KB. */
const BLOCK = 2048
const HEAD_BYTES = 32
const POINT_BYTES = 64
/** The kernel's scratch behind the last point. */
const SLACK_BYTES = 96

const COMMA = 0x2c
const QUOTE = 0x22

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

  /**
   * Writes `,"runs":[[place,value,…],…]`, a run for the points of neighbouring steps, ABSENT ones left out; nothing when there is no
   * point. A point's place is how many steps it stands behind `startMs`.
   * @param times   ms since 1970, each a whole number of steps behind `startMs`
   * @param values  same length
   */
  writeRuns(
    times: Float64Array,
    values: Float64Array,
    startMs: number,
    stepMs: number,
    out: ChunkWriter,
  ): void {
    const { memory } = this.#kernel
    const room = this.#outAt + POINT_BYTES * (BLOCK - 1)
    let at = this.#outAt
    let nextPlace = -1
    for (let i = 0; i < times.length; i++) {
      const value = values[i]!
      if (value !== value && isAbsent(value)) continue
      const place = (times[i]! - startMs) / stepMs
      if (place !== nextPlace) {
        if (!Number.isInteger(place)) bug(`a point at ${times[i]} between steps of ${stepMs} ms`)
        out.bytes(memory.u8.subarray(this.#outAt, at))
        at = this.#outAt
        out.text(nextPlace < 0 ? `,"runs":[[${place}` : `],[${place}`)
      }
      nextPlace = place + 1
      memory.u8[at++] = COMMA
      at = this.#printJson(value, at)
      if (at < room) continue
      out.bytes(memory.u8.subarray(this.#outAt, at))
      at = this.#outAt
    }
    out.bytes(memory.u8.subarray(this.#outAt, at))
    if (nextPlace >= 0) out.text(']]')
  }

  /** What JSON has no number for becomes a text. @returns where it ends */
  #printJson(value: number, at: number): number {
    if (Number.isFinite(value)) return this.#kernel.printNumber(value, this.#powersAt, at)
    const { u8 } = this.#kernel.memory
    u8[at] = QUOTE
    const end = this.#kernel.printNumber(value, this.#powersAt, at + 1)
    u8[end] = QUOTE
    return end + 1
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
