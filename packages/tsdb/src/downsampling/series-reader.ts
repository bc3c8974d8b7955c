// Reads the rows of a group for one series after the other while they are thinned out.

import { ABSENT } from '@pharos/model'
import { Column } from '../querier.ts'
import { type GroupView, placesOf } from '../read/group-view.ts'
import type { SeriesRows } from './aggregated-column.ts'

/** The rows of a group: all of them, those that nobody has thinned out, those that somebody has. */
interface Views {
  readonly all: GroupView
  readonly fresh: GroupView
  readonly thinned: GroupView
  /** By aggregate. */
  readonly earlier: readonly GroupView[]
}

export class SeriesReader {
  /** Of the series that was read last. */
  readonly rows: SeriesRows
  /** Some sample of it is a native histogram: what nobody has thinned out of it stays as it is, and is not in `rows`. */
  hasHistograms = false
  /** It has a sample in each row. */
  isGapless = false
  readonly #views: Views
  readonly #own: Float64Array
  readonly #freshPlaces: Int32Array
  readonly #thinnedPlaces: Int32Array

  constructor(views: Views) {
    const { all, fresh, thinned, earlier } = views
    this.#views = views
    const { times } = all
    const steps = earlier[0]!.times
    const values = new Float64Array(times.length)
    this.rows = {
      times,
      values,
      fresh: thinned.times.length === 0 ? values : new Float64Array(times.length),
      earlier: { times: steps, columns: earlier.map(() => new Float64Array(steps.length)) },
    }
    this.#own = new Float64Array(times.length)
    this.#freshPlaces = placesOf(fresh.times, times)
    this.#thinnedPlaces = placesOf(thinned.times, times)
  }

  get fresh(): GroupView {
    return this.#views.fresh
  }

  read(series: number): void {
    const { values, fresh } = this.rows
    const flags = this.#views.all.readValues(series, values)
    this.hasHistograms = (flags & Column.histograms) !== 0
    this.isGapless = flags === Column.plain
    if (this.hasHistograms) {
      fresh.fill(ABSENT)
      this.#place(this.#views.thinned, series, this.#thinnedPlaces, values)
    } else if (fresh !== values) {
      this.#place(this.#views.fresh, series, this.#freshPlaces, fresh)
    }
  }

  readEarlier(series: number): void {
    this.#views.earlier.forEach((view, kind) => {
      view.readValues(series, this.rows.earlier.columns[kind]!)
    })
  }

  #place(view: GroupView, series: number, places: Int32Array, out: Float64Array): void {
    out.fill(ABSENT)
    if (places.length === 0) return
    view.readValues(series, this.#own)
    for (let i = 0; i < places.length; i++) out[places[i]!] = this.#own[i]!
  }
}
