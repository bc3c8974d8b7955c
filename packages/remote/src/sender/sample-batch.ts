// Samples that go out together: columns, in the order in which they were appended.
import type { Exemplar, NativeHistogram } from '@pharos/model'
import type { SentSeries } from './sent-series.ts'

export class SampleBatch {
  readonly series: SentSeries[] = []
  /** ms since 1970. */
  readonly times: Float64Array
  /** NaN with the payload of a stale marker says stale, as in the store. */
  readonly values: Float64Array
  /** By index; their value is not looked at. */
  readonly histograms: Map<number, NativeHistogram> = new Map()
  /** By index; these entries have no sample. */
  readonly exemplars: Map<number, Exemplar> = new Map()
  /** Entries so far. */
  count = 0
  minMs: number = Infinity
  maxMs: number = -Infinity

  /** @param capacity  entries that fit in */
  constructor(capacity: number) {
    this.times = new Float64Array(capacity)
    this.values = new Float64Array(capacity)
  }

  get isFull(): boolean {
    return this.count === this.times.length
  }

  add(series: SentSeries, tMs: number, value: number): void {
    const at = this.count++
    this.series.push(series)
    this.times[at] = tMs
    // A NaN keeps its payload from one Float64Array to another only bit by bit; `value` came from one.
    this.values[at] = value
    if (tMs < this.minMs) this.minMs = tMs
    if (tMs > this.maxMs) this.maxMs = tMs
  }

  addHistogram(series: SentSeries, tMs: number, histogram: NativeHistogram): void {
    this.histograms.set(this.count, histogram)
    this.add(series, tMs, 0)
  }

  addExemplar(series: SentSeries, exemplar: Exemplar, nowMs: number): void {
    const tMs = exemplar.timestampMs ?? nowMs
    this.exemplars.set(this.count, { ...exemplar, timestampMs: tMs })
    this.add(series, tMs, 0)
  }

  /** The older and the newer half of the entries, each in time order. */
  halves(): [SampleBatch, SampleBatch] {
    const order = Array.from({ length: this.count }, (_, i) => i)
    order.sort((a, b) => this.times[a]! - this.times[b]!)
    const middle = this.count >> 1
    return [this.#only(order.slice(0, middle)), this.#only(order.slice(middle))]
  }

  #only(entries: readonly number[]): SampleBatch {
    const part = new SampleBatch(entries.length)
    for (const i of entries) {
      const histogram = this.histograms.get(i)
      const exemplar = this.exemplars.get(i)
      if (histogram !== undefined) part.histograms.set(part.count, histogram)
      if (exemplar !== undefined) part.exemplars.set(part.count, exemplar)
      part.add(this.series[i]!, this.times[i]!, this.values[i]!)
    }
    return part
  }
}
