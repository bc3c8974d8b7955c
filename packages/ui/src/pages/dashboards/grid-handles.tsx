// Moving and resizing panels on the grid, with the pointer or the arrow keys.
import type { GridPos, Panel } from '@pharos/dashboards'
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useState,
} from 'react'
import { Icon } from '../../kit/icon.tsx'
import { useText } from '../../services.tsx'

const GRID_COLUMNS = 24
const CELL_PX = 38

export interface EditGrid {
  /** A panel was let go at another place or size. */
  move(id: number, gridPos: GridPos): void
}

interface GridDrag {
  /** The panel that is being moved, and where it would stand. */
  readonly moved: { readonly id: number; readonly gridPos: GridPos } | undefined
  begin(
    event: PointerEvent<HTMLElement>,
    panel: Panel,
    gridPos: GridPos,
    kind: 'move' | 'size',
  ): void
  nudge(
    event: KeyboardEvent<HTMLElement>,
    panel: Panel,
    gridPos: GridPos,
    kind: 'move' | 'size',
  ): void
}

export function useGridDrag(
  grid: RefObject<HTMLElement | null>,
  edit: EditGrid | undefined,
): GridDrag {
  const [moved, setMoved] = useState<GridDrag['moved']>(undefined)
  return {
    moved,
    begin(event, panel, gridPos, kind) {
      if (edit === undefined || grid.current === null || event.button !== 0) return
      event.preventDefault()
      const handle = event.currentTarget
      const columnPx = (grid.current.clientWidth + 8) / GRID_COLUMNS
      const [startX, startY] = [event.clientX, event.clientY]
      let at = gridPos
      const onMove = (next: globalThis.PointerEvent) => {
        const dx = Math.round((next.clientX - startX) / columnPx)
        const dy = Math.round((next.clientY - startY) / CELL_PX)
        at = changed(gridPos, kind, dx, dy)
        setMoved({ id: panel.id, gridPos: at })
      }
      const end = (isKept: boolean) => {
        handle.removeEventListener('pointermove', onMove)
        setMoved(undefined)
        if (isKept && !isSame(at, gridPos)) edit.move(panel.id, at)
      }
      handle.setPointerCapture(event.pointerId)
      handle.addEventListener('pointermove', onMove)
      handle.addEventListener('pointerup', () => end(true), { once: true })
      handle.addEventListener('pointercancel', () => end(false), { once: true })
    },
    nudge(event, panel, gridPos, kind) {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
        event.key
      ]
      if (step === undefined || edit === undefined) return
      event.preventDefault()
      event.stopPropagation()
      // A panel changes places with the one beside it: half its own width would not do.
      const [dx, dy] =
        kind === 'move' ? [step[0]! * gridPos.w, step[1]! * gridPos.h] : [step[0]!, step[1]!]
      edit.move(panel.id, changed(gridPos, kind, dx, dy))
    },
  }
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

export function GridHandles(props: { panel: Panel; gridPos: GridPos; drag: GridDrag }): ReactNode {
  const { panel, gridPos, drag } = props
  const t = useText()
  const handle = (kind: 'move' | 'size', label: string) => (
    <button
      type="button"
      className={`grid-handle is-${kind}`}
      aria-label={label}
      title={label}
      onPointerDown={(event) => drag.begin(event, panel, gridPos, kind)}
      onKeyDown={(event) => drag.nudge(event, panel, gridPos, kind)}
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
