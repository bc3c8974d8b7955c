// Series that share one time column, put together from the tiles they are in. Normally tiles of a group follow
// each other; where they overlap (two files knew the same time, or samples came late) the first one that has a sample
// wins, and late ones are asked last.

import {
  ABSENT,
  ABSENT_LOW_WORD,
  isAbsent,
  isSample,
  type Labels,
  lowWord,
  STALE_LOW_WORD,
} from '@pharos/model'
import type { NativeHistogram } from '@pharos/model'
import { seriesLabels, type Shape } from '../catalog/shape.ts'
import {
  Column,
  type DownsampledGroup,
  type DownsampledSpan,
  type SeriesGroup,
} from '../querier.ts'
import type { Part } from './part.ts'

export interface Piece {
  readonly part: Part
  /** The part's column of each series, −1 where it has none. */
  readonly columns: Int32Array
}

interface Placed extends Piece {
  /** Where the part's rows begin in the group, when they follow each other there. */
  readonly at: number
  /** The place of each row, when they do not. */
  readonly places: Int32Array | undefined
}

export class GroupView implements SeriesGroup {
  readonly times: Float64Array
  readonly seriesCount: number
  readonly parts?: { readonly common: Labels; readonly shapes: readonly Shape[] }
  readonly #labels: readonly Labels[]
  readonly #pieces: readonly Placed[]
  readonly #isOverlapping: boolean
  readonly downsampled: DownsampledGroup | undefined

  /** @param names  the labels of each series, whole or in parts */
  constructor(names: readonly Labels[] | (GroupView['parts'] & {}), pieces: readonly Piece[]) {
    if ('shapes' in names) {
      this.parts = names
      this.#labels = []
      this.seriesCount = names.shapes.length
    } else {
      this.#labels = names
      this.seriesCount = names.length
    }
    const ordered = pieces.toSorted((a, b) => a.part.times[0]! - b.part.times[0]!)
    this.#isOverlapping = ordered.some(
      ({ part }, i) => i > 0 && part.times[0]! <= ordered[i - 1]!.part.times.at(-1)!,
    )
    this.times = this.#isOverlapping ? unionTimes(ordered) : chainedTimes(ordered)
    const spans = spansOf(ordered)
    let at = 0
    if (this.#isOverlapping) ordered.sort((a, b) => turn(a.part) - turn(b.part))
    this.#pieces = ordered.map((piece) => {
      const placed = {
        ...piece,
        at,
        places: this.#isOverlapping ? placesOf(piece.part.times, this.times) : undefined,
      }
      at += piece.part.times.length
      return placed
    })
    this.downsampled =
      spans.length === 0
        ? undefined
        : {
            spans,
            readCounts: (series, out) => this.#readBeside(series, out, readCounts),
            readLost: (series, out) => this.#readBeside(series, out, readLost),
          }
  }

  labels(series: number): Labels {
    const { parts } = this
    return parts === undefined
      ? this.#labels[series]!
      : seriesLabels(parts.common, parts.shapes[series]!)
  }

  readValues(series: number, out: Float64Array): number {
    const count = this.times.length
    let flags: number = Column.plain
    let mayHaveMarkers = this.#isOverlapping
    if (this.#isOverlapping) out.fill(ABSENT, 0, count)
    for (const { part, columns, at, places } of this.#pieces) {
      const column = columns[series]!
      const rows = part.times.length
      if (column < 0) {
        if (places === undefined) out.fill(ABSENT, at, at + rows)
        mayHaveMarkers = true
        continue
      }
      if (part.hasHistograms(column)) flags |= Column.histograms
      if (places !== undefined) spread(part, column, places, out)
      else if (part.readValues(column, out, at)) mayHaveMarkers = true
    }
    if (!mayHaveMarkers) return flags
    for (let i = 0; i < count; i++) {
      const value = out[i]!
      if (value === value) continue
      const low = lowWord(value)
      if (low === ABSENT_LOW_WORD || low === STALE_LOW_WORD) return flags | Column.specials
    }
    return flags
  }

  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void {
    const count = this.times.length
    for (let i = 0; i < count; i++) out[i] = undefined
    for (const { part, columns, at, places } of this.#pieces) {
      const column = columns[series]!
      if (column < 0 || !part.hasHistograms(column)) continue
      if (places === undefined) {
        part.readHistograms(column, out, at)
        continue
      }
      const own: (NativeHistogram | undefined)[] = []
      part.readHistograms(column, own, 0)
      for (let row = 0; row < places.length; row++) out[places[row]!] ??= own[row]
    }
  }

  /** What goes with the values that `readValues` shows, and what stands where no part has a value. */
  #readBeside(series: number, out: Float64Array, read: ReadBeside): void {
    out.fill(0, 0, this.times.length)
    const isTaken = new Uint8Array(this.#isOverlapping ? this.times.length : 0)
    for (const { part, columns, at, places } of this.#pieces) {
      const column = columns[series]!
      if (column < 0) continue
      if (places === undefined) {
        read(part, column, out, at)
        continue
      }
      const values = new Float64Array(places.length)
      const beside = new Float64Array(places.length)
      part.readValues(column, values, 0)
      read(part, column, beside, 0)
      for (let row = 0; row < places.length; row++) {
        const place = places[row]!
        const isSingle = part.downsampled === undefined && !isAbsent(values[row]!)
        if (isSingle && isTaken[place]!++ > 0) continue
        out[place]! += beside[row]!
      }
    }
  }

  /** The pieces with only some of the series, for a group that joins them with others'. */
  piecesOf(series: readonly number[]): Piece[] {
    return this.#pieces.map(({ part, columns }) => ({
      part,
      columns: Int32Array.from(series, (one) => (one < 0 ? -1 : columns[one]!)),
    }))
  }
}

