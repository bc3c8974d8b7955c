// Series over time. uPlot is made anew only when the chart's structure changes; new data and a new range go through
// setData, a new size through setSize, hiding through setSeries.
import {
  type ComponentType,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react'
import uPlot from 'uplot'
import { useLoaded } from './use-loaded.ts'
import { useSettings, useTimeFormat, useZone } from '../services.tsx'
import type { CursorStore } from './chart-cursor.ts'
import type { ChartReadingProps } from './chart-reading.tsx'
import type { TooltipMode } from './chart-tooltip.tsx'
import { type DrawnPlot, drawnPlot } from './plot-columns.ts'
import { type PlotEvents, plotOptions } from './plot-options.ts'
import type { PlotShape } from './plot-shape.ts'
import type { PlotData, PlotMark } from './plot-series.ts'
import { useWidth } from './use-width.ts'

export interface PlotProps {
  /** What the chart shows, for those who cannot see it. */
  readonly title: string
  readonly data: PlotData
  /** Of its first picture, when that is known. */
  readonly widthPx?: number | undefined
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
  readonly cursor: CursorStore
  readonly hidden?: ReadonlySet<number>
  /** The series that the legend points at. */
  readonly highlight?: number | undefined
  readonly group?: string
  readonly tooltip?: TooltipMode
  readonly marks?: readonly PlotMark[]
  readonly onZoom?: ((startMs: number, endMs: number) => void) | undefined
  readonly onZoomOut?: (() => void) | undefined
  /** A click on the chart while a series is near. */
  readonly onPick?: ((seriesIndex: number, index: number) => void) | undefined
  /** Told after each drawing, for what lies over the chart. Constant: a new one draws again. */
  readonly onDrawn?: ((plot: uPlot) => void) | undefined
}

const NONE: ReadonlySet<number> = new Set()
const NO_MARKS: readonly PlotMark[] = []

export function Plot(props: PlotProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const plot = usePlot(host, props)
  const Reading = useLoaded(loadReading)
  return (
    <div className="chart">
      <div ref={host} className="chart-host" style={{ height: props.heightPx }} />
      {Reading !== undefined && (
        // Loaded once and kept in state: it is no new component at every render.
        // oxlint-disable-next-line react/static-components
        <Reading {...props} hidden={props.hidden ?? NONE} plot={plot} />
      )}
    </div>
  )
}

/** Nobody reads a value off a chart before it is drawn. */
async function loadReading(): Promise<ComponentType<ChartReadingProps>> {
  return (await import('./chart-reading.tsx')).ChartReading
}

/** The structure of the chart as text: two equal ones need no new plot. */
function useStructure(props: PlotProps, drawn: DrawnPlot): string {
  const { theme } = useSettings()
  const zone = useZone()
  const { data, group } = props
  return useMemo(() => {
    const shape: PlotShape = {
      series: data.series.map(({ color, axis, style }) => ({ color, axis, style })),
      // Functions have no text and are left out.
      axes: data.axes,
      bands: drawn.bands,
      theme,
      zone,
      group,
    }
    return JSON.stringify(shape)
  }, [data, drawn, theme, zone, group])
}

function usePlot(
  host: RefObject<HTMLDivElement | null>,
  props: PlotProps,
): RefObject<uPlot | undefined> {
  const { data, heightPx, startMs, endMs, highlight, cursor, marks = NO_MARKS, onDrawn } = props
  const hidden = props.hidden ?? NONE
  const time = useTimeFormat()
  const plot = useRef<uPlot | undefined>(undefined)
  const isDrawn = useRef(false)
  const focused = useRef(highlight)
  const widthPx = useWidth(host, props.widthPx)
  const drawn = useMemo(() => drawnPlot(data, hidden), [data, hidden])
  const latest = useRef({ props, drawn, widthPx })
  useLayoutEffect(() => {
    latest.current = { props, drawn, widthPx }
  })
  const structure = useStructure(props, drawn)
  const isLaidOut = widthPx > 0

  useEffect(() => {
    if (!isLaidOut || host.current === null) return undefined
    const { props: first, drawn: firstDrawn, widthPx: width } = latest.current
    // What was written as JSON above.
    const shape = JSON.parse(structure) as PlotShape
    const events = eventsOf(() => latest.current.props, cursor)
    const options = plotOptions(shape, { width, height: first.heightPx }, time, events)
    const made = drawnNow(options, firstDrawn.columns, host.current, first.hidden ?? NONE)
    plot.current = made
    isDrawn.current = true
    return () => {
      plot.current = undefined
      cursor.leave()
      made.destroy()
    }
  }, [structure, isLaidOut, time, cursor, host])

  // Whatever changed, it is drawn once, and not at all when it has just been drawn.
  useEffect(() => {
    const shown = plot.current
    if (!isDrawn.current && shown !== undefined && widthPx > 0)
      shown.batch(() => {
        if (shown.width !== widthPx || shown.height !== heightPx)
          shown.setSize({ width: widthPx, height: heightPx })
        showOnly(shown, hidden)
        shown.setData(drawn.columns)
      })
    isDrawn.current = false
  }, [drawn, startMs, endMs, marks, onDrawn, widthPx, heightPx, hidden])
  useEffect(() => {
    if (focused.current === highlight || data.series.length < 2) return
    focused.current = highlight
    // null means "no series in focus", which uPlot's types do not know.
    const index = (highlight === undefined ? null : highlight + 1) as number
    plot.current?.setSeries(index, { focus: true })
  }, [highlight, data.series.length])
  return plot
}

/**
 * A new plot, drawn before this returns: by itself uPlot draws in a microtask, when whoever keeps the time has gone. Only what is drawn
 * goes into the page: in there each font that is set makes the browser compute the page's styles.
 */
function drawnNow(
  options: uPlot.Options,
  columns: uPlot.AlignedData,
  host: HTMLElement,
  hidden: ReadonlySet<number>,
): uPlot {
  return new uPlot(options, columns, (plot, init) => {
    plot.batch(() => {
      init()
      showOnly(plot, hidden)
    })
    host.append(plot.root)
  })
}

function showOnly(plot: uPlot, hidden: ReadonlySet<number>): void {
  for (let i = 1; i < plot.series.length; i++) {
    const show = !hidden.has(i - 1)
    if (plot.series[i]!.show !== show) plot.setSeries(i, { show })
  }
}

function eventsOf(props: () => PlotProps, cursor: CursorStore): PlotEvents {
  return {
    range: () => [props().startMs / 1000, props().endMs / 1000],
    ticks: (axis, splits) => props().data.axes[axis]?.ticks(splits) ?? splits.map(String),
    marks: () => props().marks ?? NO_MARKS,
    cursor(plot) {
      const { idx, left = -1, top = 0, event } = plot.cursor
      if (idx === null || idx === undefined || left < 0) {
        cursor.leave()
        return
      }
      cursor.move({
        index: idx,
        leftPx: left + plot.over.offsetLeft,
        topPx: top + plot.over.offsetTop,
        isOwn: event !== undefined && event !== null,
      })
    },
    focus: (index) => cursor.move({ focus: index }),
    select: (from, to) => props().onZoom?.(Math.round(from * 1000), Math.round(to * 1000)),
    click() {
      const { index, focus } = cursor.current()
      if (index !== undefined && focus !== undefined) props().onPick?.(focus, index)
    },
    doubleClick: () => props().onZoomOut?.(),
    drawn: (plot) => props().onDrawn?.(plot),
  }
}
