import { type ReactNode, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { formatValue } from '../data/format.ts'
import { useSettings, useText, useTimeFormat } from '../services.tsx'
import { seriesColor } from './palette.ts'
import type { TimeChartProps } from './time-chart-props.ts'

const ROWS_MAX = 14

/** The values under the cursor, largest first, beside the cursor and never over it. */
export function ChartTooltip(
  props: Pick<TimeChartProps, 'frame' | 'names' | 'unit' | 'cursor' | 'heightPx'> & {
    readonly hidden: ReadonlySet<number>
  },
): ReactNode {
  const { cursor, frame } = props
  const state = useSyncExternalStore(cursor.subscribe, cursor.current)
  const box = useRef<HTMLDivElement>(null)
  const { theme } = useSettings()
  const time = useTimeFormat()
  const t = useText()
  useLayoutEffect(() => {
    if (box.current !== null) place(box.current, state.leftPx, state.topPx, props.heightPx)
  })
  if (state.index === undefined || !state.isOwn || frame.times[state.index] === undefined)
    return null
  const rows = rowsAt(props, state.index, state.focus)
  const shown = rows.slice(0, ROWS_MAX)
  return (
    <div ref={box} className="chart-tip" aria-hidden="true">
      <time>{time.full(frame.times[state.index]! * 1000)}</time>
      {shown.map(({ index, value }) => (
        <div
          key={index}
          className={index === state.focus ? 'chart-tip-row is-focus' : 'chart-tip-row'}
        >
          <i style={{ background: seriesColor(theme, index) }} />
          <span>{props.names[index]}</span>
          <b>{formatValue(value, props.unit)}</b>
        </div>
      ))}
      {rows.length > ROWS_MAX && <em>{t('chart.more', { count: rows.length - ROWS_MAX })}</em>}
    </div>
  )
}

function rowsAt(
  props: Pick<TimeChartProps, 'frame'> & { readonly hidden: ReadonlySet<number> },
  at: number,
  focus: number | undefined,
): { index: number; value: number }[] {
  const rows: { index: number; value: number }[] = []
  props.frame.series.forEach(({ values }, index) => {
    const value = values[at]!
    if (value === value && !props.hidden.has(index)) rows.push({ index, value })
  })
  rows.sort((a, b) => b.value - a.value)
  const focused = rows.findIndex(({ index }) => index === focus)
  // The nearest series is always listed, even when others are larger.
  if (focused >= ROWS_MAX) rows.splice(ROWS_MAX - 1, 0, ...rows.splice(focused, 1))
  return rows
}

const GAP_PX = 14

function place(box: HTMLElement, leftPx: number, topPx: number, heightPx: number): void {
  const room = box.parentElement?.clientWidth ?? 0
  const { offsetWidth: width, offsetHeight: height } = box
  const right = leftPx + GAP_PX
  const left =
    right + width <= room || leftPx < room / 2
      ? Math.min(right, Math.max(right, room - width))
      : leftPx - GAP_PX - width
  box.style.left = `${Math.max(Math.min(0, room - width), left)}px`
  box.style.top = `${Math.max(-height * 0.25, Math.min(topPx - height / 2, heightPx - height))}px`
}
