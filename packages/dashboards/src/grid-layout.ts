// Where the panels of a dashboard stand: rows open and closed, holes closed by moving panels up.
import type { GridPos, Panel } from './dashboard.ts'

export const GRID_COLUMNS = 24

export interface PlacedPanel {
  readonly panel: Panel
  /** In columns of 24 and rows of 30 px; `y` counts from the top of the dashboard. */
  readonly gridPos: GridPos
  /** The row it belongs to; undefined above the first row, and for rows themselves. */
  readonly row: Panel | undefined
}

/**
 * The panels that are to be seen, from above to below. What a closed row hides is left out; what an open row holds
 * follows it, wherever the file says that it stands: files of the community keep stale positions in closed rows.
 *
 * @param panels  top-level panels; a collapsed row holds its own
 * @param isClosed  of a row; the file's own word is `row.collapsed`
 */
export function gridLayout(
  panels: readonly Panel[],
  isClosed: (row: Panel) => boolean = ({ collapsed }) => collapsed === true,
): PlacedPanel[] {
  const placed: PlacedPanel[] = []
  let top = 0
  for (const { row, members } of sectionsOf(panels)) {
    if (row !== undefined) {
      placed.push({ panel: row, row: undefined, gridPos: { x: 0, y: top, w: GRID_COLUMNS, h: 1 } })
      top += 1
      if (isClosed(row)) continue
    }
    const section = compacted(members.map(({ gridPos }) => gridPos))
    members.forEach((panel, index) => {
      const gridPos = section[index]!
      placed.push({ panel, row, gridPos: { ...gridPos, y: gridPos.y + top } })
    })
    top += section.reduce((height, { y, h }) => Math.max(height, y + h), 0)
  }
  return placed
}

interface Section {
  readonly row: Panel | undefined
  readonly members: readonly Panel[]
}

/** A row and what stands below it up to the next row, in reading order. */
function sectionsOf(panels: readonly Panel[]): Section[] {
  const sections: { row: Panel | undefined; members: Panel[] }[] = [{ row: undefined, members: [] }]
  for (const panel of [...panels].sort((a, b) => inReadingOrder(a.gridPos, b.gridPos))) {
    if (panel.type === 'row')
      sections.push({
        row: panel,
        members: [...(panel.panels ?? [])].sort((a, b) => inReadingOrder(a.gridPos, b.gridPos)),
      })
    else sections.at(-1)!.members.push(panel)
  }
  return sections
}

function inReadingOrder(a: GridPos, b: GridPos): number {
  return a.y - b.y || a.x - b.x
}

/**
 * Every box moved up as far as no other stands in its way, the order among those above each other kept. Boxes wider
 * than the grid, or outside of it, are moved in.
 *
 * @param boxes  in the order in which they may move; the result is in the same order
 */
export function compacted(boxes: readonly GridPos[]): GridPos[] {
  // How high each column is filled already.
  const filled = Array.from({ length: GRID_COLUMNS }, () => 0)
  return boxes.map((box) => {
    const w = Math.max(1, Math.min(GRID_COLUMNS, Math.floor(box.w)))
    const h = Math.max(1, Math.floor(box.h))
    const x = Math.max(0, Math.min(GRID_COLUMNS - w, Math.floor(box.x)))
    let y = 0
    for (let column = x; column < x + w; column++) y = Math.max(y, filled[column]!)
    filled.fill(y + h, x, x + w)
    return { x, y, w, h }
  })
}
