// Where one selector or range function works with the kernel: a column, a row and the steps' constants lie in the
// kernel's memory and are used again for each series.

import type { Kernel } from '@pharos/kernel'
import { Row } from './frame.ts'
import { KERNEL_COLUMN } from './limits.ts'

/** What one query has taken of the kernel's memory; given back when it ends, however it ends. */
export class KernelScratch {
  readonly kernel: Kernel
  readonly #taken = new Set<number>()
  #copyAt = 0
  #copyLength = 0

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  allocate(bytes: number): number {
    const at = this.kernel.memory.allocate(bytes)
    this.#taken.add(at)
    return at
  }

  free(at: number): void {
    this.#taken.delete(at)
    this.kernel.memory.free(at)
  }

  /** Where a row lies in the kernel's memory; one from elsewhere is copied to a place that the next one takes over. */
  addressOf(row: Row): number {
    if (row.address > 0) return row.address
    const { length } = row.values
    if (this.#copyLength < length) {
      if (this.#copyLength > 0) this.free(this.#copyAt)
      this.#copyAt = this.allocate(8 * (length + 1))
      this.#copyLength = length
    }
    this.kernel.memory.f64.set(row.values, this.#copyAt / 8)
    return this.#copyAt
  }

  close(): void {
    this.#copyLength = 0
    for (const at of this.#taken) this.kernel.memory.free(at)
    this.#taken.clear()
  }
}

/** A lane, when there is a kernel and the steps are few enough for it. */
export function laneOf(
  scratch: KernelScratch | undefined,
  stepCount: number,
): KernelLane | undefined {
  if (scratch === undefined || stepCount > KERNEL_COLUMN) return undefined
  return new KernelLane(scratch, stepCount)
}

export class KernelLane {
  readonly kernel: Kernel
  readonly stepCount: number
  /** Steps rounded up, as the kernel wants arrays. */
  readonly even: number
  readonly #scratch: KernelScratch
  /** Five f64 and two i32 for each step. */
  readonly constantsAt: number
  #columnAt = 0
  #capacity = 0
  #column: Float64Array<ArrayBuffer> = new Float64Array(0)
  readonly row: Row

  constructor(scratch: KernelScratch, stepCount: number) {
    this.kernel = scratch.kernel
    this.#scratch = scratch
    this.stepCount = stepCount
    this.even = stepCount + (stepCount & 1)
    this.constantsAt = scratch.allocate(48 * this.even)
    const rowAt = scratch.allocate(8 * this.even)
    this.row = Row.inKernel(this.kernel.memory, rowAt, stepCount)
  }

  get columnAt(): number {
    return this.#columnAt
  }

  /** Room for a column of so many values; valid until the kernel's memory grows, so ask for each series. */
  column(length: number): Float64Array<ArrayBuffer> {
    if (length > this.#capacity) {
      if (this.#capacity > 0) this.#scratch.free(this.#columnAt)
      this.#columnAt = this.#scratch.allocate(8 * length)
      this.#capacity = length
      this.#column = new Float64Array(0)
    }
    const { f64 } = this.kernel.memory
    if (this.#column.buffer !== f64.buffer || this.#column.length < length) {
      const from = this.#columnAt / 8
      this.#column = f64.subarray(from, from + this.#capacity)
    }
    this.row.renew()
    return this.#column
  }

  /** The sample of each step for `gatherLatest`, negative where there is none. */
  setLatest(latest: Int32Array): void {
    this.kernel.memory.i32.set(latest, this.constantsAt / 4)
  }

  /** From the column to the row. */
  gatherLatest(): void {
    this.kernel.rollLatest(this.#columnAt, this.constantsAt, this.stepCount, this.row.address)
  }

  close(): void {
    if (this.#capacity > 0) this.#scratch.free(this.#columnAt)
    this.#capacity = 0
    this.#scratch.free(this.constantsAt)
    this.#scratch.free(this.row.address)
  }
}
