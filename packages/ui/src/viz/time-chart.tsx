// Lines or stacked areas over time. uPlot is made anew only when the chart's structure changes; new data and a
// new range go through setData, a new width through setSize, hiding through setSeries.
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import { useSettings, useTimeFormat } from '../services.tsx'
import type { CursorStore } from './chart-cursor.ts'
import { type ChartEvents, chartOptions, type ChartShape } from './chart-options.ts'
import { ChartTooltip } from './chart-tooltip.tsx'
import { drawnColumns } from './drawn-columns.ts'
import { CursorSlider } from './cursor-slider.tsx'
import { useWidth } from './use-width.ts'
import type { TimeChartProps } from './time-chart-props.ts'

const NONE: ReadonlySet<number> = new Set()

export function TimeChart(props: TimeChartProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const plot = usePlot(host, props)
  return (
    <div className="chart">
      <div ref={host} className="chart-host" style={{ height: props.heightPx }} />
      <ChartTooltip {...props} hidden={props.hidden ?? NONE} />
      <CursorSlider {...props} plot={plot} />
    </div>
  )
}

/** The structure of the chart as text: two equal ones need no new plot. */
function useStructure(props: TimeChartProps, hidden: ReadonlySet<number>): string {
  const { theme, zone } = useSettings()
  const stacked = props.stacked ?? false
  const shape: ChartShape = {
    seriesCount: props.frame.series.length,
    stacked,
    unit: props.unit,
    theme,
    zone,
    left: stacked ? [...hidden] : [],
    fill: props.fill ?? 0,
    min: props.min,
    max: props.max,
    group: props.group,
  }
  return JSON.stringify(shape)
}

function usePlot(
  host: RefObject<HTMLDivElement | null>,
  props: TimeChartProps,
): RefObject<uPlot | undefined> {
  const { frame, heightPx, startMs, endMs, highlight, cursor, stacked = false } = props
  const hidden = props.hidden ?? NONE
  const time = useTimeFormat()
  const plot = useRef<uPlot | undefined>(undefined)
  const widthPx = useWidth(host)
  const columns = useMemo(() => drawnColumns(frame, stacked, hidden), [frame, stacked, hidden])
  const latest = useRef({ props, columns, widthPx })
  useLayoutEffect(() => {
    latest.current = { props, columns, widthPx }
  })
  const structure = useStructure(props, hidden)
  const isLaidOut = widthPx > 0

  useEffect(() => {
    if (!isLaidOut || host.current === null) return undefined
    const { props: first, columns: drawn, widthPx: firstWidthPx } = latest.current
    const shape = JSON.parse(structure) as ChartShape
    const events = eventsOf(() => latest.current.props, cursor)
    const options = chartOptions(shape, firstWidthPx, first.heightPx, time, events)
    const made = new uPlot(options, drawn, host.current)
    showOnly(made, first.hidden ?? NONE)
    plot.current = made
    return () => {
      plot.current = undefined
      cursor.leave()
      made.destroy()
    }
  }, [structure, isLaidOut, time, cursor, host])

  useEffect(() => plot.current?.setData(columns), [columns, startMs, endMs])
  useEffect(() => {
    if (widthPx > 0) plot.current?.setSize({ width: widthPx, height: heightPx })
  }, [widthPx, heightPx])
  useEffect(() => {
    if (plot.current !== undefined) showOnly(plot.current, hidden)
  }, [hidden])
  useEffect(() => {
    if (frame.series.length < 2) return
    // null means "no series in focus", which uPlot's types do not know.
    const index = (highlight === undefined ? null : highlight + 1) as number
    plot.current?.setSeries(index, { focus: true })
  }, [highlight, frame.series.length])
  return plot
}

function showOnly(plot: uPlot, hidden: ReadonlySet<number>): void {
  plot.batch(() => {
    for (let i = 1; i < plot.series.length; i++) {
      const show = !hidden.has(i - 1)
      if (plot.series[i]!.show !== show) plot.setSeries(i, { show })
    }
  })
}

function eventsOf(props: () => TimeChartProps, cursor: CursorStore): ChartEvents {
  return {
    range: () => [props().startMs / 1000, props().endMs / 1000],
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
    doubleClick: () => props().onZoomOut?.(),
  }
}
