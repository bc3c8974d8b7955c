// A heatmap's cells: columns of time, rows of values, and how many fell into each.
import { type Field, type Frame, type JsonObject, valueAt } from '@pharos/dashboards'
import { numberOption, objectOption } from './panel-props.ts'
import { titleOf } from './field-look.ts'

export interface HeatPlan {
  /** ms, ascending: the left edge of each column, and how wide columns are. */
  readonly times: readonly number[]
  readonly columnMs: number
  readonly rows: readonly HeatRow[]
  /** `counts[row][column]`; NaN where nothing was measured. */
  readonly counts: readonly Float64Array[]
  readonly max: number
  readonly min: number
}

interface HeatRow {
  readonly name: string
  /** Lower and upper bound; NaN when the row is only a name. */
  readonly from: number
  readonly to: number
}

/** Rows of a heatmap that is reckoned from plain series, when the panel does not say. */
const BUCKETS = 20
const ROWS_MAX = 500

export function heatPlan(frames: readonly Frame[], options: JsonObject): HeatPlan | undefined {
  if (frames.length === 0) return undefined
  const isReckoned = options['calculate'] === true
  const plan = isReckoned
    ? reckoned(frames, objectOption(options, 'calculation'))
    : bucketed(frames)
  if (plan === undefined) return undefined
  let max = -Infinity
  let min = Infinity
  for (const row of plan.counts)
    for (const count of row)
      if (count - count === 0) {
        max = Math.max(max, count)
        if (count > 0) min = Math.min(min, count)
      }
  return max === -Infinity ? undefined : { ...plan, max, min: min === Infinity ? 0 : min }
}

type Cells = Omit<HeatPlan, 'max' | 'min'>

/** One field per bucket, or one frame per bucket. */
function bucketed(frames: readonly Frame[]): Cells | undefined {
  const dense = frames.find((frame) => frame.fields.some(({ name }) => name === 'yMin'))
  if (dense !== undefined) return fromCells(dense)
  const time = frames[0]!.fields.find(({ type }) => type === 'time')
  if (time === undefined) return undefined
  const fields = frames.flatMap((frame) => {
    const own = frame.fields.find(({ type }) => type === 'time')
    return frame.fields
      .filter(({ type }) => type === 'number')
      .map((field) => ({ field, time: own ?? time }))
  })
  const times = unionOf(fields.map((one) => one.time))
  const rows = fields
    .slice(0, ROWS_MAX)
    .map(({ field }) => ({ name: titleOf(field), ...boundsOf(field) }))
  const counts = fields.slice(0, ROWS_MAX).map((one) => aligned(times, one.time, one.field))
  rows.forEach((row, index) => {
    const below = rows[index - 1]
    if (Number.isNaN(row.from) && !Number.isNaN(row.to))
      row.from = below === undefined || Number.isNaN(below.to) ? 0 : below.to
  })
  return { times, columnMs: stepOf(times), rows, counts }
}

function boundsOf(field: Field): { from: number; to: number } {
  const le = field.labels?.['le'] ?? field.name
  // Bounds that were added up in steps, 0.9999999999999999, are meant as 1.
  const to = le === '+Inf' ? Infinity : Number(Number(le).toPrecision(12))
  return { from: NaN, to: le === '' ? NaN : to }
}

function unionOf(columns: readonly Field[]): number[] {
  const all = new Set<number>()
  for (const time of new Set(columns)) for (const t of time.values as Float64Array) all.add(t)
  return [...all].sort((a, b) => a - b)
}

function aligned(times: readonly number[], time: Field, field: Field): Float64Array {
  const places = new Map(times.map((t, index) => [t, index]))
  const counts = new Float64Array(times.length).fill(NaN)
  for (let row = 0; row < time.values.length; row++) {
    const at = places.get(time.values[row] as number)
    const value = valueAt(field, row)
    if (at !== undefined && typeof value === 'number') counts[at] = value
  }
  return counts
}

