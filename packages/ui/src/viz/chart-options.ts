// The structure of a chart as uPlot wants it: made anew only when one of `ChartShape`'s fields changes.
import uPlot from 'uplot'
import { formatTicks, type Unit } from '../data/format.ts'
import type { Theme } from '../data/settings.ts'
import type { TimeFormat, Zone } from '../data/time.ts'
import { chartInk, seriesColor, withAlpha } from './palette.ts'

export interface ChartShape {
  readonly seriesCount: number
  readonly stacked: boolean
  readonly unit: Unit
  readonly theme: Theme
  readonly zone: Zone
  /** Series that are left out of a stack; empty for lines, where hiding changes no structure. */
  readonly left: readonly number[]
  /** Opacity of the area below each line, 0 to 1. */
  readonly fill: number
  readonly min: number | undefined
  readonly max: number | undefined
  /** Charts with the same key share their cursor. */
  readonly group: string | undefined
}

export interface ChartEvents {
  /** The time range to show, in seconds. */
  range(): readonly [number, number]
  cursor(plot: uPlot): void
  focus(seriesIndex: number | undefined): void
  /** A range was dragged open, in seconds. */
  select(from: number, to: number): void
  doubleClick(): void
}

const FONT = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
/** Half of the widest label that stands at the right end, `08:30`, and a little air. */
const RIGHT_PX = 20
const DIGIT_PX = 6.4
const BINARY_INCREMENTS = Array.from({ length: 60 }, (_, i) => 2 ** i)

export function chartOptions(
  shape: ChartShape,
  widthPx: number,
  heightPx: number,
  time: TimeFormat,
  events: ChartEvents,
): uPlot.Options {
  const ink = chartInk(shape.theme)
  const isBinary = shape.unit === 'bytes' || shape.unit === 'bytesPerSecond'
  return {
    width: widthPx,
    height: heightPx,
    ...(shape.zone === 'utc'
      ? { tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), 'Etc/UTC') }
      : {}),
    legend: { show: false },
    padding: [8, RIGHT_PX, 0, 0],
    focus: { alpha: 0.25 },
    cursor: cursorOptions(shape, events),
    series: [{}, ...seriesOptions(shape)],
    bands: bandsOf(shape),
    scales: {
      x: { time: true, range: () => [...events.range()] },
      y: { range: (_plot, min, max) => rangeOf(shape, min, max) },
    },
    axes: [
      {
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
      },
      {
        stroke: ink.axis,
        grid: { stroke: ink.grid, width: 1 },
        ticks: { show: false },
        font: FONT,
        gap: 6,
        space: 32,
        ...(isBinary ? { incrs: BINARY_INCREMENTS } : {}),
        values: (_plot, splits) => formatTicks(splits, shape.unit),
        size: (_plot, values) => axisSize(values),
      },
    ],
    hooks: {
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

function cursorOptions(shape: ChartShape, events: ChartEvents): uPlot.Cursor {
  return {
    y: false,
    drag: { x: true, y: false, setScale: false },
    focus: { prox: 24 },
    points: { size: 7 },
    bind: {
      dblclick: () => () => {
        events.doubleClick()
        return null
      },
    },
    ...(shape.group === undefined ? {} : { sync: { key: shape.group } }),
  }
}

function seriesOptions(shape: ChartShape): uPlot.Series[] {
  return Array.from({ length: shape.seriesCount }, (_, index): uPlot.Series => {
    const color = seriesColor(shape.theme, index)
    return {
      label: String(index),
      scale: 'y',
      stroke: color,
      // A line on top of a stack would be that of its highest series, however small it is.
      width: shape.stacked ? 0 : 1.5,
      ...(shape.fill > 0 ? { fill: withAlpha(color, shape.fill) } : {}),
      points: { show: true, size: 4, fill: color, filter: lonelyPoints },
    }
  })
}

/** A point without neighbours makes no line; it is drawn as a dot so that it can be seen. */
function lonelyPoints(plot: uPlot, seriesIndex: number): number[] | null {
  const values = plot.data[seriesIndex]!
  const lonely: number[] = []
  let hadBefore = false
  let has = (values[0] ?? null) !== null
  for (let i = 0; i < values.length; i++) {
    const hasNext = (values[i + 1] ?? null) !== null
    if (has && !hadBefore && !hasNext) lonely.push(i)
    hadBefore = has
    has = hasNext
  }
  return lonely
}

/** Stacked series are filled down to the next visible one below; the lowest down to zero. */
function bandsOf(shape: ChartShape): uPlot.Band[] {
  if (!shape.stacked) return []
  const visible = Array.from({ length: shape.seriesCount }, (_, index) => index).filter(
    (index) => !shape.left.includes(index),
  )
  return visible.slice(1).map((upper, i) => ({ series: [upper + 1, visible[i]! + 1] }))
}

function rangeOf(shape: ChartShape, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [shape.min ?? 0, shape.max ?? 1]
  const [low, high] = uPlot.rangeNum(shape.stacked ? Math.min(0, min) : min, max, {
    min: { pad: 0.05, soft: 0, mode: 3 },
    max: { pad: 0.08, soft: 0, mode: 3 },
  })
  return [shape.min ?? low ?? 0, shape.max === undefined ? (high ?? 1) : Math.max(shape.max, max)]
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
  for (const value of values ?? []) chars = Math.max(chars, String(value).length)
  return Math.max(34, Math.ceil(chars * DIGIT_PX) + 14)
}
