// The same series from several places as one: where two have a sample of one time, the earlier place wins.
//
// Groups of the first place keep their order; those with a series that another place has too get the union of the times.
// A series' column is put together when it is asked for, so that nothing is copied that the query does not look at.

import { ABSENT, isSample, isStale, type Labels, type NativeHistogram } from '@pharos/model'
import { Column, type SeriesGroup } from '@pharos/tsdb'

interface Piece {
  readonly group: SeriesGroup
  readonly series: number
}

/** @param places  groups by place, the one that wins first; within a place every series is there once */
export function mergedGroups(places: readonly (readonly SeriesGroup[])[]): readonly SeriesGroup[] {
  const filled = places.filter((groups) => groups.length > 0)
  if (filled.length <= 1) return filled[0] ?? []
  const pieces = new Map<string, Piece[]>()
  for (const groups of filled) {
    for (const group of groups) {
      for (let series = 0; series < group.seriesCount; series++) {
        const { key } = group.labels(series)
        const known = pieces.get(key)
        if (known === undefined) pieces.set(key, [{ group, series }])
        else known.push({ group, series })
      }
    }
  }
  return filled.flat().flatMap((group): SeriesGroup[] => {
    const own: Piece[][] = []
    let isAlone = true
    for (let series = 0; series < group.seriesCount; series++) {
      const all = pieces.get(group.labels(series).key)!
      // A series stands in the group of the first place that has it.
      if (all[0]!.group !== group || all[0]!.series !== series) isAlone = false
      else own.push(all)
      if (all.length > 1) isAlone = false
    }
    if (isAlone) return [group]
    return own.length === 0 ? [] : [new MergedGroup(own)]
  })
}

class MergedGroup implements SeriesGroup {
  readonly times: Float64Array
  readonly downsampled: SeriesGroup['downsampled']
  readonly #series: readonly (readonly Piece[])[]
  /** Where the times of a group of pieces stand among ours. */
  readonly #places = new Map<SeriesGroup, Int32Array>()
  #scratch = new Float64Array(0)
  readonly #cells: (NativeHistogram | undefined)[] = []

  constructor(series: readonly (readonly Piece[])[]) {
    this.#series = series
    const groups = new Set(series.flat().map((piece) => piece.group))
    this.times = unionOf([...groups].map((group) => group.times))
    for (const group of groups) this.#places.set(group, placesOf(group.times, this.times))
    const spans = [...groups].flatMap((group) => group.downsampled?.spans ?? [])
    if (spans.length === 0) return
    this.downsampled = {
      spans,
      readCounts: (one, out) => this.#readBeside(one, out, readCounts),
      readLost: (one, out) =>
        this.#readBeside(one, out, ({ group, series: at }, beside) => {
          if (group.downsampled === undefined) beside.fill(0, 0, group.times.length)
          else group.downsampled.readLost(at, beside)
        }),
    }
  }

  get seriesCount(): number {
    return this.#series.length
  }

  labels(series: number): Labels {
    const { group, series: at } = this.#series[series]![0]!
    return group.labels(at)
  }

  readValues(series: number, out: Float64Array): number {
    const count = this.times.length
    for (let i = 0; i < count; i++) out[i] = ABSENT
    let bits: number = Column.plain
    // The last place first: what stands before it overwrites.
    for (const { group, series: at } of this.#series[series]!.toReversed()) {
      const places = this.#places.get(group)!
      if (this.#scratch.length < places.length) this.#scratch = new Float64Array(places.length * 2)
      const kind = group.readValues(at, this.#scratch)
      bits |= kind & Column.histograms
      if ((kind & Column.histograms) !== 0) group.readHistograms(at, this.#cells)
      for (let i = 0; i < places.length; i++) {
        const value = this.#scratch[i]!
        const isThere = kind === Column.plain || isSample(value) || isStale(value)
        // A histogram hides the float that an earlier turn wrote.
        const isHistogram = (kind & Column.histograms) !== 0 && this.#cells[i] !== undefined
        if (isThere || isHistogram) out[places[i]!] = isHistogram ? ABSENT : value
      }
    }
    for (let i = 0; i < count; i++) if (!isSample(out[i]!)) return bits | Column.specials
    return bits
  }

  /** What goes with the values that `readValues` shows, and what stands where no place has a value. */
  #readBeside(
    series: number,
    out: Float64Array,
    read: (piece: Piece, out: Float64Array) => void,
  ): void {
    out.fill(0, 0, this.times.length)
    for (const piece of this.#series[series]!.toReversed()) {
      const places = this.#places.get(piece.group)!
      const values = new Float64Array(places.length)
      const beside = new Float64Array(places.length)
      piece.group.readValues(piece.series, values)
      read(piece, beside)
      for (let i = 0; i < places.length; i++) {
        if (isSample(values[i]!)) out[places[i]!] = beside[i]!
        else out[places[i]!]! += beside[i]!
      }
    }
  }

  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void {
    out.length = this.times.length
    out.fill(undefined)
    for (const { group, series: at } of this.#series[series]!.toReversed()) {
      const places = this.#places.get(group)!
      if (this.#scratch.length < places.length) this.#scratch = new Float64Array(places.length * 2)
      const kind = group.readValues(at, this.#scratch)
      const hasHistograms = (kind & Column.histograms) !== 0
      if (hasHistograms) group.readHistograms(at, this.#cells)
      for (let i = 0; i < places.length; i++) {
        const cell = hasHistograms ? this.#cells[i] : undefined
        const value = this.#scratch[i]!
        if (cell !== undefined) out[places[i]!] = cell
        else if (isSample(value) || isStale(value)) out[places[i]!] = undefined
      }
    }
  }
}

/** Where nothing was thinned out each sample stands for itself. */
function readCounts({ group, series }: Piece, out: Float64Array): void {
  if (group.downsampled !== undefined) {
    group.downsampled.readCounts(series, out)
    return
  }
  group.readValues(series, out)
  for (let i = 0; i < group.times.length; i++) out[i] = isSample(out[i]!) ? 1 : 0
}

function unionOf(all: readonly Float64Array[]): Float64Array {
  let union = all[0]!
  for (const times of all.slice(1)) union = unionOfTwo(union, times)
  return union
}

function unionOfTwo(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length)
  let [i, j, count] = [0, 0, 0]
  while (i < a.length || j < b.length) {
    const x = i < a.length ? a[i]! : Infinity
    const y = j < b.length ? b[j]! : Infinity
    out[count++] = Math.min(x, y)
    if (x <= y) i++
    if (y <= x) j++
  }
  return out.subarray(0, count)
}

function placesOf(times: Float64Array, union: Float64Array): Int32Array {
  const places = new Int32Array(times.length)
  let at = 0
  for (let i = 0; i < times.length; i++) {
    while (union[at]! < times[i]!) at++
    places[i] = at
  }
  return places
}
