// A panel repeated by a variable: one per value, side by side or below each other.
import type { Panel } from '../dashboard.ts'
import { MAX_PANELS } from '../limits.ts'
import type { VariableValue } from '../variables/variable.ts'
import type { Variables } from '../variables/variables.ts'
import { GRID_COLUMNS } from './compaction.ts'
import type { PlacedPanel } from './placed-panel.ts'

const DEFAULT_PER_ROW = 4

/**
 * Panels of one section, repeats taken apart. What stands below a repeat moves down by what it grew.
 *
 * @param suffix, values  of the row they stand in
 */
export function repeatedPanels(
  panels: readonly Panel[],
  suffix: string,
  values: ReadonlyMap<string, VariableValue>,
  variables: Variables,
): PlacedPanel[] {
  const sorted = [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)
  const placed: PlacedPanel[] = []
  let grown = 0
  for (const panel of sorted) {
    const at = { ...panel.gridPos, y: panel.gridPos.y + grown }
    const name = panel.repeat
    const options =
      name === undefined || name === '' || name === null ? [] : variables.valuesOf(name)
    // A panel repeated by what its row is repeated by has one value there.
    if (options.length === 0 || values.has(name!)) {
      placed.push({
        key: `${panel.id}${suffix}`,
        panel,
        values,
        at,
        isRow: false,
        isCollapsed: false,
      })
      continue
    }
    const before = placed.length
    options.slice(0, MAX_PANELS).forEach((option, i) => {
      const place =
        panel.repeatDirection === 'v' ? below(at, i) : beside(at, i, options.length, panel)
      placed.push({
        key: `${panel.id}${suffix}${i === 0 ? '' : `-${option.value}`}`,
        panel,
        values: new Map([...values, [name!, option]]),
        at: place,
        isRow: false,
        isCollapsed: false,
      })
    })
    const bottom = placed
      .slice(before)
      .reduce((most, one) => Math.max(most, one.at.y + one.at.h), 0)
    grown += bottom - (at.y + at.h)
  }
  return placed
}

type Place = PlacedPanel['at']

function below(at: Place, index: number): Place {
  return { ...at, y: at.y + index * at.h }
}

/** As wide as fits, at most so many in a row as the panel says. */
function beside(at: Place, index: number, count: number, { maxPerRow }: Panel): Place {
  const perRow = Math.min(count, Math.max(1, Math.min(GRID_COLUMNS, maxPerRow ?? DEFAULT_PER_ROW)))
  const w = Math.floor(GRID_COLUMNS / perRow)
  return { ...at, x: (index % perRow) * w, y: at.y + Math.floor(index / perRow) * at.h, w }
}
