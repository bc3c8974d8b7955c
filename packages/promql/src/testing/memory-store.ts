// A store for tests: samples in plain arrays. Series that were loaded together share a time column, so the
// evaluator sees gaps; everything outside the asked time range is withheld, so wrong hints show.

import { ABSENT, compareText, Labels, type Matcher, type NativeHistogram } from '@pharos/model'
import { wasReset } from '../eval/histogram/compare.ts'
import {
  Column,
  type LabelList,
  type Querier,
  type Queryable,
  type SelectHints,
  type Selection,
  type SeriesGroup,
} from '../queryable.ts'

/** A float, or a histogram. */
export type StoredValue = number | NativeHistogram

interface StoredSeries {
  readonly labels: Labels
  readonly batch: string
  readonly samples: Map<number, StoredValue>
  /** Start times by sample time, ms. */
  readonly starts: Map<number, number>
}

export class MemoryStore implements Queryable {
  readonly #series = new Map<string, StoredSeries>()
  /** Every select so far, for tests that look at hints. */
  readonly selects: { matchers: readonly Matcher[]; hints: SelectHints }[] = []

  /**
   * Adds a sample; one at the same time is replaced.
   * @param timeMs  ms since 1970, in any order
   * @param value   a float (STALE marks the end of a series) or a histogram
   * @param batch    series of one batch share a time column
   * @param startMs  when the counter started, 0 when that is not known
   */
  append(labels: Labels, timeMs: number, value: StoredValue, batch = '', startMs = 0): void {
    let series = this.#series.get(labels.key)
    if (series === undefined) {
      series = { labels, batch, samples: new Map(), starts: new Map() }
      this.#series.set(labels.key, series)
    }
    series.samples.set(timeMs, value)
    if (startMs !== 0) series.starts.set(timeMs, startMs)
  }

  get seriesCount(): number {
    return this.#series.size
  }

  /**
   * Gives counter histograms the hints that a store of chunks gives on reading: `not_reset` right after a
   * histogram that it continues, `unknown` everywhere else.
   */
  settleResetHints(): void {
    for (const { samples } of this.#series.values()) {
      let before: NativeHistogram | undefined
      for (const [timeMs, value] of [...samples].sort((a, b) => a[0] - b[0])) {
        if (typeof value === 'number') before = undefined
        else if (value.counterResetHint !== 'gauge') {
          const continues = before !== undefined && !wasReset(asUnknown(value), before)
          const counterResetHint = continues ? 'not_reset' : 'unknown'
          samples.set(timeMs, { ...value, counterResetHint })
          before = value
        } else before = undefined
      }
    }
  }

  querier(minMs: number, maxMs: number): Querier {
    return {
      select: (matchers, hints) => Promise.resolve(this.#select(matchers, hints, minMs, maxMs)),
      labelNames: (matchers, limit) =>
        Promise.resolve(
          list(
            this.#matching(matchers).flatMap((s) => [...s.labels].map(([name]) => name)),
            limit,
          ),
        ),
      labelValues: (name, matchers, limit) =>
        Promise.resolve(
          list(
            this.#matching(matchers)
              .map((s) => s.labels.get(name))
              .filter((value) => value !== ''),
            limit,
          ),
        ),
      close: () => undefined,
    }
  }

  #matching(matchers: readonly Matcher[]): StoredSeries[] {
    return [...this.#series.values()]
      .filter((s) => matchers.every((m) => m.matches(s.labels.get(m.name))))
      .sort((a, b) => Labels.compare(a.labels, b.labels))
  }

  #select(
    matchers: readonly Matcher[],
    hints: SelectHints,
    minMs: number,
    maxMs: number,
  ): Selection {
    this.selects.push({ matchers, hints })
    const fromMs = Math.max(minMs, hints.startMs)
    const toMs = Math.min(maxMs, hints.endMs)
    const batches = new Map<string, StoredSeries[]>()
    for (const series of this.#matching(matchers)) {
      const batch = batches.get(series.batch)
      if (batch === undefined) batches.set(series.batch, [series])
      else batch.push(series)
    }
    const groups = [...batches.values()].map((batch) => new MemoryGroup(batch, fromMs, toMs))
    return { groups, warnings: [] }
  }
}

/** An explicit reset stays one; anything else has to be found out. */
function asUnknown(h: NativeHistogram): NativeHistogram {
  return h.counterResetHint === 'reset' ? h : { ...h, counterResetHint: 'unknown' }
}

class MemoryGroup implements SeriesGroup {
  readonly times: Float64Array
  readonly #series: readonly StoredSeries[]

  constructor(series: readonly StoredSeries[], fromMs: number, toMs: number) {
    this.#series = series
    const times = new Set<number>()
    for (const { samples } of series) {
      for (const timeMs of samples.keys()) if (timeMs >= fromMs && timeMs <= toMs) times.add(timeMs)
    }
    this.times = Float64Array.from(times).sort()
  }

  get seriesCount(): number {
    return this.#series.length
  }

  labels(series: number): Labels {
    return this.#series[series]!.labels
  }

  readValues(series: number, out: Float64Array): number {
    const { samples } = this.#series[series]!
    let bits: number = Column.plain
    for (let i = 0; i < this.times.length; i++) {
      const value = samples.get(this.times[i]!)
      if (typeof value === 'number') {
        out[i] = value
        if (value !== value) bits |= Column.specials
      } else {
        out[i] = ABSENT
        bits |= value === undefined ? Column.specials : Column.specials | Column.histograms
      }
    }
    return bits
  }

  readStartTimes(series: number, out: Float64Array): void {
    const { starts } = this.#series[series]!
    for (let i = 0; i < this.times.length; i++) out[i] = starts.get(this.times[i]!) ?? 0
  }

  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void {
    const { samples } = this.#series[series]!
    for (let i = 0; i < this.times.length; i++) {
      const value = samples.get(this.times[i]!)
      out[i] = typeof value === 'object' ? value : undefined
    }
  }
}

function list(texts: readonly string[], limit: number): LabelList {
  const values = [...new Set(texts)].sort(compareText)
  return { values: limit === 0 ? values : values.slice(0, limit), warnings: [] }
}
