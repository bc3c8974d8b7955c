// Panels as code: what differs between them is said, the rest has good defaults.
import type {
  FieldConfig,
  FieldOverride,
  Panel,
  Target,
  Thresholds,
  Transformation,
} from '../dashboard.ts'
import type { JsonObject } from '../json.ts'

/** A panel before it has a place: who builds the dashboard gives it one. */
export type PanelSpec = Omit<Panel, 'id' | 'gridPos'> & {
  readonly width: number
  readonly height: number
}

export interface QuerySpec {
  readonly expr: string
  /** `{{instance}}`; the series' own labels when not given. */
  readonly legend?: string
  /** One value, at the end of the range. */
  readonly instant?: boolean
  readonly format?: Target['format']
}

export interface PanelOptions {
  readonly unit?: string
  readonly description?: string
  /** Grid columns of 24 and rows of 30 px. */
  readonly width?: number
  readonly height?: number
  readonly min?: number
  readonly max?: number
  readonly decimals?: number
  /** Colour from a value on; the first one holds below. */
  readonly thresholds?: readonly (readonly [from: number | null, color: string])[]
  readonly mappings?: FieldConfig['mappings']
  readonly overrides?: readonly FieldOverride[]
  readonly custom?: JsonObject
  readonly options?: JsonObject
  readonly transformations?: readonly Transformation[]
  readonly repeat?: string
}

type Queries = string | QuerySpec | readonly (string | QuerySpec)[]

/** Lines over time, or with `stacked` areas upon each other. */
export function timeSeries(
  title: string,
  queries: Queries,
  options: PanelOptions & { readonly isStacked?: boolean } = {},
): PanelSpec {
  return panel(
    'timeseries',
    title,
    targetsOf(queries, {}),
    {
      ...options,
      custom: {
        lineWidth: 1,
        fillOpacity: options.isStacked === true ? 30 : 8,
        showPoints: 'never',
        spanNulls: false,
        stacking: { mode: options.isStacked === true ? 'normal' : 'none', group: 'A' },
        ...options.custom,
      },
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
        tooltip: { mode: 'multi', sort: 'desc' },
        ...options.options,
      },
    },
    12,
    8,
  )
}

/** One number, large; with a small line behind it unless `graph` says none. */
export function stat(title: string, queries: Queries, options: PanelOptions = {}): PanelSpec {
  return panel(
    'stat',
    title,
    targetsOf(queries, {}),
    {
      ...options,
      options: {
        reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
        colorMode: 'value',
        graphMode: 'area',
        textMode: 'auto',
        justifyMode: 'auto',
        orientation: 'auto',
        ...options.options,
      },
    },
    4,
    4,
  )
}

export function gauge(title: string, queries: Queries, options: PanelOptions = {}): PanelSpec {
  return panel(
    'gauge',
    title,
    targetsOf(queries, { instant: true, range: false }),
    {
      ...options,
      options: {
        reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
        showThresholdLabels: false,
        showThresholdMarkers: true,
        ...options.options,
      },
    },
    4,
    4,
  )
}

export function barGauge(title: string, queries: Queries, options: PanelOptions = {}): PanelSpec {
  return panel(
    'bargauge',
    title,
    targetsOf(queries, { instant: true, range: false }),
    {
      ...options,
      options: {
        reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
        displayMode: 'gradient',
        orientation: 'horizontal',
        showUnfilled: true,
        ...options.options,
      },
    },
    8,
    8,
  )
}

/** Shares of a whole, one slice per series. */
export function pieChart(title: string, queries: Queries, options: PanelOptions = {}): PanelSpec {
  return panel(
    'piechart',
    title,
    targetsOf(queries, { instant: true, range: false }),
    {
      ...options,
      options: {
        reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
        pieType: 'donut',
        legend: {
          displayMode: 'table',
          placement: 'right',
          showLegend: true,
          values: ['percent'],
        },
        ...options.options,
      },
    },
    8,
    8,
  )
}

