// A dashboard as code: rows of panels, placed from left to right; variables that every one of ours has.
import type { Dashboard, Panel, VariableModel } from '../dashboard.ts'
import type { PanelSpec } from './panel.ts'

export interface RowSpec {
  /** Without one its panels stand on top, in no row. */
  readonly title?: string
  readonly isCollapsed?: boolean
  readonly repeat?: string
  readonly panels: readonly PanelSpec[]
}

export interface DashboardSpec {
  readonly uid: string
  readonly title: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly variables?: readonly VariableModel[]
  readonly rows: readonly RowSpec[]
  /** `now-1h`. */
  readonly from?: string
  readonly refresh?: string
}

const COLUMNS = 24
const SCHEMA_VERSION = 42

/** The JSON of a dashboard. The same spec gives the same bytes. */
export function buildDashboard(spec: DashboardSpec): Dashboard {
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.description ?? '',
    tags: [...(spec.tags ?? [])],
    timezone: '',
    editable: true,
    graphTooltip: 1,
    time: { from: spec.from ?? 'now-1h', to: 'now' },
    timepicker: {},
    refresh: spec.refresh ?? '30s',
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    panels: placed(spec.rows),
    templating: { list: [dataSourceVariable(), ...(spec.variables ?? [])] },
    annotations: { list: [] },
    links: [],
  }
}

function dataSourceVariable(): VariableModel {
  return {
    type: 'datasource',
    name: 'datasource',
    label: 'Data source',
    query: 'prometheus',
    regex: '',
    hide: 2,
    refresh: 1,
    multi: false,
    includeAll: false,
    current: {},
    options: [],
  }
}

export interface QueryVariableSpec {
  readonly label?: string
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly allValue?: string
  readonly regex?: string
}

/** @param query  `label_values(up, job)` */
export function queryVariable(
  name: string,
  query: string,
  { label, multi = false, includeAll = false, allValue, regex = '' }: QueryVariableSpec = {},
): VariableModel {
  return {
    type: 'query',
    name,
    label: label ?? name,
    datasource: { type: 'prometheus', uid: '${datasource}' },
    definition: query,
    query: { query, refId: `${name}-variable` },
    regex,
    sort: 1,
    refresh: 2,
    multi,
    includeAll,
    ...(allValue === undefined ? {} : { allValue }),
    current: {},
    options: [],
    hide: 0,
  }
}

function placed(rows: readonly RowSpec[]): Panel[] {
  const panels: Panel[] = []
  let y = 0
  let id = 0
  for (const row of rows) {
    const own: Panel[] = []
    const top = row.title === undefined ? y : y + 1
    const rowId = row.title === undefined ? 0 : ++id
    let [x, line, bottom] = [0, top, top]
    for (const { width, height, ...panel } of row.panels) {
      if (x + width > COLUMNS) [x, line] = [0, bottom]
      // The cast: a spec has all of a panel but its id and place.
      own.push({ id: ++id, ...panel, gridPos: { x, y: line, w: width, h: height } } as Panel)
      x += width
      bottom = Math.max(bottom, line + height)
    }
    if (row.title !== undefined)
      panels.push(rowPanel(row, rowId, y, row.isCollapsed === true ? own : []))
    if (row.isCollapsed !== true) panels.push(...own)
    y = row.isCollapsed === true ? y + 1 : bottom
  }
  return panels
}

function rowPanel(
  { title = '', isCollapsed, repeat }: RowSpec,
  id: number,
  y: number,
  panels: Panel[],
): Panel {
  return {
    id,
    type: 'row',
    title,
    collapsed: isCollapsed === true,
    ...(repeat === undefined ? {} : { repeat }),
    gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    panels,
    targets: [],
    transformations: [],
    fieldConfig: { defaults: {}, overrides: [] },
    options: {},
  }
}
