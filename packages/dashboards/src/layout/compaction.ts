// Closing holes: every panel moves up until it meets another one.
import type { PlacedPanel } from './placed-panel.ts'

const COLUMNS = 24

/** @param panels  in any order; y counts from the begin of their section */
export function compacted(panels: readonly PlacedPanel[]): PlacedPanel[] {
  // The first free row of each column: panels come from top to bottom, so that nothing is met but what stands above.
  const free = Array.from({ length: COLUMNS }, () => 0)
  return [...panels]
    .sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x)
    .map((one) => {
      const { x, w, h } = one.at
      const columns = free.slice(x, x + w)
      const y = Math.max(0, ...columns)
      free.fill(y + h, x, Math.min(COLUMNS, x + w))
      return { ...one, at: { ...one.at, y } }
    })
}
