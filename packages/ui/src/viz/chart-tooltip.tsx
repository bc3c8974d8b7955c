import { type ReactNode, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { useText, useTimeFormat } from '../services.tsx'
import type { CursorStore } from './chart-cursor.ts'
import type { PlotData, PlotMark } from './plot-series.ts'

const ROWS_MAX = 14

export interface TooltipMode {
  readonly show: 'single' | 'multi' | 'none'
  readonly sort: 'none' | 'ascending' | 'descending'
  /** Zeros are left out of a list of several. */
  readonly hideZeros?: boolean
  /** Shown also when another chart of the group has the pointer. */
  readonly isShared?: boolean
}

const ALL: TooltipMode = { show: 'multi', sort: 'descending' }

export interface TooltipProps {
  readonly data: PlotData
  readonly cursor: CursorStore
  readonly heightPx: number
  readonly hidden: ReadonlySet<number>
  readonly tooltip?: TooltipMode
  readonly marks?: readonly PlotMark[]
  readonly startMs: number
  readonly endMs: number
}

/** The values under the cursor, beside the cursor and never over it. */
export function ChartTooltip(props: TooltipProps): ReactNode {
  const { cursor, data, tooltip = ALL } = props
  const state = useSyncExternalStore(cursor.subscribe, cursor.current)
  const box = useRef<HTMLDivElement>(null)
  const time = useTimeFormat()
  const t = useText()
  useLayoutEffect(() => {
    if (box.current !== null) place(box.current, state.leftPx, state.topPx, props.heightPx)
  })
  const seconds = state.index === undefined ? undefined : data.times[state.index]
  if (state.index === undefined || seconds === undefined || tooltip.show === 'none') return null
  if (!state.isOwn && tooltip.isShared !== true) return null
  const rows = rowsAt(data, props.hidden, tooltip, state.index, state.focus)
  const shown = rows.slice(0, ROWS_MAX)
  const near = marksNear(props, seconds * 1000)
  return (
    <div ref={box} className="chart-tip" aria-hidden="true">
      <time>{time.full(seconds * 1000)}</time>
      {shown.map(({ index, value }) => (
        <div
          key={index}
          className={index === state.focus ? 'chart-tip-row is-focus' : 'chart-tip-row'}
        >
          <i style={{ background: data.series[index]!.color }} />
          <span>{data.series[index]!.name}</span>
          <b>{data.series[index]!.format(value)}</b>
        </div>
      ))}
      {rows.length > ROWS_MAX && <em>{t('chart.more', { count: rows.length - ROWS_MAX })}</em>}
      {near.map(({ text, color, fromMs }) => (
        <div key={`${fromMs} ${text}`} className="chart-tip-row is-mark">
          <i style={{ background: color }} />
          <span>{text}</span>
        </div>
      ))}
    </div>
  )
}

/** How near the cursor must be to a mark to read it, as a share of the range. */
const MARK_SHARE = 0.008
const MARKS_MAX = 3

function marksNear(
  { marks = [], startMs, endMs }: Pick<TooltipProps, 'marks' | 'startMs' | 'endMs'>,
  atMs: number,
): readonly PlotMark[] {
  const reachMs = (endMs - startMs) * MARK_SHARE
  return marks
    .filter(({ fromMs, toMs = fromMs }) => atMs >= fromMs - reachMs && atMs <= toMs + reachMs)
    .slice(0, MARKS_MAX)
}

function rowsAt(
  { series }: PlotData,
  hidden: ReadonlySet<number>,
  { show, sort, hideZeros = false }: TooltipMode,
  at: number,
  focus: number | undefined,
): { index: number; value: number }[] {
  const rows: { index: number; value: number }[] = []
  series.forEach(({ values, isSilent = false }, index) => {
    const value = values[at]
    if (typeof value !== 'number' || hidden.has(index) || isSilent) return
    if (show === 'single' && focus !== undefined && index !== focus) return
    if (hideZeros && value === 0) return
    rows.push({ index, value })
  })
  if (show === 'single') {
    rows.sort((a, b) => b.value - a.value)
    return rows.slice(0, 1)
  }
  if (sort !== 'none')
    rows.sort((a, b) => (sort === 'descending' ? b.value - a.value : a.value - b.value))
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
