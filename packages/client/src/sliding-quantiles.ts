// Quantiles over a sliding window: several streams that all take every observation and are emptied in turn.
// The oldest one, which answers, holds between (ageBuckets−1)/ageBuckets and all of the window.
import { QuantileStream, type QuantileTarget } from './quantile-stream.ts'

const BUFFER_COUNT = 500

interface SlidingQuantilesOptions {
  readonly targets: readonly QuantileTarget[]
  readonly maxAgeMs: number
  readonly ageBuckets: number
  /** Wall clock, ms. */
  readonly now: () => number
}

export class SlidingQuantiles {
  readonly #streams: readonly QuantileStream[]
  readonly #stepMs: number
  readonly #now: () => number
  readonly #buffer = new Float64Array(BUFFER_COUNT)
  #buffered = 0
  #head = 0
  #headEndsMs: number

  constructor(options: SlidingQuantilesOptions) {
    this.#streams = Array.from(
      { length: options.ageBuckets },
      () => new QuantileStream(options.targets),
    )
    this.#stepMs = options.maxAgeMs / options.ageBuckets
    this.#now = options.now
    this.#headEndsMs = options.now() + this.#stepMs
  }

  observe(value: number): void {
    this.#rotate()
    // NaN has no rank. It still shows in the sum.
    if (value !== value) return
    this.#buffer[this.#buffered++] = value
    if (this.#buffered === BUFFER_COUNT) this.#flush()
  }

  /** NaN when nothing was observed within the window. */
  query(quantile: number): number {
    this.#rotate()
    this.#flush()
    return this.#streams[this.#head]!.query(quantile)
  }

  /** What was observed before a step ended belongs to the streams of that time: flush first, then empty. */
  #rotate(): void {
    const nowMs = this.#now()
    if (nowMs < this.#headEndsMs) return
    this.#flush()
    const steps = Math.floor((nowMs - this.#headEndsMs) / this.#stepMs) + 1
    for (let i = 0; i < Math.min(steps, this.#streams.length); i++) {
      this.#streams[this.#head]!.clear()
      this.#head = (this.#head + 1) % this.#streams.length
    }
    this.#headEndsMs += steps * this.#stepMs
  }

  #flush(): void {
    if (this.#buffered === 0) return
    const sorted = this.#buffer.slice(0, this.#buffered).sort()
    for (const stream of this.#streams) stream.insert(sorted)
    this.#buffered = 0
  }
}
