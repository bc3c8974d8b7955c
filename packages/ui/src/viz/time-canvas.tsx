// A canvas with time to the right and rows upwards: what heatmaps and states are drawn on. It owns the axis of time,
// the names of the rows, the pointer and the range that is dragged open.
import { type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import type { TimeFormat } from '../data/time.ts'
import { useSettings, useTimeFormat } from '../services.tsx'
import { chartInk } from './palette.ts'
import { timeTicks } from './time-ticks.ts'

export interface CanvasArea {
  readonly ctx: CanvasRenderingContext2D
  /** CSS pixels of the plot, from the canvas' own left and top. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: (ms: number) => number
}

interface TimeCanvasProps {
  readonly label: string
  readonly widthPx: number
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
  /** From above to below, with where each stands as a share of the height. */
  readonly rows: readonly { readonly name: string; readonly at: number }[]
  readonly draw: (area: CanvasArea) => void
  /** What is below the pointer; `share` of the height from above. */
  readonly tooltip: (ms: number, share: number) => ReactNode
  readonly onZoom?: ((fromMs: number, toMs: number) => void) | undefined
}

const AXIS_PX = 22
const FONT = '11px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
const LETTER_PX = 6.4
const TOP_PX = 6
const RIGHT_PX = 8
const ROW_LABEL_PX = 14
const DRAG_PX = 6

export function TimeCanvas(props: TimeCanvasProps): ReactNode {
  const { widthPx, heightPx, startMs, endMs, rows } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const { theme } = useSettings()
  const time = useTimeFormat()
  const [pointer, setPointer] = useState<Place | undefined>(undefined)
  const [dragFrom, setDragFrom] = useState<number | undefined>(undefined)
  const left = Math.min(
    widthPx * 0.35,
    Math.max(30, ...rows.map(({ name }) => name.length * LETTER_PX)) + 12,
  )
  const plot = {
    left,
    top: TOP_PX,
    width: Math.max(1, widthPx - left - RIGHT_PX),
    height: Math.max(1, heightPx - AXIS_PX - TOP_PX),
  }
  useLayoutEffect(() => {
    const ctx = canvas.current?.getContext('2d')
    if (canvas.current === null || ctx === null || ctx === undefined) return
    canvas.current.width = Math.round(widthPx * devicePixelRatio)
    canvas.current.height = Math.round(heightPx * devicePixelRatio)
    ctx.scale(devicePixelRatio, devicePixelRatio)
    drawAll(ctx, props, plot, chartInk(theme).axis, time)
  })
  const msAt = (px: number) => startMs + ((px - plot.left) / plot.width) * (endMs - startMs)
  const release = (event: PointerEvent<HTMLElement>) => {
    const { x } = placeOf(event)
    if (dragFrom !== undefined && Math.abs(x - dragFrom) >= DRAG_PX) {
      const [from, to] = [Math.min(x, dragFrom), Math.max(x, dragFrom)]
      props.onZoom?.(
        Math.round(msAt(Math.max(plot.left, from))),
        Math.round(msAt(Math.min(plot.left + plot.width, to))),
      )
    }
    setDragFrom(undefined)
  }
  const isOver = pointer !== undefined && isInside(plot, pointer)
  const tip = isOver ? props.tooltip(msAt(pointer.x), (pointer.y - plot.top) / plot.height) : null
  return (
    <div
      className="time-canvas"
      onPointerMove={(event) => setPointer(placeOf(event))}
      onPointerLeave={() => {
        setPointer(undefined)
        setDragFrom(undefined)
      }}
      onPointerDown={(event) => setDragFrom(placeOf(event).x)}
      onPointerUp={release}
    >
      <canvas
        ref={canvas}
        // A drawing has no source that an img could name.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={props.label}
        style={{ width: widthPx, height: heightPx }}
      />
      {dragFrom !== undefined && pointer !== undefined && (
        <DragSpan from={dragFrom} to={pointer.x} plot={plot} />
      )}
      {tip !== null && pointer !== undefined && (
        <Tip pointer={pointer} widthPx={widthPx} heightPx={heightPx}>
          {tip}
        </Tip>
      )}
    </div>
  )
}

interface PlotBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

interface Place {
  readonly x: number
  readonly y: number
}

function placeOf(event: PointerEvent<HTMLElement>): Place {
  const box = event.currentTarget.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}

function isInside({ left, top, width, height }: PlotBox, { x, y }: Place): boolean {
  return x >= left && x <= left + width && y >= top && y <= top + height
}

function drawAll(
  ctx: CanvasRenderingContext2D,
  props: TimeCanvasProps,
  plot: PlotBox,
  ink: string,
  time: TimeFormat,
): void {
  const { widthPx, startMs, endMs } = props
  ctx.font = FONT
  const x = (ms: number) => plot.left + ((ms - startMs) / (endMs - startMs)) * plot.width
  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.left, plot.top, plot.width, plot.height)
  ctx.clip()
  props.draw({ ctx, ...plot, x })
  ctx.restore()
  ctx.fillStyle = ink
  drawRowNames(ctx, props.rows, plot)
  ctx.textAlign = 'center'
  ctx.textBaseline = 'top'
  const { ticks, stepSeconds } = timeTicks(startMs, endMs, plot.width)
  for (const ms of ticks) {
    const text = time.tick(ms, stepSeconds)
    const half = (text.length * LETTER_PX) / 2
    if (x(ms) + half < widthPx) ctx.fillText(text, x(ms), plot.top + plot.height + 6)
  }
}

function DragSpan({ from, to, plot }: { from: number; to: number; plot: PlotBox }): ReactNode {
  return (
    <span
      className="drag-span"
      style={{
        left: Math.min(from, to),
        width: Math.abs(to - from),
        top: plot.top,
        height: plot.height,
      }}
    />
  )
}

function Tip(props: {
  pointer: Place
  widthPx: number
  heightPx: number
  children: ReactNode
}): ReactNode {
  const { pointer, widthPx, heightPx } = props
  const isRight = pointer.x > widthPx / 2
  return (
    <div
      className="chart-tip"
      aria-hidden="true"
      style={{
        top: Math.max(0, Math.min(pointer.y - 20, heightPx - 60)),
        ...(isRight ? { right: widthPx - pointer.x + 14 } : { left: pointer.x + 14 }),
      }}
    >
      {props.children}
    </div>
  )
}

/** Names that would lie on each other are left out. */
function drawRowNames(
  ctx: CanvasRenderingContext2D,
  rows: TimeCanvasProps['rows'],
  plot: { left: number; top: number; height: number },
): void {
  ctx.textAlign = 'right'
  ctx.textBaseline = 'middle'
  const lettersMax = Math.max(3, Math.floor((plot.left - 10) / LETTER_PX))
  let free = -Infinity
  for (const { name, at } of rows) {
    const y = plot.top + at * plot.height
    if (y - free < ROW_LABEL_PX || y < plot.top || y > plot.top + plot.height + 1) continue
    free = y
    ctx.fillText(
      name.length > lettersMax ? `${name.slice(0, lettersMax - 1)}…` : name,
      plot.left - 8,
      y,
    )
  }
}
