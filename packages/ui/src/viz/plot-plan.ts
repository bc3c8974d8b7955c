// From frames with their settings applied to the series and axes of a chart over time.
import { type Field, type Frame, valueAt } from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import {
  customNumber,
  customObject,
  customText,
  fieldColor,
  isHiddenFrom,
  lineColor,
  stepColor,
  textOf,
  titleOf,
} from './field-look.ts'
import {
  AXIS,
  LINE,
  type PlotAxis,
  type PlotData,
  type PlotStyle,
  type PlotValue,
} from './plot-series.ts'
import { tickTexts } from './tick-texts.ts'

export interface PlotPlan extends PlotData {
  /** The field of each series. */
  readonly fields: readonly Field[]
  readonly frames: readonly Frame[]
  /** Places of series that the legend does not name, and of those that nothing draws. */
  readonly outOfLegend: ReadonlySet<number>
  readonly undrawn: ReadonlySet<number>
}

interface Source {
  readonly frame: Frame
  readonly time: Field
  readonly field: Field
}

/** More lines than this tell nothing and take seconds to draw. */
const SERIES_DRAWN_MAX = 500

export function plotPlan(frames: readonly Frame[], theme: Theme): PlotPlan {
  const sources = sourcesOf(frames).slice(0, SERIES_DRAWN_MAX)
  const times = unionOfTimes(sources)
  const axes = new Map<string, PlotAxis>()
  const series = sources.map(({ time, field }, place) => {
    const color = lineColor(fieldColor(field, place, theme), theme)
    const axis = axisOf(field, axes, color, theme)
    if (!axes.has(axis.key)) axes.set(axis.key, axis)
    return {
      name: titleOf(field),
      color,
      axis: axis.key,
      values: alignedValues(times, time, field),
      format: (value: number) => textOf(field, value),
      style: styleOf(field),
      isSilent: isHiddenFrom(field, 'tooltip'),
    }
  })
  const fields = sources.map(({ field }) => field)
  linkFills(fields, series)
  const placesOf = (hides: (field: Field) => boolean) =>
    new Set(fields.flatMap((field, place) => (hides(field) ? [place] : [])))
  return {
    times: times.map((ms) => ms / 1000),
    series,
    axes: axes.size === 0 ? [emptyAxis()] : [...axes.values()],
    fields,
    frames: sources.map(({ frame }) => frame),
    outOfLegend: placesOf((field) => isHiddenFrom(field, 'legend')),
    undrawn: placesOf((field) => isHiddenFrom(field, 'viz')),
  }
}

function emptyAxis(): PlotAxis {
  return { ...AXIS, key: 'y', ticks: (splits) => splits.map(String) }
}

/** Every column of numbers beside a column of times. */
function sourcesOf(frames: readonly Frame[]): Source[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    if (time === undefined) return []
    return frame.fields
      .filter(({ type }) => type === 'number' || type === 'boolean')
      .map((field) => ({ frame, time, field }))
  })
}

/** ms between two samples of a series that belong together; undefined when nobody said. */
function intervalOf(time: Field): number | undefined {
  const interval = time.config['interval']
  return typeof interval === 'number' && interval > 0 ? interval : undefined
}

/** All times of all series, ascending, with one more wherever a series pauses: that is where its gap is drawn. */
function unionOfTimes(sources: readonly Source[]): number[] {
  const all = new Set<number>()
  for (const time of distinctTimes(sources)) {
    const interval = intervalOf(time)
    let before = NaN
    for (const t of time.values as Float64Array) {
      if (t !== t) continue
      if (interval !== undefined && t - before > interval * 1.5) all.add(before + interval)
      all.add(t)
      before = t
    }
  }
  return [...all].sort((a, b) => a - b)
}

/** Series of one query have a clock of their own each, and mostly the same one: it is read once. */
function distinctTimes(sources: readonly Source[]): Field[] {
  const distinct: Field[] = []
  for (const { time } of sources)
    if (!distinct.some((known) => known === time || isSameClock(known, time))) distinct.push(time)
  return distinct
}

function isSameClock(a: Field, b: Field): boolean {
  const [x, y] = [a.values, b.values]
  if (x.length !== y.length || intervalOf(a) !== intervalOf(b)) return false
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false
  return true
}

function alignedValues(times: readonly number[], time: Field, field: Field): PlotValue[] {
  const own = time.values as Float64Array
  const interval = intervalOf(time)
  const spanMs = customNumber(field, 'spanNulls') ?? 0
  const insertMs = customNumber(field, 'insertNulls')
  const gapMs = insertMs ?? (interval === undefined ? undefined : interval * 1.5)
  const values = Array.from<PlotValue>({ length: times.length })
  let at = 0
  let beforeMs = NaN
  let gapAt: number | undefined
  for (let i = 0; i < times.length && at < own.length; i++) {
    const t = times[i]!
    if (t !== own[at]) {
      if (gapMs !== undefined && own[at]! - beforeMs > gapMs && gapAt === undefined) gapAt = i
      continue
    }
    const value = valueAt(field, at++)
    const number = typeof value === 'boolean' ? Number(value) : value
    if (typeof number !== 'number' || number !== number) {
      gapAt ??= i
      continue
    }
    if (gapAt !== undefined && t - beforeMs > spanMs) values[gapAt] = null
    values[i] = number
    beforeMs = t
    gapAt = undefined
  }
  return values
}

/** Units that show a number as it is: of others, decimals are of what is shown, such as seconds of milliseconds. */
const COUNTS: ReadonlySet<string> = new Set(['', 'none', 'short', 'locale', 'sishort'])

