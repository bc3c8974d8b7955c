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
export { loadCurrent, needsMigration } from './load-current.ts'
export type { LoadedDashboard } from './load-current.ts'
export type { DashboardProblem } from './problem.ts'
export { answeredSeries } from './answered-series.ts'
export { framesOf, framesOfSeries } from './prometheus-frames.ts'
export type {
  AnsweredSeries,
  AnsweredTarget,
  HistogramSample,
  PrometheusData,
} from './prometheus-answer.ts'
export { valueFormat } from './units/value-format.ts'
export { UNIT_GROUPS } from './units/unit-names.ts'
export type { UnitGroup } from './units/unit-names.ts'
export type { DateFormatContext } from './units/date-unit.ts'
export { formatDate } from './time/date-format.ts'
export { fromWall, toWall, UTC, zoneOf } from './time/zone.ts'
export type { Zone } from './time/zone.ts'
export { quoteAt, referencesIn } from './variables/interpolate.ts'
export { Variables } from './variables/variables.ts'
export type { LoadQuestion, VariablesContext } from './variables/variables.ts'
export type { Scope, Session } from './variables/built-in-values.ts'
export { ALL_TEXT, ALL_VALUE, isAll } from './variables/variable.ts'
export type {
  AdhocFilter,
  DataSourceInfo,
  Variable,
  VariableOption,
  VariableSource,
  VariableValue,
} from './variables/variable.ts'
export {
  intervalMs,
  intervalText,
  isRelative,
  parseTime,
  rateIntervalMs,
  resolveTimeRange,
  roundInterval,
  stepFor,
} from './time/time-range.ts'
export type { StepQuestion, TimeContext, TimeRange } from './time/time-range.ts'
export { keepsUnit, REDUCERS, reduceField, reducerName, reduceTo } from './reduce.ts'
export type { ReducerInfo } from './reduce.ts'
export { applyFieldConfig, linksOf } from './field-config/apply-field-config.ts'
export type { FieldConfigContext, ResolvedLink } from './field-config/apply-field-config.ts'
export { continuousStops, isColoredByValue } from './field-config/color-mode.ts'
export { displayProcessor, thresholdColor } from './field-config/display.ts'
export type { DisplayContext, ValueRange } from './field-config/display.ts'
export { fieldMatcher } from './field-config/field-matcher.ts'
export { fieldName } from './field-config/field-name.ts'
export { dashboardTheme, namedColor } from './field-config/named-color.ts'
export type { DashboardTheme } from './field-config/named-color.ts'
export { interpolatedColor } from './field-config/color-math.ts'
export { GRID_COLUMNS } from './layout/compaction.ts'
export { gridLayout } from './layout/grid-layout.ts'
export type { Layout, LayoutOptions } from './layout/grid-layout.ts'
export type { PlacedPanel } from './layout/placed-panel.ts'
export { applyTransformations, TRANSFORMATION_IDS } from './transform/apply-transformations.ts'
export type { TransformContext } from './transform/transform.ts'
export { inputsOf, OWN_DATA_SOURCE, withInputs } from './migrate/inputs.ts'
export type { DashboardInput } from './migrate/inputs.ts'
