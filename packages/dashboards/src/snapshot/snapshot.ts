// A dashboard with its data in it: one file that shows, anywhere, what was seen when it was made, and asks nobody.
// Panels hold their frames in targets of the kind `snapshot`, which a real Grafana draws too.
import type { Dashboard, Panel, Target, VariableModel } from '../dashboard.ts'
import type { Frame } from '../frame.ts'
import { objectsOf, withTexts } from '../json.ts'
import type { PlacedPanel } from '../layout/placed-panel.ts'
import type { TimeRange } from '../time/time-range.ts'
import { replaceReferences } from '../variables/interpolate.ts'
import type { Variable } from '../variables/variable.ts'
import type { Variables } from '../variables/variables.ts'
import { frameJson, frameOfJson } from './frame-json.ts'

export interface PanelData {
  readonly placed: PlacedPanel
  /** Before transformations, which stay with the panel; none for panels that show no data. */
  readonly frames: readonly Frame[]
  /** Why there are none. */
  readonly fault?: string
}

const OWN_DATA = { type: 'datasource', uid: 'grafana' }

/**
 * @param panels  as they are laid out: repeats apart, rows open
 * @returns the JSON of a dashboard that was never stored
 */
export function snapshotOf(
  dashboard: Dashboard,
  panels: readonly PanelData[],
  variables: Variables,
  range: TimeRange,
): Dashboard {
  const { uid: _uid, id: _id, version: _version, ...rest } = dashboard
  return {
    ...rest,
    title: variables.interpolate(dashboard.title, { range }),
    time: {
      from: new Date(range.fromMs).toISOString(),
      to: new Date(range.toMs).toISOString(),
    },
    refresh: '',
    annotations: { list: [] },
    templating: { list: variables.list.map((one) => fixedVariable(one, variables)) },
    panels: panels.map((one, index) => fixedPanel(one, index + 1, variables, range)),
  }
}

function fixedPanel(
  { placed, frames, fault }: PanelData,
  id: number,
  variables: Variables,
  range: TimeRange,
): Panel {
  const { values } = placed
  const {
    repeat: _,
    timeFrom: _timeFrom,
    timeShift: _timeShift,
    ...panel
  } = withRepeated(placed.panel, values, variables)
  const target: Target = {
    refId: 'A',
    datasource: OWN_DATA,
    queryType: 'snapshot',
    snapshot: frames.map(frameJson),
  }
  return {
    ...panel,
    id,
    title: variables.interpolate(panel.title, { values, range }),
    gridPos: placed.at,
    datasource: OWN_DATA,
    targets: frames.length === 0 ? [] : [target],
    ...(fault === undefined ? {} : { description: joined(panel.description, fault) }),
    ...(placed.isRow ? { collapsed: false, panels: [] } : {}),
  }
}

/** A repeated panel names the value that it was made for, wherever the variable stands in it. */
function withRepeated(panel: Panel, values: PlacedPanel['values'], variables: Variables): Panel {
  if (values.size === 0) return panel
  return withTexts(panel, (whole) =>
    replaceReferences(whole, ({ name, text }) =>
      values.has(name) ? variables.interpolate(text, { values }) : undefined,
    ),
  )
}

function joined(description: string | undefined, fault: string): string {
  return description === undefined || description === '' ? fault : `${description}\n\n${fault}`
}

/** What was chosen, All spelled out, and nothing left to choose. */
function fixedVariable({ model, name, current }: Variable, variables: Variables): VariableModel {
  const chosen = variables.valuesOf(name)
  const values = chosen.map(({ value }) => value)
  const texts = chosen.map(({ text }) => text)
  const isList = typeof current.value !== 'string' || chosen.length > 1
  return {
    type: 'snapshot',
    name,
    ...(model.label === undefined ? {} : { label: model.label }),
    hide: 2,
    query: '',
    multi: isList,
    current: isList
      ? { text: texts, value: values }
      : { text: texts[0] ?? '', value: values[0] ?? '' },
    options: chosen.map(({ text, value }) => ({ text, value, selected: true })),
  }
}

/** Frames that a panel holds itself. */
export function heldFrames({ targets }: Panel): Frame[] {
  return targets
    .filter(({ queryType, hide }) => queryType === 'snapshot' && hide !== true)
    .flatMap(({ snapshot, refId }) =>
      objectsOf(snapshot).map((json) => ({ refId, ...frameOfJson(json) })),
    )
}
