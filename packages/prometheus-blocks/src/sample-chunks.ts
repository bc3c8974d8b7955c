// Samples of one series cut into chunks, and chunks back into samples: for blocks on disk and for remote read.

import { OutsideError } from '@pharos/base'
import { isAbsent, type NativeHistogram, STALE } from '@pharos/model'
import { Encoding, type RawChunk } from './chunk-file.ts'
import { Flag, readHistogramChunk, writeHistogramChunk } from './histogram-chunk.ts'
import { readXorChunk, writeXorChunk } from './xor-chunk.ts'

/** Samples of a chunk, as in the reference. */
const CHUNK_SAMPLES = 120

/** Samples of a series, ascending. */
export interface SeriesSamples {
  readonly times: Float64Array
  /** ABSENT where a histogram stands. */
  readonly values: Float64Array
  /** By row. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>
}

export interface EncodedChunk {
  readonly from: number
  readonly to: number
  readonly encoding: number
  readonly data: Uint8Array
}

/** Rows [from, to) of one kind, up to 120 of them, histograms of one layout and without a reset between them. */
export function* chunksOf(samples: SeriesSamples): Generator<EncodedChunk> {
  const { times, values, histograms } = samples
  let before: NativeHistogram | undefined
  for (let from = 0; from < times.length;) {
    const first = histograms.get(from)
    let to = from + 1
    if (first === undefined) {
      while (to < times.length && to - from < CHUNK_SAMPLES && !histograms.has(to)) to++
      before = undefined
      yield { from, to, encoding: Encoding.xor, data: writeXorChunk({ times, values }, from, to) }
      from = to
      continue
    }
    const own = [first]
    while (to < times.length && to - from < CHUNK_SAMPLES) {
      const next = histograms.get(to)
      if (next === undefined || !isAbsent(values[to]!) || !follows(own.at(-1)!, next)) break
      own.push(next)
      to++
    }
    const isFloat = !own.every(isWhole)
    const data = writeHistogramChunk(times.subarray(from, to), own, isFloat, flagsOf(before, first))
    yield { from, to, encoding: isFloat ? Encoding.floatHistogram : Encoding.histogram, data }
    before = own.at(-1)
    from = to
  }
}

function flagsOf(before: NativeHistogram | undefined, first: NativeHistogram): number {
  if (first.counterResetHint === 'gauge') return Flag.gauge
  if (first.counterResetHint === 'reset') return Flag.reset
  if (before === undefined || !hasLayoutOf(before, first)) return Flag.unknown
  return follows(before, first) ? Flag.notReset : Flag.reset
}

function isWhole(h: NativeHistogram): boolean {
  return [h.count, h.zeroCount, ...h.positiveBuckets, ...h.negativeBuckets].every(
    (count) => Number.isSafeInteger(count) && count >= 0,
  )
}

function hasLayoutOf(a: NativeHistogram, b: NativeHistogram): boolean {
  const layout = (h: NativeHistogram): string =>
    JSON.stringify([h.schema, h.zeroThreshold, h.positiveSpans, h.negativeSpans, h.customValues])
  return layout(a) === layout(b)
}

/** Whether `b` may stand behind `a` in one chunk. */
function follows(a: NativeHistogram, b: NativeHistogram): boolean {
  if (!hasLayoutOf(a, b)) return false
  if (a.counterResetHint === 'gauge' || b.counterResetHint === 'gauge') {
    return a.counterResetHint === b.counterResetHint
  }
  if (b.counterResetHint === 'reset' || b.count < a.count || b.zeroCount < a.zeroCount) return false
  return (
    b.positiveBuckets.every((count, i) => count >= a.positiveBuckets[i]!) &&
    b.negativeBuckets.every((count, i) => count >= a.negativeBuckets[i]!)
  )
}

/**
 * Hands over the samples of one chunk in their order; a stale marker among histograms is STALE.
 * @throws OutsideError `blocks/corrupt`, `blocks/version`
 */
export function readChunk(
  { encoding, data }: RawChunk,
  add: (tMs: number, value: number | NativeHistogram) => void,
): void {
  if (encoding === Encoding.xor) {
    const { times, values } = readXorChunk(data)
    for (let i = 0; i < times.length; i++) add(times[i]!, values[i]!)
  } else if (encoding === Encoding.histogram || encoding === Encoding.floatHistogram) {
    const { times, histograms } = readHistogramChunk(data, encoding === Encoding.floatHistogram)
    for (let i = 0; i < times.length; i++) add(times[i]!, histograms[i] ?? STALE)
  } else {
    throw new OutsideError(
      'blocks/version',
      `a chunk of encoding ${encoding}, this program reads 1 to 3`,
    )
  }
}
