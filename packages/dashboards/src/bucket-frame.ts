// Series of a classic histogram, one per `le`, as the one frame a heatmap draws: buckets ascending, each less the one
// below it, so that a cell tells how many fell into it.
import { ABSENT, isAbsent } from '@pharos/model'
import type { Field, Frame } from './frame.ts'
import { valueOf } from './sample-text.ts'

/** @param frames  time and value each, the value's labels hold `le` */
export function bucketFrame(frames: readonly Frame[]): Frame[] {
  const buckets = frames
    .map((frame) => ({ frame, bound: boundOf(frame) }))
    .filter(({ bound }) => !Number.isNaN(bound))
    .sort((a, b) => a.bound - b.bound)
  if (buckets.length === 0) return [...frames]
  const times = unionOfTimes(buckets.map(({ frame }) => frame))
  const counts = buckets.map(({ frame }) => alignedTo(times, frame))
  const fields = buckets.map(({ frame, bound }, i): Field => {
    const { labels = {} } = frame.fields[1]!
    return {
      name: labels['le'] ?? String(bound),
      type: 'number',
      values: i === 0 ? counts[0]! : differences(counts[i]!, counts[i - 1]!),
      labels,
      config: {},
    }
  })
  const { refId, meta, fields: first } = buckets[0]!.frame
  return [
    {
      ...(refId === undefined ? {} : { refId }),
      meta: { ...meta, type: 'heatmap-rows' },
      fields: [{ ...first[0]!, values: times }, ...fields],
      length: times.length,
    },
  ]
}

function boundOf(frame: Frame): number {
  const le = frame.fields[1]?.labels?.['le']
  if (le === undefined) return NaN
  if (le === '+Inf') return Infinity
  return le === '' ? NaN : valueOf(le)
}

function unionOfTimes(frames: readonly Frame[]): Float64Array {
  const all = new Set<number>()
  for (const frame of frames) for (const t of frame.fields[0]!.values as Float64Array) all.add(t)
  return Float64Array.from(all).sort()
}

function alignedTo(times: Float64Array, frame: Frame): Float64Array {
  const own = frame.fields[0]!.values as Float64Array
  const values = frame.fields[1]!.values as Float64Array
  const aligned = new Float64Array(times.length).fill(ABSENT)
  let at = 0
  for (let row = 0; row < times.length; row++) {
    while (at < own.length && own[at]! < times[row]!) at++
    if (own[at] === times[row]) aligned[row] = values[at]!
  }
  return aligned
}

function differences(above: Float64Array, below: Float64Array): Float64Array {
  return above.map((value, row) => (isAbsent(below[row]!) ? value : value - below[row]!))
}
