// API matrices become columns once: one time column for all series, one Float64Array of values per series.
// A point without a sample is NaN.
import type { LabelSet, MatrixSeries } from './api-types.ts'

export interface SeriesColumn {
  readonly name: string
  readonly labels: LabelSet
  /** Same length as the frame's times; NaN where there is no sample. */
  readonly values: Float64Array
}

export interface Frame {
  /** Seconds since 1970, ascending, `step` apart. */
  readonly times: Float64Array
  readonly stepSeconds: number
  readonly series: readonly SeriesColumn[]
}

export const EMPTY_FRAME: Frame = { times: new Float64Array(0), stepSeconds: 1, series: [] }

/**
 * The answer of a range query as columns.
 *
 * @param startSeconds, endSeconds, stepSeconds  what was asked for: they define the time column
 * @param nameOf  the name of a series from its labels
 */
export function frameOf(
  matrix: readonly MatrixSeries[],
  startSeconds: number,
  endSeconds: number,
  stepSeconds: number,
  nameOf: (labels: LabelSet) => string = seriesName,
): Frame {
  const count = Math.max(0, Math.floor((endSeconds - startSeconds) / stepSeconds + 1e-9) + 1)
  const times = new Float64Array(count)
  for (let i = 0; i < count; i++) times[i] = startSeconds + i * stepSeconds
  const series = matrix.map(({ metric, values = [] }) => {
    const column = new Float64Array(count).fill(NaN)
    for (let i = 0; i < values.length; i++) {
      const [t, v] = values[i]!
      const at = Math.round((t - startSeconds) / stepSeconds)
      if (at >= 0 && at < count) column[at] = numberOf(v)
    }
    return { name: nameOf(metric), labels: metric, values: column }
  })
  return { times, stepSeconds, series }
}

/**
 * `old` moved on to `[startSeconds, endSeconds]` with the points of `tail` laid over it. Series are matched by
 * name; those that have no point left in the window go.
 */
export function mergeTail(
  old: Frame,
  tail: Frame,
  startSeconds: number,
  endSeconds: number,
): Frame {
  const step = old.stepSeconds
  const count = Math.max(0, Math.floor((endSeconds - startSeconds) / step + 1e-9) + 1)
  const times = new Float64Array(count)
  for (let i = 0; i < count; i++) times[i] = startSeconds + i * step
  const columns = new Map<string, SeriesColumn>()
  for (const part of [old, tail]) {
    const offset = Math.round(((part.times[0] ?? startSeconds) - startSeconds) / step)
    for (const { name, labels, values } of part.series) {
      let target = columns.get(name)
      if (target === undefined) {
        target = { name, labels, values: new Float64Array(count).fill(NaN) }
        columns.set(name, target)
      }
      for (let i = 0; i < values.length; i++) {
        const at = i + offset
        if (at >= 0 && at < count) target.values[at] = values[i]!
      }
    }
  }
  const series = [...columns.values()].filter(({ values }) => values.some((v) => v === v))
  return { times, stepSeconds: step, series }
}

export interface SeriesStats {
  readonly min: number
  readonly mean: number
  readonly max: number
  /** The last value that there is. */
  readonly last: number
}

/** @returns NaN in every field for a series without a sample */
export function statsOf(values: Float64Array): SeriesStats {
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let count = 0
  let last = NaN
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    if (v !== v) continue
    if (v < min) min = v
    if (v > max) max = v
    sum += v
    count++
    last = v
  }
  if (count === 0) return { min: NaN, mean: NaN, max: NaN, last: NaN }
  return { min, mean: sum / count, max, last }
}

/**
 * What a stacked chart draws: each visible series on top of the visible ones before it. A missing value counts as
 * nothing; a time at which no visible series has a value is NaN in all of them.
 */
export function stackColumns(
  series: readonly SeriesColumn[],
  hidden: ReadonlySet<number>,
): Float64Array[] {
  const count = series[0]?.values.length ?? 0
  const below = new Float64Array(count).fill(NaN)
  series.forEach(({ values }, index) => {
    if (!hidden.has(index))
      for (let i = 0; i < count; i++) if (values[i] === values[i]) below[i] = 0
  })
  return series.map(({ values }, index) => {
    if (hidden.has(index)) return values
    for (let i = 0; i < count; i++) if (values[i] === values[i]) below[i]! += values[i]!
    return below.slice()
  })
}

/** The API's value text as a number: it writes +Inf, -Inf and NaN. */
export function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  return Number(text)
}

/**
 * `name{a="1", b="2"}` with labels in the order of their names; `{}` for no labels at all. A metric name outside
 * of the old alphabet stands quoted inside the braces.
 */
export function seriesName(labels: LabelSet): string {
  const { metric, quoted, pairs } = nameAndPairs(labels)
  if (pairs.length === 0 && quoted === '' && metric !== '') return metric
  const parts = pairs.map(([name, value]) => `${quotedName(name)}=${JSON.stringify(value)}`)
  return `${metric}{${[quoted, ...parts].filter(Boolean).join(', ')}}`
}

/** A metric as a PromQL selector. */
export function selectorOf(metric: string): string {
  return seriesName({ __name__: metric })
}

/** The parts of a series' name; a metric name is either bare or quoted. */
export function nameAndPairs(labels: LabelSet): {
  metric: string
  quoted: string
  pairs: (readonly [string, string])[]
} {
  const pairs = Object.entries(labels).filter(([name]) => name !== '__name__')
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const metric = labels['__name__'] ?? ''
  const isBare = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric)
  return {
    metric: isBare ? metric : '',
    quoted: isBare || metric === '' ? '' : JSON.stringify(metric),
    pairs,
  }
}

/** A label name as PromQL writes it: quoted when it is not of the old alphabet. */
export function quotedName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name)
}
