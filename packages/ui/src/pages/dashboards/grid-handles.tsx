// Moving and resizing panels on the grid, with the pointer or the arrow keys.
import type { Dashboard, GridPos, Panel } from '@pharos/dashboards'
import type { KeyboardEvent, PointerEvent, ReactNode, RefObject } from 'react'
import { movedPanel } from '../../data/panel-edits.ts'
import { Icon } from '../../kit/icon.tsx'
import { useText } from '../../services.tsx'

const GRID_COLUMNS = 24
const CELL_PX = 38

export interface GridHandlesProps {
  readonly grid: RefObject<HTMLElement | null>
  readonly dashboard: Dashboard
  readonly panel: Panel
  readonly gridPos: GridPos
  /** Where a panel would stand that is being moved; undefined once it is let go. */
  readonly onMoving: (moved: { readonly id: number; readonly gridPos: GridPos } | undefined) => void
  readonly onChange: (dashboard: Dashboard) => void
}

export function GridHandles(props: GridHandlesProps): ReactNode {
  const { panel } = props
  const t = useText()
  const handle = (kind: 'move' | 'size', label: string) => (
    <button
      type="button"
      className={`grid-handle is-${kind}`}
      aria-label={label}
      title={label}
      onPointerDown={(event) => begin(event, props, kind)}
      onKeyDown={(event) => nudge(event, props, kind)}
    >
      <Icon name={kind === 'move' ? 'grip' : 'corner'} size={14} />
    </button>
  )
  return (
    <>
      {handle('move', t('panel.move', { title: panel.title }))}
      {handle('size', t('panel.resize', { title: panel.title }))}
    </>
  )
}

function begin(
  event: PointerEvent<HTMLElement>,
  { grid, dashboard, panel, gridPos, onMoving, onChange }: GridHandlesProps,
  kind: 'move' | 'size',
): void {
  if (grid.current === null || event.button !== 0) return
  event.preventDefault()
  const handle = event.currentTarget
  const columnPx = (grid.current.clientWidth + 8) / GRID_COLUMNS
  const [startX, startY] = [event.clientX, event.clientY]
  let at = gridPos
  const onMove = (next: globalThis.PointerEvent) => {
    const dx = Math.round((next.clientX - startX) / columnPx)
    const dy = Math.round((next.clientY - startY) / CELL_PX)
    at = changed(gridPos, kind, dx, dy)
    onMoving({ id: panel.id, gridPos: at })
  }
  const end = (isKept: boolean) => {
    handle.removeEventListener('pointermove', onMove)
    onMoving(undefined)
    if (isKept && !isSame(at, gridPos)) onChange(movedPanel(dashboard, panel.id, at))
  }
  handle.setPointerCapture(event.pointerId)
  handle.addEventListener('pointermove', onMove)
  handle.addEventListener('pointerup', () => end(true), { once: true })
  handle.addEventListener('pointercancel', () => end(false), { once: true })
}

function nudge(
  event: KeyboardEvent<HTMLElement>,
  { dashboard, panel, gridPos, onChange }: GridHandlesProps,
  kind: 'move' | 'size',
): void {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
    event.key
  ]
  if (step === undefined) return
  event.preventDefault()
  event.stopPropagation()
  // A panel changes places with the one beside it: half its own width would not do.
  const [dx, dy] =
    kind === 'move' ? [step[0]! * gridPos.w, step[1]! * gridPos.h] : [step[0]!, step[1]!]
  onChange(movedPanel(dashboard, panel.id, changed(gridPos, kind, dx, dy)))
}

function changed(box: GridPos, kind: 'move' | 'size', dx: number, dy: number): GridPos {
  if (kind === 'size')
    return {
      ...box,
      w: Math.max(1, Math.min(GRID_COLUMNS - box.x, box.w + dx)),
      h: Math.max(2, box.h + dy),
    }
  // Half a row above what stands there, so that the one below makes room.
  const y = box.y + dy
  return {
    ...box,
    x: Math.max(0, Math.min(GRID_COLUMNS - box.w, box.x + dx)),
    y: Math.max(-0.5, dy < 0 ? y - 0.5 : dy > 0 ? y + 0.5 : y),
  }
}

function isSame(a: GridPos, b: GridPos): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h
}
