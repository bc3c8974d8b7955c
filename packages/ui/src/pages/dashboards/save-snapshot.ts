// A dashboard as a file that holds its data. Every panel is asked, also those that nobody has scrolled to.
import {
  type Dashboard,
  type Frame,
  gridLayout,
  type PlacedPanel,
  type Variables,
} from '@pharos/dashboards'
import { type PanelData, snapshotOf } from '@pharos/dashboards/snapshot'
import { nowMs, saveAsFile } from '../../data/browser.ts'
import { slugOf } from '../../data/dashboards-api.ts'
import { panelRange, runPanel } from '../../data/panel-run.ts'
import type { DashboardScene } from './dashboard-context.tsx'
import { needsData } from './panel-body.tsx'

/** Columns of the grid are drawn so wide on a desk, px. */
const COLUMN_PX = 50

/** @throws never: a panel without an answer says why in its description */
export async function saveSnapshot(
  scene: DashboardScene,
  dashboard: Dashboard,
  variables: Variables,
): Promise<void> {
  const { range } = scene.session
  const panels = await Promise.all(
    openLayout(dashboard, variables).map((placed) => withData(scene, placed, variables)),
  )
  const made = snapshotOf(dashboard, panels, variables, range)
  const name = `${slugOf(made.title) || 'dashboard'}-${made.time.to.slice(0, 16)}.json`
  saveAsFile(name.replaceAll(':', ''), JSON.stringify(made), 'application/json')
}

/** Every panel in its place, those of closed rows among them. */
function openLayout(dashboard: Dashboard, variables: Variables): readonly PlacedPanel[] {
  const rows = gridLayout(dashboard, variables).panels.filter(({ isRow }) => isRow)
  const collapsed = new Map(rows.map(({ key }) => [key, false]))
  return gridLayout(dashboard, variables, { collapsed }).panels
}

async function withData(
  { session, batcher, scrapeIntervalMs, withFilters }: DashboardScene,
  placed: PlacedPanel,
  variables: Variables,
): Promise<PanelData> {
  const { panel, values, at } = placed
  if (placed.isRow || !needsData(panel)) return { placed, frames: [] }
  const range = panelRange(panel, session.range, nowMs())
  const question = {
    panel,
    variables,
    values,
    range,
    rawRange: session.rawRange,
    maxDataPoints: at.w * COLUMN_PX,
    scrapeIntervalMs,
    withFilters,
  }
  try {
    const answer = await runPanel(batcher, question, new Map(), new AbortController().signal)
    const lateMs = session.range.toMs - range.toMs
    return {
      placed,
      frames: lateMs === 0 ? answer.frames : answer.frames.map((frame) => moved(frame, lateMs)),
    }
  } catch (error) {
    return { placed, frames: [], fault: error instanceof Error ? error.message : String(error) }
  }
}

/** A panel with a range of its own is drawn over that of the file. */
function moved(frame: Frame, byMs: number): Frame {
  const fields = frame.fields.map((field) =>
    field.type === 'time' && field.values instanceof Float64Array
      ? { ...field, values: field.values.map((ms) => ms + byMs) }
      : field,
  )
  return { ...frame, fields }
}
