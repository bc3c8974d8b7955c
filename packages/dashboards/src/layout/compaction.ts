// Closing holes: every panel moves up until it meets another one.
import type { GridPos } from '../dashboard.ts'
import type { PlacedPanel } from './placed-panel.ts'

export const GRID_COLUMNS = 24

/** Boxes wider than the grid, or outside of it, are moved in. @param panels  in any order; y counts within their section */
export function compacted(panels: readonly PlacedPanel[]): PlacedPanel[] {
  // The first free row of each column: panels come from top to bottom, so that nothing is met but what stands above.
  const free = Array.from({ length: GRID_COLUMNS }, () => 0)
  return [...panels]
    .sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x)
    .map((one) => {
      const { x, w, h } = withinGrid(one.at)
      const y = Math.max(...free.slice(x, x + w))
      free.fill(y + h, x, x + w)
      return { ...one, at: { x, y, w, h } }
    })
}

function withinGrid(box: GridPos): GridPos {
  const w = Math.max(1, Math.min(GRID_COLUMNS, Math.floor(box.w)))
  const x = Math.max(0, Math.min(GRID_COLUMNS - w, Math.floor(box.x)))
  return { x, y: box.y, w, h: Math.max(1, Math.floor(box.h)) }
}