/** One row per series of an instant query. */
export function table(title: string, queries: Queries, options: PanelOptions = {}): PanelSpec {
  return panel(
    'table',
    title,
    targetsOf(queries, { instant: true, range: false, format: 'table' }),
    {
      ...options,
      options: { showHeader: true, footer: { show: false }, ...options.options },
    },
    24,
    8,
  )
}

export function heatmap(title: string, query: string, options: PanelOptions = {}): PanelSpec {
  return panel(
    'heatmap',
    title,
    targetsOf({ expr: query, format: 'heatmap', legend: '{{le}}' }, {}),
    {
      ...options,
      options: {
        calculate: false,
        yAxis: { unit: options.unit ?? 's', axisPlacement: 'left' },
        color: { mode: 'scheme', scheme: 'Oranges', steps: 64 },
        cellGap: 1,
        filterValues: { le: 1e-9 },
        tooltip: { mode: 'single', yHistogram: false },
        legend: { show: true },
        ...options.options,
      },
    },
    12,
    8,
  )
}

export function stateTimeline(
  title: string,
  queries: Queries,
  options: PanelOptions = {},
): PanelSpec {
  return panel(
    'state-timeline',
    title,
    targetsOf(queries, {}),
    {
      ...options,
      custom: { fillOpacity: 80, lineWidth: 0, ...options.custom },
      options: {
        mergeValues: true,
        rowHeight: 0.9,
        showValue: 'auto',
        alignValue: 'left',
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
        ...options.options,
      },
    },
    24,
    8,
  )
}

export function markdown(content: string, options: PanelOptions = {}): PanelSpec {
  return panel('text', '', [], { ...options, options: { mode: 'markdown', content } }, 24, 3)
}

/** What fires now, as the alerts page has it. */
export function alertList(title: string, options: PanelOptions = {}): PanelSpec {
  return panel(
    'alertlist',
    title,
    [],
    {
      ...options,
      options: {
        maxItems: 50,
        sortOrder: 1,
        stateFilter: { firing: true, pending: true },
        ...options.options,
      },
    },
    12,
    10,
  )
}

function panel(
  type: string,
  title: string,
  targets: Target[],
  options: PanelOptions,
  width: number,
  height: number,
): PanelSpec {
  const { description, transformations = [], repeat } = options
  return {
    type,
    title,
    ...(description === undefined ? {} : { description }),
    datasource: { type: 'prometheus', uid: '${datasource}' },
    targets,
    transformations: [...transformations],
    fieldConfig: { defaults: defaultsOf(type, options), overrides: [...(options.overrides ?? [])] },
    options: options.options ?? {},
    ...(repeat === undefined ? {} : { repeat, repeatDirection: 'h' as const, maxPerRow: 4 }),
    width: options.width ?? width,
    height: options.height ?? height,
  }
}

function defaultsOf(type: string, options: PanelOptions): FieldConfig {
  const { unit, min, max, decimals, mappings, custom } = options
  const thresholds: Thresholds = {
    mode: 'absolute',
    steps: (options.thresholds ?? [[null, 'green']]).map(([value, color]) => ({ value, color })),
  }
  const isByPalette = type === 'timeseries' || type === 'piechart'
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(decimals === undefined ? {} : { decimals }),
    color: {
      mode: isByPalette && options.thresholds === undefined ? 'palette-classic' : 'thresholds',
    },
    thresholds,
    mappings: mappings ?? [],
    ...(custom === undefined ? {} : { custom }),
  }
}

function targetsOf(queries: Queries, rest: Partial<Target>): Target[] {
  const list = Array.isArray(queries) ? queries : [queries]
  return list.map((one: string | QuerySpec, i): Target => {
    const { expr, legend, instant, format } =
      typeof one === 'string' ? ({ expr: one } as QuerySpec) : one
    return {
      refId: String.fromCodePoint(65 + i),
      datasource: { type: 'prometheus', uid: '${datasource}' },
      editorMode: 'code',
      expr,
      legendFormat: legend ?? '__auto',
      range: instant !== true,
      instant: instant === true,
      ...(format === undefined ? {} : { format }),
      ...rest,
    }
  })
}
