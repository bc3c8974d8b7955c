// The structure of a chart as uPlot wants it: made anew only when `PlotShape` changes.
import uPlot from 'uplot'
import type { TimeFormat } from '../data/time.ts'
import { chartInk } from './palette.ts'
import { drawMarks, drawThresholds } from './plot-drawing.ts'
import { type AxisShape, axisRange } from './plot-scales.ts'
import type { PlotMark } from './plot-series.ts'
import { seriesPaths } from './plot-paths.ts'
import type { PlotShape } from './plot-shape.ts'

/** What changes without a new plot. */
export interface PlotEvents {
  /** The time range to show, in seconds. */
  range(): readonly [number, number]
  ticks(axis: number, splits: readonly number[]): string[]
  marks(): readonly PlotMark[]
  cursor(plot: uPlot): void
  focus(seriesIndex: number | undefined): void
  /** A range was dragged open, in seconds. */
  select(from: number, to: number): void
  click(plot: uPlot): void
  doubleClick(): void
  drawn(plot: uPlot): void
}

const FONT = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
/** Half of the widest label that stands at the right end, `08:30`, and a little air. */
const RIGHT_PX = 20
const DIGIT_PX = 6.4
const BINARY_INCREMENTS = Array.from({ length: 100 }, (_, i) => 2 ** (i - 30))
const WHOLE_INCREMENTS = Array.from({ length: 15 }, (_, i) => 10 ** i).flatMap((power) => [
  power,
  2 * power,
  5 * power,
])
const CLICK_PX = 4
/** More dots below the pointer than this tell nothing, and each of them is moved at every step. */
const POINTS_MAX = 40

export function plotOptions(
  shape: PlotShape,
  size: { readonly width: number; readonly height: number },
  time: TimeFormat,
  events: PlotEvents,
): uPlot.Options {
  const hasRight = shape.axes.some(({ side }) => side === 'right')
  return {
    ...size,
    ...(shape.zone === 'local'
      ? {}
      : {
          tzDate: (ts) =>
            uPlot.tzDate(new Date(ts * 1000), shape.zone === 'utc' ? 'Etc/UTC' : shape.zone),
        }),
    legend: { show: false },
    padding: [8, hasRight ? 4 : RIGHT_PX, 0, 0],
    focus: { alpha: 0.25 },
    cursor: cursorOptions(shape, events),
    series: [{}, ...shape.series.map((_, index) => seriesOptions(shape, index))],
    bands: shape.bands.map(({ upper, lower }) => ({ series: [upper + 1, lower + 1] })),
    scales: { x: { time: true, range: () => [...events.range()] }, ...scalesOf(shape) },
    axes: [timeAxis(shape, time), ...valueAxes(shape, events)],
    hooks: {
      drawClear: [(plot) => drawThresholds(plot, shape.axes, 'area')],
      draw: [
        (plot) => {
          drawThresholds(plot, shape.axes, 'line')
          drawMarks(plot, events.marks())
          events.drawn(plot)
        },
      ],
      ready: [(plot) => listenForClicks(plot, events)],
      setCursor: [(plot) => events.cursor(plot)],
      setSeries: [(_plot, index) => events.focus(index === null ? undefined : index - 1)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 6) return
          const from = plot.posToVal(plot.select.left, 'x')
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x')
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          events.select(from, to)
        },
      ],
    },
  }
}

/** A press that moved is a zoom, not a click. */
function listenForClicks(plot: uPlot, events: PlotEvents): void {
  let downX = NaN
  plot.over.addEventListener('mousedown', (event) => (downX = event.clientX))
  plot.over.addEventListener('click', (event) => {
    if (Math.abs(event.clientX - downX) < CLICK_PX) events.click(plot)
  })
}

function cursorOptions(shape: PlotShape, events: PlotEvents): uPlot.Cursor {
  return {
    y: false,
    drag: { x: true, y: false, setScale: false },
    focus: { prox: 24 },
    points: { size: 7, one: shape.series.length > POINTS_MAX },
    bind: {
      dblclick: () => () => {
        events.doubleClick()
        return null
      },
    },
    ...(shape.group === undefined
      ? {}
      : // Charts of one dashboard have different series: only the time is shared.
        { sync: { key: shape.group, setSeries: false, scales: ['x', null] as [string, null] } }),
  }
}

function seriesOptions(shape: PlotShape, index: number): uPlot.Series {
  const { color, axis, style } = shape.series[index]!
  const { paths, fill, stroke } = seriesPaths(shape, index)
  const isDotted = style.draw === 'points' || style.points === 'always'
  return {
    label: String(index),
    scale: axis,
    stroke,
    width: style.draw === 'points' ? 0 : style.widthPx,
    spanGaps: style.joinGaps,
    ...(style.dash === undefined ? {} : { dash: [...style.dash] }),
    ...(fill === undefined ? {} : { fill }),
    ...(paths === undefined ? {} : { paths }),
    points:
      style.draw === 'bars' || (style.points === 'never' && style.draw !== 'points')
        ? { show: false }
        : {
            // Only those that the filter names.
            show: isDotted,
            size: style.pointPx,
            fill: color,
            stroke: color,
            ...(isDotted ? {} : { filter: lonelyPoints }),
          },
  }
}

