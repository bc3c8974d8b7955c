export type { JsonObject } from './json.ts'
export type {
  AnnotationQuery,
  Dashboard,
  DashboardLink,
  DataLink,
  DataSourceRef,
  FieldColor,
  FieldConfig,
  FieldConfigSource,
  FieldOverride,
  GridPos,
  Matcher,
  Panel,
  RawTimeRange,
  Target,
  Thresholds,
  Transformation,
  ValueMapping,
  ValueMappingResult,
  VariableModel,
  VariableType,
} from './dashboard.ts'
export { cellsOf, columnOf, frameOfFields, valueAt } from './frame.ts'
export type { Field, FieldType, Frame, FrameMeta } from './frame.ts'
export type {
  DisplayProcessor,
  DisplayValue,
  FormattedValue,
} from './field-config/display-value.ts'
export { loadDashboard } from './load-dashboard.ts'
export type { LoadedDashboard } from './load-dashboard.ts'
export type { DashboardProblem } from './problem.ts'
export { framesOf } from './prometheus-frames.ts'
export type { AnsweredTarget, HistogramSample, PrometheusData } from './prometheus-answer.ts'
export { compacted, GRID_COLUMNS, gridLayout } from './grid-layout.ts'
export type { PlacedPanel } from './grid-layout.ts'
