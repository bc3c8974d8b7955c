// New samples of chosen series, batch by batch. A store says only that something has come, so it is asked what.

import type { Clock } from '@pharos/base'
import {
  formatValue,
  isSample,
  type Labels,
  type Matcher,
  type NativeHistogram,
} from '@pharos/model'
import { Column, type Querier, type Queryable, type SeriesGroup } from '@pharos/promql'
import { ApiError } from './api-error.ts'
import { histogramJson } from './histogram-json.ts'
import { LabelsJson } from './json-text.ts'
import { TAIL_POLL_MS, TAIL_REST_FACTOR, TAIL_SERIES, TAIL_WINDOW_MS } from './limits.ts'
import { timeText } from './time-text.ts'

export interface TailSource {
  readonly clock: Clock
  readonly queryable: Queryable
  /** Goes up when samples were appended. */
  appendedSamples(): number
}

export class Tail {
  readonly #source: TailSource
  readonly #sets: readonly (readonly Matcher[])[]
  readonly #json = new LabelsJson()
  /** Time of the newest sample that was told, by series. */
  #told = new Map<string, number>()
  #sinceMs: number

  /** Begins with what is newer than now. */
  constructor(source: TailSource, sets: readonly (readonly Matcher[])[]) {
    this.#source = source
    this.#sets = sets
    this.#sinceMs = source.clock.now()
  }

  /**
   * Tells batches, `[{"metric":{…},"values":[[s,"v"],…],"histograms":[[s,{…}],…]},…]`, until the signal comes.
   * @throws ApiError when too many series are selected by now
   */
  async run(tell: (json: string) => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#source
    let appended = -1
    let restMs = TAIL_POLL_MS
    while (!signal.aborted) {
      const now = this.#source.appendedSamples()
      if (now !== appended) {
        appended = now
        const beginMs = clock.monotonicMs()
        const batch = await this.#next()
        if (batch !== '') tell(batch)
        // However much is selected, others have their turn.
        restMs = Math.max(TAIL_POLL_MS, TAIL_REST_FACTOR * (clock.monotonicMs() - beginMs))
      }
      await clock.sleep(restMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  /** '' when nothing has come. @throws ApiError when too many series are selected */
  async #next(): Promise<string> {
    // A scrape is stored when it ends, under the time when it began.
    const endMs = this.#source.clock.now() + TAIL_WINDOW_MS
    const startMs = Math.max(this.#sinceMs, endMs - 2 * TAIL_WINDOW_MS)
    const told = new Map<string, number>()
    const pieces: string[] = []
    const querier = this.#source.queryable.querier(startMs, endMs)
    try {
      for (const matchers of this.#sets)
        await this.#read(querier, matchers, startMs, endMs, told, pieces)
    } finally {
      querier.close()
    }
    this.#told = told
    return pieces.length === 0 ? '' : `[${pieces.join(',')}]`
  }

  async #read(
    querier: Querier,
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
    told: Map<string, number>,
    pieces: string[],
  ): Promise<void> {
    const hints = { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
    const { groups } = await querier.select(matchers, hints)
    for (const group of groups) {
      const values = new Float64Array(group.times.length)
      for (let series = 0; series < group.seriesCount; series++) {
        const labels = group.labels(series)
        if (told.has(labels.key)) continue
        if (told.size === TAIL_SERIES)
          throw new ApiError('execution', `more than ${TAIL_SERIES} series are selected`)
        const sinceMs = this.#told.get(labels.key) ?? startMs - 1
        const fresh = this.#fresh(group, series, labels, values, sinceMs)
        if (fresh !== undefined) pieces.push(fresh.json)
        // Of the series itself: others of its group may have come sooner.
        told.set(labels.key, fresh?.lastMs ?? sinceMs)
      }
    }
  }

  /** What is newer than `sinceMs`; undefined when nothing is. */
  #fresh(
    group: SeriesGroup,
    series: number,
    labels: Labels,
    values: Float64Array,
    sinceMs: number,
  ): { readonly json: string; readonly lastMs: number } | undefined {
    const { times } = group
    const first = times.findIndex((timeMs) => timeMs > sinceMs)
    if (first < 0) return undefined
    let lastMs = sinceMs
    const told = (i: number, json: string): string => {
      lastMs = Math.max(lastMs, times[i]!)
      return `[${timeText(times[i]!)},${json}]`
    }
    const hasHistograms = (group.readValues(series, values) & Column.histograms) !== 0
    const floats: string[] = []
    for (let i = first; i < times.length; i++)
      if (isSample(values[i]!)) floats.push(told(i, `"${formatValue(values[i]!)}"`))
    const histograms: string[] = []
    if (hasHistograms) {
      const found = Array.from<NativeHistogram | undefined>({ length: times.length })
      group.readHistograms(series, found)
      for (let i = first; i < times.length; i++)
        if (found[i] !== undefined) histograms.push(told(i, histogramJson(found[i]!)))
    }
    if (floats.length + histograms.length === 0) return undefined
    const floatsJson = floats.length === 0 ? '' : `,"values":[${floats.join(',')}]`
    const histogramsJson = histograms.length === 0 ? '' : `,"histograms":[${histograms.join(',')}]`
    const json = `{"metric":${this.#json.of(labels)}${floatsJson}${histogramsJson}}`
    return { json, lastMs }
  }
}
