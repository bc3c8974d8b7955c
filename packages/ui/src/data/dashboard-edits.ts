// Changes to a dashboard, each one undoable. The dashboard's JSON is the state; nothing is changed in place.
import type { Dashboard, Panel } from '@pharos/dashboards'

export interface EditHistory {
  readonly past: readonly Dashboard[]
  readonly present: Dashboard
  readonly future: readonly Dashboard[]
}

const STEPS_MAX = 100

export function historyOf(dashboard: Dashboard): EditHistory {
  return { past: [], present: dashboard, future: [] }
}

export function edited(history: EditHistory, next: Dashboard): EditHistory {
  if (next === history.present) return history
  return { past: [...history.past, history.present].slice(-STEPS_MAX), present: next, future: [] }
}

export function undone({ past, present, future }: EditHistory): EditHistory {
  const before = past.at(-1)
  return before === undefined
    ? { past, present, future }
    : { past: past.slice(0, -1), present: before, future: [present, ...future] }
}

export function redone({ past, present, future }: EditHistory): EditHistory {
  const [next, ...rest] = future
  return next === undefined
    ? { past, present, future }
    : { past: [...past, present], present: next, future: rest }
}

/** Every panel, those inside of closed rows too. */
export function allPanels(panels: readonly Panel[]): Panel[] {
  return panels.flatMap((panel) => [panel, ...allPanels(panel.panels ?? [])])
}

export function panelById(dashboard: Dashboard, id: number): Panel | undefined {
  return allPanels(dashboard.panels).find((panel) => panel.id === id)
}
