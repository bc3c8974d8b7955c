export { buildDashboard, queryVariable } from './dashboard-builder.ts'
export type { DashboardSpec, QueryVariableSpec, RowSpec } from './dashboard-builder.ts'
export {
  alertList,
  barGauge,
  gauge,
  heatmap,
  markdown,
  pieChart,
  stat,
  stateTimeline,
  table,
  timeSeries,
} from './panel.ts'
export type { PanelOptions, PanelSpec, QuerySpec } from './panel.ts'
