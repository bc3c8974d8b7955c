// Changes to the panels of a dashboard, each one giving a new dashboard. Loaded when somebody edits.
import { type Dashboard, gridLayout, type GridPos, type Panel, Variables } from '@pharos/dashboards'
import { allPanels, panelById } from './dashboard-edits.ts'

/** `change` gives the panel anew, or undefined to remove it. */
export function withPanel(
  dashboard: Dashboard,
  id: number,
  change: (panel: Panel) => Panel | undefined,
): Dashboard {
  const within = (panels: readonly Panel[]): Panel[] =>
    panels.flatMap((panel) => {
      if (panel.id === id) {
        const next = change(panel)
        return next === undefined ? [] : [next]
      }
      return [panel.panels === undefined ? panel : { ...panel, panels: within(panel.panels) }]
    })
  return { ...dashboard, panels: within(dashboard.panels) }
}

/** The panel at another place; the others make room, holes close, and all of them remember where they stand. */
export function movedPanel(dashboard: Dashboard, id: number, gridPos: GridPos): Dashboard {
  return settled(withPanel(dashboard, id, (panel) => ({ ...panel, gridPos })))
}

function settled(dashboard: Dashboard): Dashboard {
  const plain = { ...dashboard, templating: { list: [] } }
  const { panels } = gridLayout(plain, Variables.of(plain))
  const places = new Map(panels.map(({ panel, at }) => [panel.id, at]))
  return {
    ...dashboard,
    panels: dashboard.panels.map((panel) => {
      const at = places.get(panel.id)
      return at === undefined || isSame(at, panel.gridPos)
        ? panel
        : { ...panel, gridPos: { ...panel.gridPos, ...at } }
    }),
  }
}

function isSame(a: GridPos, b: GridPos): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h
}

export function nextPanelId(dashboard: Dashboard): number {
  return 1 + allPanels(dashboard.panels).reduce((most, { id }) => Math.max(most, id), 0)
}

/** A copy below the panel itself. */
export function duplicatedPanel(dashboard: Dashboard, id: number): Dashboard {
  const panel = panelById(dashboard, id)
  if (panel === undefined) return dashboard
  const copy = { ...structuredClone(panel), id: nextPanelId(dashboard) }
  copy.gridPos = { ...panel.gridPos, y: panel.gridPos.y + panel.gridPos.h }
  return withAdded(dashboard, copy, id)
}

function withAdded(dashboard: Dashboard, panel: Panel, besideId: number): Dashboard {
  const within = (panels: readonly Panel[]): Panel[] | undefined => {
    if (panels.some(({ id }) => id === besideId)) return [...panels, panel]
    for (const [index, one] of panels.entries()) {
      const inner = within(one.panels ?? [])
      if (inner !== undefined) return panels.with(index, { ...one, panels: inner })
    }
    return undefined
  }
  return settled({ ...dashboard, panels: within(dashboard.panels) ?? [...dashboard.panels, panel] })
}

/** A new panel on top of all others. */
export function withNewPanel(
  dashboard: Dashboard,
  panel: Omit<Panel, 'id' | 'gridPos'>,
): { dashboard: Dashboard; id: number } {
  const id = nextPanelId(dashboard)
  const added = { ...panel, id, gridPos: { x: 0, y: -1, w: 12, h: 8 } } as Panel
  return { dashboard: settled({ ...dashboard, panels: [added, ...dashboard.panels] }), id }
}

export function newPanel(expr = ''): Omit<Panel, 'id' | 'gridPos'> {
  return {
    type: 'timeseries',
    title: '',
    targets: [{ refId: 'A', expr }],
    transformations: [],
    fieldConfig: { defaults: { custom: { fillOpacity: 10, lineWidth: 1 } }, overrides: [] },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }
}