/** Numbers of the rows of a part into `out[at …]`, which is 0 before. */
type ReadBeside = (part: Part, column: number, out: Float64Array, at: number) => void

function readCounts(part: Part, column: number, out: Float64Array, at: number): void {
  if (part.downsampled?.readCounts !== undefined) {
    part.downsampled.readCounts(column, out, at)
    return
  }
  part.readValues(column, out, at)
  for (let i = at; i < at + part.times.length; i++) out[i] = isSample(out[i]!) ? 1 : 0
}

function readLost(part: Part, column: number, out: Float64Array, at: number): void {
  part.downsampled?.readLost?.(column, out, at)
}

/** Neighbours of one step are one span. */
function spansOf(ordered: readonly Piece[]): DownsampledSpan[] {
  const spans: DownsampledSpan[] = []
  let isOpen = false
  for (const { part } of ordered) {
    const { times, downsampled } = part
    if (downsampled === undefined) {
      isOpen = false
      continue
    }
    const [fromMs, toMs] = [times[0]!, times.at(-1)!]
    const { stepMs } = downsampled
    const last = spans.at(-1)
    if (isOpen && last?.stepMs === stepMs)
      spans[spans.length - 1] = { ...last, toMs: Math.max(last.toMs, toMs) }
    else spans.push({ fromMs, toMs, stepMs })
    isOpen = true
  }
  return spans
}

/** Where parts overlap: late ones after others, and those that add to what is there last. */
function turn({ isLate, downsampled }: Part): number {
  return (downsampled?.combine === undefined ? 0 : 2) + (isLate ? 1 : 0)
}

function spread(part: Part, column: number, places: Int32Array, out: Float64Array): void {
  const own = new Float64Array(places.length)
  part.readValues(column, own, 0)
  const combine = part.downsampled?.combine
  for (let row = 0; row < places.length; row++) {
    const there = out[places[row]!]!
    if (isAbsent(there)) out[places[row]!] = own[row]!
    else if (combine !== undefined && !isAbsent(own[row]!))
      out[places[row]!] = combine(there, own[row]!)
  }
}

function chainedTimes(pieces: readonly Piece[]): Float64Array {
  if (pieces.length === 1) return pieces[0]!.part.times
  const times = new Float64Array(pieces.reduce((sum, { part }) => sum + part.times.length, 0))
  let at = 0
  for (const { part } of pieces) {
    times.set(part.times, at)
    at += part.times.length
  }
  return times
}

function unionTimes(pieces: readonly Piece[]): Float64Array {
  const all = chainedTimes(pieces).slice().sort()
  let count = 0
  for (let i = 0; i < all.length; i++) {
    if (i === 0 || all[i] !== all[i - 1]) all[count++] = all[i]!
  }
  return all.subarray(0, count)
}

/** The index in `times` of each of `own`, all of which are among them. */
export function placesOf(own: Float64Array, times: Float64Array): Int32Array {
  const places = new Int32Array(own.length)
  let at = 0
  for (let row = 0; row < own.length; row++) {
    while (times[at]! < own[row]!) at++
    places[row] = at
  }
  return places
}
