// Where every panel stands: sections of rows, repeats taken apart, holes closed.
//
//   panels of the file ─ sections ─ repeats ─ compaction within each section ─ stacked
//
// Community files keep stale y values inside of collapsed rows, so that only the order within a section is trusted.
import type { Dashboard, Panel } from '../dashboard.ts'
import { MAX_PANELS } from '../limits.ts'
import type { VariableValue } from '../variables/variable.ts'
import type { Variables } from '../variables/variables.ts'
import { compacted } from './compaction.ts'
import type { PlacedPanel } from './placed-panel.ts'
import { repeatedPanels } from './repeat.ts'

export interface Layout {
  readonly panels: readonly PlacedPanel[]
  /** Grid rows in all. */
  readonly height: number
}

export interface LayoutOptions {
  /** What a person opened or closed, by key of the row, over what the file says. */
  readonly collapsed?: ReadonlyMap<string, boolean>
}

interface Section {
  readonly row: Panel | undefined
  readonly panels: readonly Panel[]
}

const NO_VALUES: ReadonlyMap<string, VariableValue> = new Map()

/** The grid of a dashboard. Panels of collapsed rows are left out. */
export function gridLayout(
  dashboard: Dashboard,
  variables: Variables,
  options: LayoutOptions = {},
): Layout {
  const panels: PlacedPanel[] = []
  let y = 0
  for (const section of sectionsOf(dashboard.panels)) {
    for (const { suffix, values } of repeatsOfRow(section, variables)) {
      if (panels.length > MAX_PANELS) break
      const row =
        section.row === undefined ? undefined : placedRow(section.row, suffix, values, y, options)
      if (row !== undefined) {
        panels.push(row)
        y += 1
      }
      if (row?.isCollapsed === true) continue
      const placed = compacted(repeatedPanels(section.panels, suffix, values, variables))
      for (const one of placed) panels.push({ ...one, at: { ...one.at, y: one.at.y + y } })
      y += placed.reduce((most, { at }) => Math.max(most, at.y + at.h), 0)
    }
  }
  return { panels: panels.slice(0, MAX_PANELS), height: y }
}

/** A row has what follows it up to the next one, or what it holds itself when it is closed. */
function sectionsOf(panels: readonly Panel[]): Section[] {
  const sorted = [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)
  const sections: { row: Panel | undefined; panels: Panel[] }[] = [{ row: undefined, panels: [] }]
  for (const panel of sorted) {
    if (panel.type === 'row') sections.push({ row: panel, panels: [...(panel.panels ?? [])] })
    else sections.at(-1)!.panels.push(panel)
  }
  return sections
}

function repeatsOfRow(
  { row }: Section,
  variables: Variables,
): { suffix: string; values: ReadonlyMap<string, VariableValue> }[] {
  const name = row?.repeat
  if (name === undefined || name === '' || name === null) return [{ suffix: '', values: NO_VALUES }]
  const options = variables.valuesOf(name)
  if (options.length === 0) return [{ suffix: '', values: NO_VALUES }]
  return options.map((option, i) => ({
    suffix: i === 0 ? '' : `-${option.value}`,
    values: new Map([[name, option]]),
  }))
}

function placedRow(
  panel: Panel,
  suffix: string,
  values: ReadonlyMap<string, VariableValue>,
  y: number,
  { collapsed }: LayoutOptions,
): PlacedPanel {
  const key = `${panel.id}${suffix}`
  return {
    key,
    panel,
    values,
    at: { x: 0, y, w: 24, h: 1 },
    isRow: true,
    isCollapsed: collapsed?.get(key) ?? panel.collapsed === true,
  }
}