/**
 * A point without neighbours makes no line; it is drawn as a dot so that it can be seen. Null when there is none: an empty list
 * is drawn as well, at each step of the pointer.
 */
function lonelyPoints(plot: uPlot, seriesIndex: number): number[] | null {
  const values = plot.data[seriesIndex]!
  const isGap = (at: number): boolean => {
    // Times of other series only lie between this one's neighbours without parting them.
    const value: number | null | undefined = values[at]
    return value === null || at < 0 || at >= values.length
  }
  const lonely: number[] = []
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number') continue
    if (typeof values[i - 1] === 'number' || typeof values[i + 1] === 'number') continue
    let before = i - 1
    while (before >= 0 && values[before] === undefined) before--
    let after = i + 1
    while (after < values.length && values[after] === undefined) after++
    if (isGap(before) && isGap(after)) lonely.push(i)
  }
  return lonely.length === 0 ? null : lonely
}

function scalesOf(shape: PlotShape): uPlot.Scales {
  const scales: uPlot.Scales = {}
  for (const axis of shape.axes) {
    const isShare = shape.series.some(
      (one) => one.axis === axis.key && one.style.stack?.startsWith('percent:') === true,
    )
    const log = axis.scale === 'log2' ? 2 : 10
    scales[axis.key] = {
      distr: axis.scale === 'linear' ? 1 : axis.scale === 'symlog' ? 4 : 3,
      ...(axis.scale === 'log2' || axis.scale === 'log10' ? { log } : {}),
      range: (_plot, min, max) => axisRange(axis, min, max, isShare),
    }
  }
  return scales
}

function timeAxis(shape: PlotShape, time: TimeFormat): uPlot.Axis {
  const ink = chartInk(shape.theme)
  return {
    stroke: ink.axis,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { show: false },
    font: FONT,
    size: 24,
    space: 70,
    values: (plot, splits, _axis, _space, stepSeconds) =>
      splits.map((seconds) => {
        const label = time.tick(seconds * 1000, stepSeconds)
        return fitsRight(plot, seconds, label) ? label : null
      }),
  }
}

function valueAxes(shape: PlotShape, events: PlotEvents): uPlot.Axis[] {
  const ink = chartInk(shape.theme)
  return shape.axes.flatMap((axis, index): uPlot.Axis[] => {
    if (axis.side === 'hidden') return []
    return [
      {
        scale: axis.key,
        side: axis.side === 'right' ? 1 : 3,
        stroke: axis.color ?? ink.axis,
        grid: { show: axis.hasGrid, stroke: ink.grid, width: 1 },
        ticks: { show: false },
        font: FONT,
        gap: 6,
        space: 32,
        ...incrementsOf(axis),
        values: (_plot, splits) => labelsOf(splits, axis, (shown) => events.ticks(index, shown)),
        size: (_plot, values) => axis.widthPx ?? axisSize(values),
        ...(axis.label === ''
          ? {}
          : { label: axis.label, labelFont: FONT, labelSize: 16, labelGap: 0 }),
      },
    ]
  })
}

function incrementsOf({ isBinary, isWhole, scale }: AxisShape): { incrs?: number[] } {
  if (scale !== 'linear') return {}
  return isBinary ? { incrs: BINARY_INCREMENTS } : isWhole ? { incrs: WHOLE_INCREMENTS } : {}
}

/** A logarithmic axis has more ticks than room: only whole powers are named. */
function labelsOf(
  splits: readonly (number | null)[],
  axis: AxisShape,
  name: (shown: readonly number[]) => string[],
): (string | null)[] {
  const isLog = axis.scale === 'log2' || axis.scale === 'log10'
  const isNamed = (split: number | null): split is number => {
    if (split === null) return false
    if (!isLog) return true
    const power = axis.scale === 'log2' ? Math.log2(split) : Math.log10(split)
    return Math.abs(power - Math.round(power)) < 1e-9
  }
  const names = name(splits.filter(isNamed))
  let next = 0
  return splits.map((split) => (isNamed(split) ? (names[next++] ?? null) : null))
}

/** A label is centred on its tick; one that would leave the picture at the right is not drawn. */
function fitsRight(plot: uPlot, seconds: number, label: string): boolean {
  const { min, max } = plot.scales['x']!
  if (min === undefined || max === undefined || max <= min) return true
  const plotPx = plot.bbox.width / devicePixelRatio
  const roomPx = ((max - seconds) / (max - min)) * plotPx + RIGHT_PX
  return roomPx >= (label.length * DIGIT_PX) / 2
}

/** Wide enough for the longest label. */
function axisSize(values: readonly string[] | null | undefined): number {
  let chars = 2
  for (const value of values ?? []) chars = Math.max(chars, String(value ?? '').length)
  return Math.max(34, Math.ceil(chars * DIGIT_PX) + 14)
}
