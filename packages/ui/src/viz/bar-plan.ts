// Bars by category: which names stand below them, which bars beside or on each other.
import { type Field, type Frame, type JsonObject, valueAt } from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import { fieldColor, isHiddenFrom, lastValueOf, textOf, titleOf } from './field-look.ts'
import { objectOption, numberOption, oneOf } from './panel-props.ts'

export interface BarSeries {
  readonly name: string
  readonly color: string
  readonly field: Field
  /** One per category; NaN for none. */
  readonly values: readonly number[]
}

export interface BarPlan {
  readonly categories: readonly string[]
  readonly series: readonly BarSeries[]
  readonly stacking: 'none' | 'normal' | 'percent'
  /** Where the axis begins and ends. */
  readonly min: number
  readonly max: number
}

const CATEGORIES_MAX = 400

export function barPlan(
  frames: readonly Frame[],
  options: JsonObject,
  theme: Theme,
): BarPlan | undefined {
  const table = tableOf(frames, options)
  if (table === undefined) return undefined
  const { categories, fields } = table
  const series = fields.map((field, place): BarSeries => ({
    name: titleOf(field),
    color: fieldColor(field, place, theme),
    field,
    values: Array.from({ length: categories.length }, (_, row) => {
      const value = valueAt(field, row)
      return typeof value === 'number' ? value : NaN
    }),
  }))
  return withLimits({
    categories,
    series,
    stacking: oneOf(options, 'stacking', ['none', 'normal', 'percent']),
  })
}

function withLimits(plan: Omit<BarPlan, 'min' | 'max'>): BarPlan {
  if (plan.stacking === 'percent') return { ...plan, min: 0, max: 1 }
  const { min: hardMin, max: hardMax } = plan.series[0]?.field.config ?? {}
  let low = 0
  let high = 0
  plan.categories.forEach((_, at) => {
    let up = 0
    let down = 0
    for (const { values } of plan.series) {
      const value = values[at]!
      if (value - value !== 0) continue
      if (plan.stacking === 'none') {
        low = Math.min(low, value)
        high = Math.max(high, value)
      } else if (value < 0) down += value
      else up += value
    }
    low = Math.min(low, down)
    high = Math.max(high, up)
  })
  const top = hardMax ?? high
  const bottom = hardMin ?? low
  return { ...plan, min: bottom, max: top > bottom ? top : bottom + 1 }
}

/** A table with a column of names; series over time become one bar each, their last value. */
function tableOf(
  frames: readonly Frame[],
  options: JsonObject,
): { categories: string[]; fields: Field[] } | undefined {
  const frame = frames[0]
  if (frame === undefined) return undefined
  const isBar = (field: Field) => field.type === 'number' && !isHiddenFrom(field, 'viz')
  const wanted = options['xField']
  const x =
    frame.fields.find(
      (field) => typeof wanted === 'string' && (field.name === wanted || titleOf(field) === wanted),
    ) ?? frame.fields.find(({ type }) => type === 'string')
  if (x === undefined && frames.every(({ fields }) => fields.length === 2) && frames.length > 1) {
    const fields = frames.flatMap((one) => one.fields.filter(isBar)).slice(0, CATEGORIES_MAX)
    if (fields.length === 0) return undefined
    const values = fields.map((field) => {
      const last = lastValueOf(field)
      return typeof last === 'number' ? last : NaN
    })
    return {
      categories: fields.map(titleOf),
      fields: [{ ...fields[0]!, values: Float64Array.from(values), title: '' }],
    }
  }
  const names = x ?? frame.fields.find(({ type }) => type === 'time') ?? frame.fields[0]!
  const fields = frame.fields.filter((field) => field !== names && isBar(field))
  if (fields.length === 0) return undefined
  const rows = Math.min(frame.length, CATEGORIES_MAX)
  return {
    categories: Array.from({ length: rows }, (_, row) => categoryText(names, valueAt(names, row))),
    fields,
  }
}

function categoryText(field: Field, value: unknown): string {
  return field.type === 'time' && typeof value === 'number' && (field.config.unit ?? '') === ''
    ? new Date(value).toISOString().slice(0, 16).replace('T', ' ')
    : textOf(field, value)
}

const BUCKETS = 30
const BUCKETS_MAX = 400

/** How the values of all series are spread: one bar per bucket of equal width. */
export function histogramPlan(
  frames: readonly Frame[],
  options: JsonObject,
  theme: Theme,
): BarPlan | undefined {
  const fields = frames.flatMap((frame) => frame.fields.filter(({ type }) => type === 'number'))
  const numbers = fields.map((field) =>
    Array.from(field.values as Float64Array).filter((v) => v - v === 0),
  )
  const all = numbers.flat()
  if (all.length === 0) return undefined
  const low = all.reduce((a, b) => Math.min(a, b), Infinity)
  const high = all.reduce((a, b) => Math.max(a, b), -Infinity)
  const wanted = numberOption(options, 'bucketSize')
  const least = (high - low) / BUCKETS_MAX
  const count = numberOption(options, 'bucketCount') ?? BUCKETS
  const size = Math.max(
    wanted !== undefined && wanted > 0 ? wanted : roundSize((high - low) / Math.max(1, count)),
    least,
    1e-300,
  )
  const offset = numberOption(options, 'bucketOffset') ?? 0
  const first = Math.floor((low - offset) / size)
  const buckets = Math.floor((high - offset) / size) - first + 1
  const countsOf = (values: readonly number[]) => {
    const counts = Array.from({ length: buckets }, () => 0)
    for (const value of values) counts[Math.floor((value - offset) / size) - first]!++
    return counts
  }
  const sample = fields[0]!
  const plain: Field = { name: '', type: 'number', values: [], config: {} }
  const series =
    options['combine'] === true || fields.length === 1
      ? [
          {
            name: titleOf(sample),
            color: fieldColor(sample, 0, theme),
            field: plain,
            values: countsOf(all),
          },
        ]
      : fields.map((field, place) => ({
          name: titleOf(field),
          color: fieldColor(field, place, theme),
          field: plain,
          values: countsOf(numbers[place]!),
        }))
  return withLimits({
    categories: Array.from({ length: buckets }, (_, i) =>
      textOf(sample, Number(((first + i) * size + offset).toPrecision(8))),
    ),
    series,
    stacking: objectOption(options, 'stacking')['mode'] === 'normal' ? 'normal' : 'none',
  })
}

function roundSize(size: number): number {
  if (!(size > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(size))
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= size * 0.999)! * power
}