function axisOf(
  field: Field,
  known: ReadonlyMap<string, PlotAxis>,
  color: string,
  theme: Theme,
): PlotAxis {
  const { unit = '', min, max, thresholds, decimals } = field.config
  const placement = customText(field, 'axisPlacement', ['auto', 'left', 'right', 'hidden'])
  const distribution = customObject(field, 'scaleDistribution')
  const scale =
    distribution['type'] === 'log'
      ? distribution['log'] === 2
        ? 'log2'
        : 'log10'
      : distribution['type'] === 'symlog'
        ? 'symlog'
        : 'linear'
  const label =
    typeof field.config.custom?.['axisLabel'] === 'string' ? field.config.custom['axisLabel'] : ''
  const [softMin, softMax] = [
    customNumber(field, 'axisSoftMin'),
    customNumber(field, 'axisSoftMax'),
  ]
  const key = ['y', unit, min, max, softMin, softMax, scale, label, placement === 'right'].join(' ')
  const isFirst = known.size === 0
  const grid = field.config.custom?.['axisGridShow']
  return {
    ...AXIS,
    key,
    side: placement === 'auto' ? (isFirst ? 'left' : 'right') : placement,
    label,
    min: min ?? undefined,
    max: max ?? undefined,
    softMin,
    softMax,
    isCentered: field.config.custom?.['axisCenteredZero'] === true,
    scale,
    hasGrid: typeof grid === 'boolean' ? grid : isFirst,
    isWhole: decimals === 0 && COUNTS.has(unit),
    isBinary: /^([kmgtp]?bytes|bits|binBps|binbps|[KMGTP]iB(s|its)|[KMGTP]ibits)$/.test(unit),
    widthPx: customNumber(field, 'axisWidth'),
    color: field.config.custom?.['axisColorMode'] === 'series' ? color : undefined,
    thresholds: {
      mode: thresholdMode(field),
      steps: (thresholds?.steps ?? []).map(({ value, color: wanted }) => ({
        value: value === null ? undefined : thresholdValue(field, value),
        color: stepColor(wanted, theme),
      })),
    },
    ticks: (splits) => tickTexts(field, splits),
  }
}

function thresholdMode(field: Field): PlotAxis['thresholds']['mode'] {
  const mode = customObject(field, 'thresholdsStyle')['mode']
  return (
    (['line', 'dashed', 'area', 'line+area', 'dashed+area'] as const).find((one) => one === mode) ??
    'off'
  )
}

/** Percentages are of the way from min to max. */
function thresholdValue({ config }: Field, value: number): number {
  if (config.thresholds?.mode !== 'percentage') return value
  const [min, max] = [config.min ?? 0, config.max ?? 100]
  return min + (value / 100) * (max - min)
}

const DASHES: Readonly<Record<string, readonly number[]>> = {
  dash: [8, 6],
  dot: [1.5, 4],
  square: [6, 6],
}

function styleOf(field: Field): PlotStyle {
  const draw = customText(field, 'drawStyle', ['line', 'bars', 'points'])
  const line = customObject(field, 'lineStyle')
  const fill = typeof line['fill'] === 'string' ? line['fill'] : 'solid'
  const dash = Array.isArray(line['dash'])
    ? line['dash'].filter((px) => typeof px === 'number')
    : []
  const stacking = customObject(field, 'stacking')
  const isStacked =
    (stacking['mode'] === 'normal' || stacking['mode'] === 'percent') && stacking['group'] !== false
  const group = typeof stacking['group'] === 'string' ? stacking['group'] : 'A'
  const points = customText(field, 'showPoints', ['auto', 'always', 'never'])
  const transform = field.config.custom?.['transform']
  return {
    ...LINE,
    draw,
    curve: customText(field, 'lineInterpolation', ['linear', 'smooth', 'stepBefore', 'stepAfter']),
    widthPx: customNumber(field, 'lineWidth') ?? 1,
    ...(fill === 'solid'
      ? {}
      : { dash: fill === 'dash' && dash.length > 1 ? dash : (DASHES[fill] ?? [8, 6]) }),
    fill: Math.max(0, Math.min(100, customNumber(field, 'fillOpacity') ?? 0)) / 100,
    gradient: customText(field, 'gradientMode', ['none', 'opacity', 'hue', 'scheme']),
    points: points === 'auto' ? 'lonely' : points,
    pointPx: customNumber(field, 'pointSize') ?? 5,
    joinGaps: field.config.custom?.['spanNulls'] === true,
    ...(isStacked ? { stack: stacking['mode'] === 'percent' ? `percent:${group}` : group } : {}),
    negate: transform === 'negative-Y',
    barFactor: customNumber(field, 'barWidthFactor') ?? 0.6,
    barPxMax: customNumber(field, 'barMaxWidth') ?? 200,
    barAlign: barAlignOf(field),
  }
}

function barAlignOf(field: Field): -1 | 0 | 1 {
  const align = customNumber(field, 'barAlignment')
  return align === -1 || align === 1 ? align : 0
}

/** `fillBelowTo` names another series by its title. */
function linkFills(fields: readonly Field[], series: { name: string; style: PlotStyle }[]): void {
  fields.forEach((field, place) => {
    const name = field.config.custom?.['fillBelowTo']
    if (typeof name !== 'string' || name === '') return
    const below = series.findIndex((one) => one.name === name)
    const one = series[place]!
    if (below >= 0 && below !== place)
      series[place] = {
        ...one,
        style: { ...one.style, fillDownTo: below, fill: one.style.fill || 0.35 },
      }
  })
}
