// The stored JSON of a dashboard, classic schema, as far as it is understood here. Every interface keeps unknown keys:
// it is the stored object itself, not a copy of some of it.
//
// @source  the public "JSON model" reference and the files of the community
import type { JsonObject } from './json.ts'

export interface Dashboard extends JsonObject {
  uid?: string
  title: string
  description?: string
  tags: string[]
  /** 'browser', 'utc', an IANA zone, or '' for the default. */
  timezone: string
  editable: boolean
  /** 0 none, 1 shared crosshair, 2 shared crosshair and tooltip. */
  graphTooltip: 0 | 1 | 2
  time: RawTimeRange
  timepicker: JsonObject
  /** `30s`; '' is off. */
  refresh: string
  schemaVersion: number
  version?: number
  weekStart?: string
  fiscalYearStartMonth?: number
  panels: Panel[]
  templating: { list: VariableModel[] }
  annotations: { list: AnnotationQuery[] }
  links: DashboardLink[]
}

/** As stored and as in links: `now-6h`, `now/d`, ms as text, or RFC 3339. */
export interface RawTimeRange {
  from: string
  to: string
}

export interface DataSourceRef extends JsonObject {
  type?: string
  uid?: string
}

/** In a grid of 24 columns; heights in rows of 30 px. */
export interface GridPos {
  x: number
  y: number
  w: number
  h: number
}

export interface Panel extends JsonObject {
  id: number
  type: string
  title: string
  description?: string
  transparent?: boolean
  gridPos: GridPos
  datasource?: DataSourceRef | null
  targets: Target[]
  transformations: Transformation[]
  fieldConfig: FieldConfigSource
  options: JsonObject
  links?: DashboardLink[]
  /** Name of the variable it is repeated by. */
  repeat?: string
  repeatDirection?: 'h' | 'v'
  maxPerRow?: number
  /** `10m`: lower limit of the step. */
  interval?: string
  maxDataPoints?: number
  timeFrom?: string
  timeShift?: string
  hideTimeOverride?: boolean
  /** Of a row. */
  collapsed?: boolean
  /** Of a collapsed row: what it hides. */
  panels?: Panel[]
}

export interface Target extends JsonObject {
  refId: string
  hide?: boolean
  datasource?: DataSourceRef | null
  expr?: string
  legendFormat?: string
  format?: 'time_series' | 'table' | 'heatmap'
  instant?: boolean
  range?: boolean
  exemplar?: boolean
  interval?: string
  intervalFactor?: number
}

export interface Transformation extends JsonObject {
  id: string
  disabled?: boolean
  options: JsonObject
  filter?: Matcher
  topic?: string
}

/** `{ id: 'byName', options: 'x' }`: chooses fields. */
export interface Matcher extends JsonObject {
  id: string
  options?: unknown
}

export interface FieldConfigSource extends JsonObject {
  defaults: FieldConfig
  overrides: FieldOverride[]
}

export interface FieldOverride extends JsonObject {
  matcher: Matcher
  properties: { id: string; value?: unknown }[]
}

export interface FieldConfig extends JsonObject {
  displayName?: string
  displayNameFromDS?: string
  description?: string
  unit?: string
  decimals?: number | null
  min?: number | null
  max?: number | null
  noValue?: string
  color?: FieldColor
  thresholds?: Thresholds
  mappings?: ValueMapping[]
  links?: DataLink[]
  filterable?: boolean
  /** What belongs to the kind of panel: draw style, width, alignment … */
  custom?: JsonObject
}

export interface FieldColor extends JsonObject {
  mode: string
  fixedColor?: string
  seriesBy?: 'last' | 'min' | 'max'
}

export interface Thresholds extends JsonObject {
  mode: 'absolute' | 'percentage'
  /** Ascending; the first one's value is null, meaning -Infinity. */
  steps: { value: number | null; color: string }[]
}

export interface ValueMappingResult extends JsonObject {
  text?: string
  color?: string
  icon?: string
  index?: number
}

export type ValueMapping =
  | { type: 'value'; options: { [value: string]: ValueMappingResult } }
  | {
      type: 'range'
      options: { from: number | null; to: number | null; result: ValueMappingResult }
    }
  | { type: 'regex'; options: { pattern: string; result: ValueMappingResult } }
  | {
      type: 'special'
      options: {
        match: 'true' | 'false' | 'null' | 'nan' | 'null+nan' | 'empty'
        result: ValueMappingResult
      }
    }

export interface DataLink extends JsonObject {
  title: string
  url: string
  targetBlank?: boolean
}

export interface DashboardLink extends JsonObject {
  type: 'link' | 'dashboards'
  title: string
  url?: string
  tags?: string[]
  icon?: string
  tooltip?: string
  asDropdown?: boolean
  includeVars?: boolean
  keepTime?: boolean
  targetBlank?: boolean
}

export type VariableType =
  | 'query'
  | 'custom'
  | 'interval'
  | 'datasource'
  | 'textbox'
  | 'constant'
  | 'adhoc'
  | 'switch'
  | 'groupby'
  | 'system'
  | 'snapshot'

export interface VariableModel extends JsonObject {
  type: VariableType
  name: string
  label?: string
  description?: string
  /** 0 shown, 1 without its label, 2 not at all. */
  hide?: 0 | 1 | 2
  query?: string | JsonObject
  regex?: string
  /** 0 none, then alphabetical, numerical, alphabetical case-insensitive (each up, down), natural. */
  sort?: number
  /** 0 never, 1 on load, 2 when the time range changes. */
  refresh?: 0 | 1 | 2 | boolean
  multi?: boolean
  includeAll?: boolean
  allValue?: string | null
  current?: JsonObject
  options?: JsonObject[]
  datasource?: DataSourceRef | null
  auto?: boolean
  auto_count?: number
  auto_min?: string
}

export interface AnnotationQuery extends JsonObject {
  name: string
  enable: boolean
  hide?: boolean
  iconColor: string
  builtIn?: number
  datasource?: DataSourceRef | null
  expr?: string
  step?: string
  titleFormat?: string
  textFormat?: string
  tagKeys?: string
  useValueForTime?: boolean
}