/** A native histogram: one row per cell with its bounds. */
function fromCells(frame: Frame): Cells | undefined {
  const column = (names: readonly string[]) =>
    frame.fields.find(({ name }) => names.includes(name))?.values as Float64Array | undefined
  const [x, yMin, yMax, count] = [
    column(['xMax', 'x', 'Time', 'xMin']),
    column(['yMin']),
    column(['yMax']),
    column(['count', 'Count', 'Value']),
  ]
  if (x === undefined || yMin === undefined || yMax === undefined || count === undefined)
    return undefined
  const times = [...new Set(x)].sort((a, b) => a - b)
  const bounds = new Map<string, HeatRow>()
  for (let i = 0; i < yMin.length; i++)
    bounds.set(`${yMin[i]}`, { name: String(yMax[i]), from: yMin[i]!, to: yMax[i]! })
  const rows = [...bounds.values()].sort((a, b) => a.from - b.from).slice(0, ROWS_MAX)
  const rowOf = new Map(rows.map(({ from }, index) => [from, index]))
  const placeOf = new Map(times.map((t, index) => [t, index]))
  const counts = rows.map(() => new Float64Array(times.length).fill(NaN))
  for (let i = 0; i < yMin.length; i++) {
    const row = rowOf.get(yMin[i]!)
    if (row !== undefined) counts[row]![placeOf.get(x[i]!)!] = count[i]!
  }
  return { times, columnMs: stepOf(times), rows, counts }
}

/** Plain series: how many of their values fell between two bounds at each time. */
function reckoned(frames: readonly Frame[], calculation: JsonObject): Cells | undefined {
  const series = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    return time === undefined
      ? []
      : frame.fields.filter(({ type }) => type === 'number').map((field) => ({ time, field }))
  })
  if (series.length === 0) return undefined
  let low = Infinity
  let high = -Infinity
  for (const { field } of series)
    for (const value of field.values as Float64Array)
      if (value - value === 0) {
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
  if (low === Infinity) return undefined
  const y = objectOption(calculation, 'yBuckets')
  const wanted = Number(y['value'])
  const size =
    y['mode'] === 'size' && wanted > 0
      ? Math.max(wanted, (high - low) / ROWS_MAX)
      : niceSize((high - low) / (wanted > 0 ? Math.min(wanted, ROWS_MAX) : BUCKETS))
  const first = Math.floor(low / size)
  const count = Math.max(1, Math.floor(high / size) - first + 1)
  const times = unionOf(series.map(({ time }) => time))
  const placeOf = new Map(times.map((t, index) => [t, index]))
  const counts = Array.from({ length: count }, () => new Float64Array(times.length).fill(NaN))
  for (const { time, field } of series)
    for (let i = 0; i < time.values.length; i++) {
      const value = valueAt(field, i)
      if (typeof value !== 'number' || value - value !== 0) continue
      const row = counts[Math.floor(value / size) - first]!
      const at = placeOf.get(time.values[i] as number)!
      row[at] = (row[at] === row[at] ? row[at]! : 0) + 1
    }
  const rows = counts.map((_, index) => {
    const from = (first + index) * size
    return { name: String(Number((from + size).toPrecision(6))), from, to: from + size }
  })
  return { times, columnMs: stepOf(times), rows, counts }
}

function niceSize(size: number): number {
  if (!(size > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(size))
  return [1, 2, 5, 10].find((factor) => factor * power >= size)! * power
}

function stepOf(times: readonly number[]): number {
  let step = Infinity
  for (let i = 1; i < times.length; i++) step = Math.min(step, times[i]! - times[i - 1]!)
  return step === Infinity ? 60_000 : step
}

/** How strongly a cell is coloured, 0 to 1; NaN: not at all. */
export function heatShare(count: number, plan: HeatPlan, options: JsonObject): number {
  if (count !== count) return NaN
  const filter = objectOption(options, 'filterValues')
  const le = numberOption(filter, 'le') ?? 1e-9
  if (count <= le) return NaN
  const color = objectOption(options, 'color')
  const min = numberOption(color, 'min') ?? Math.min(0, plan.min)
  const max = numberOption(color, 'max') ?? plan.max
  const share = max > min ? Math.max(0, Math.min(1, (count - min) / (max - min))) : 1
  // Few cells are much larger than all others: a root shows the small ones too.
  return color['scale'] === 'linear' ? share : share ** (numberOption(color, 'exponent') ?? 0.5)
}
