import type { NativeHistogram } from '@pharos/model'

/** Samples with times of their own, in columns, waiting for the end of their body. Reused from scrape to scrape. */
export class TimedSamples {
  count = 0
  /** Entry of the series cache. */
  entry: Int32Array = new Int32Array(16)
  /** ms since 1970. */
  timeMs: Float64Array = new Float64Array(16)
  value: Float64Array = new Float64Array(16)
  /** By index; most have none. */
  readonly histogram: Map<number, NativeHistogram> = new Map()

  push(entry: number, timeMs: number, value: number, histogram?: NativeHistogram): void {
    const i = this.count
    if (i === this.entry.length) this.#grow()
    this.entry[i] = entry
    this.timeMs[i] = timeMs
    this.value[i] = value
    if (histogram !== undefined) this.histogram.set(i, histogram)
    this.count = i + 1
  }

  clear(): void {
    this.count = 0
    this.histogram.clear()
  }

  #grow(): void {
    const { entry, timeMs, value } = this
    this.entry = new Int32Array(entry.length * 2)
    this.timeMs = new Float64Array(entry.length * 2)
    this.value = new Float64Array(entry.length * 2)
    this.entry.set(entry)
    this.timeMs.set(timeMs)
    this.value.set(value)
  }
}
