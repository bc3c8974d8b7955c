// How often values fall into buckets of one width.
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, type Field, fieldFrom, frameOfFields } from '../frame.ts'
import { scalarText } from '../json.ts'
import type { Transform } from './transform.ts'

const DEFAULT_BUCKETS = 30

/** Widths that people read well: 1, 2, 2.5, 4, 5 of every power of ten. */
function widths(): number[] {
  const list: number[] = []
  for (let power = -9; power <= 9; power++) {
    for (const digits of [1, 2, 2.5, 4, 5]) {
      // Whole numbers have no bucket of two and a half.
      if (power === 0 && digits === 2.5) continue
      list.push(Number(`${digits}e${power}`))
    }
  }
  return list
}

export const histogram: Transform = (frames, options) => {
  const sources = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === 'number')
      .map((field) => ({
        field,
        name: fieldName(field, frame, frames),
        numbers: cellsOf(field).filter(
          (cell) => typeof cell === 'number' && Number.isFinite(cell),
        ) as number[],
      })),
  )
  const filled = sources.filter(({ numbers }) => numbers.length > 0)
  if (filled.length === 0) return frames
  const offset = Number.parseFloat(scalarText(options['bucketOffset'])) || 0
  const width =
    Number.parseFloat(scalarText(options['bucketSize'])) ||
    widthFor(
      filled.map(({ numbers }) => numbers),
      Number.parseFloat(scalarText(options['bucketCount'])) || DEFAULT_BUCKETS,
    )
  const bucketOf = (value: number): number =>
    cleaned(Math.floor((value - offset) / width) * width + offset)
  const counts = filled.map(({ numbers }) => {
    const byBucket = new Map<number, number>()
    for (const value of numbers)
      byBucket.set(bucketOf(value), (byBucket.get(bucketOf(value)) ?? 0) + 1)
    return byBucket
  })
  const buckets = [...new Set(counts.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b)
  const config = filled.find(({ field }) => field.config.unit !== undefined)?.field.config ?? {}
  const column = (name: string, cells: number[]): Field =>
    fieldFrom({ name, type: 'number', config }, cells)
  const bars =
    options['combine'] === true
      ? [
          fieldFrom(
            { name: 'count', type: 'number', config: { displayName: 'Count' } },
            buckets.map((one) =>
              counts.reduce((all, byBucket) => all + (byBucket.get(one) ?? 0), 0),
            ),
          ),
        ]
      : filled.map(({ field, name }, i) =>
          fieldFrom(
            { ...field, config: { ...field.config, unit: 'short', displayName: name } },
            buckets.map((one) => counts[i]!.get(one) ?? 0),
          ),
        )
  return [
    frameOfFields(
      [
        column('xMin', buckets),
        column(
          'xMax',
          buckets.map((one) => one + width),
        ),
        ...bars,
      ],
      {
        meta: { type: 'histogram' },
      },
    ),
  ]
}

/** The narrowest readable width that gives at most `count` buckets, none narrower than values lie apart. */
function widthFor(columns: readonly (readonly number[])[], count: number): number {
  const all = columns.flat().sort((a, b) => a - b)
  const wanted = (all.at(-1)! - all[0]!) / count
  const gaps = all.slice(1).flatMap((value, i) => (value === all[i] ? [] : [value - all[i]!]))
  // Not spread into Math.min: there may be more values than arguments.
  const apart = all.length === 1 ? 1 : gaps.reduce((least, gap) => Math.min(least, gap), Infinity)
  const list = widths()
  return list.find((width) => width > wanted && width >= apart) ?? list.at(-1)!
}

/** Without the dust of binary fractions. */
function cleaned(value: number): number {
  return Number(value.toFixed(9))
}
