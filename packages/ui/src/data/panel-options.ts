// Which options each kind of panel has, where its JSON holds them, and what is chosen from. The editor is made of this.
import type { JsonObject, Panel } from '@pharos/dashboards'
import type { TextKey } from '../text/dictionary.ts'

export type OptionKind =
  | { readonly kind: 'switch'; readonly standard: boolean }
  | { readonly kind: 'number'; readonly least?: number; readonly most?: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'calcs'; readonly isSingle: boolean }
  | { readonly kind: 'unit' | 'color' | 'thresholds' | 'mappings' }

export type PanelOption = OptionKind & {
  /** Where the panel holds it: `fieldConfig.defaults.unit`, `options.legend.placement`. */
  readonly path: string
  readonly label: TextKey
  readonly group: TextKey
  /** Undefined: of every kind. */
  readonly types?: readonly string[]
}

const TIME = ['timeseries']
const REDUCED = ['stat', 'gauge', 'bargauge', 'piechart']
const LEGEND = [
  'timeseries',
  'piechart',
  'barchart',
  'histogram',
  'state-timeline',
  'status-history',
]
const VALUES = [
  'timeseries',
  'stat',
  'gauge',
  'bargauge',
  'piechart',
  'table',
  'barchart',
  'histogram',
  'heatmap',
  'state-timeline',
  'status-history',
]
const custom = (name: string) => `fieldConfig.defaults.custom.${name}`
const standard = (name: string) => `fieldConfig.defaults.${name}`

export const PANEL_OPTIONS: readonly PanelOption[] = [
  { path: 'title', label: 'opt.title', group: 'opt.panel', kind: 'text' },
  { path: 'description', label: 'opt.description', group: 'opt.panel', kind: 'text' },
  {
    path: 'transparent',
    label: 'opt.transparent',
    group: 'opt.panel',
    kind: 'switch',
    standard: false,
  },
  { path: 'repeat', label: 'opt.repeat', group: 'opt.panel', kind: 'text' },
  { path: 'interval', label: 'opt.interval', group: 'opt.panel', kind: 'text' },
  {
    path: 'maxDataPoints',
    label: 'opt.maxDataPoints',
    group: 'opt.panel',
    kind: 'number',
    least: 1,
  },
  { path: 'timeFrom', label: 'opt.timeFrom', group: 'opt.panel', kind: 'text' },
  { path: 'timeShift', label: 'opt.timeShift', group: 'opt.panel', kind: 'text' },
  { path: standard('unit'), label: 'opt.unit', group: 'opt.standard', kind: 'unit', types: VALUES },
  {
    path: standard('decimals'),
    label: 'opt.decimals',
    group: 'opt.standard',
    kind: 'number',
    least: 0,
    most: 15,
    types: VALUES,
  },
  { path: standard('min'), label: 'opt.min', group: 'opt.standard', kind: 'number', types: VALUES },
  { path: standard('max'), label: 'opt.max', group: 'opt.standard', kind: 'number', types: VALUES },
  {
    path: standard('displayName'),
    label: 'opt.displayName',
    group: 'opt.standard',
    kind: 'text',
    types: VALUES,
  },
  {
    path: standard('noValue'),
    label: 'opt.noValue',
    group: 'opt.standard',
    kind: 'text',
    types: VALUES,
  },
  {
    path: standard('color.mode'),
    label: 'opt.colorMode',
    group: 'opt.standard',
    kind: 'choice',
    values: [
      'palette-classic',
      'palette-classic-by-name',
      'thresholds',
      'fixed',
      'shades',
      'continuous-GrYlRd',
      'continuous-RdYlGr',
      'continuous-BlYlRd',
      'continuous-BlPu',
      'continuous-blues',
      'continuous-greens',
      'continuous-reds',
      'continuous-purples',
    ],
    types: VALUES,
  },
  {
    path: standard('color.fixedColor'),
    label: 'opt.fixedColor',
    group: 'opt.standard',
    kind: 'color',
    types: VALUES,
  },
  {
    path: standard('thresholds'),
    label: 'opt.thresholds',
    group: 'opt.thresholds',
    kind: 'thresholds',
    types: VALUES,
  },
  {
    path: custom('thresholdsStyle.mode'),
    label: 'opt.thresholdsStyle',
    group: 'opt.thresholds',
    kind: 'choice',
    values: ['off', 'line', 'dashed', 'area', 'line+area', 'dashed+area'],
    types: TIME,
  },
  {
    path: standard('mappings'),
    label: 'opt.mappings',
    group: 'opt.mappings',
    kind: 'mappings',
    types: VALUES,
  },
  {
    path: custom('drawStyle'),
    label: 'opt.drawStyle',
    group: 'opt.graph',
    kind: 'choice',
    values: ['line', 'bars', 'points'],
    types: TIME,
  },
  {
    path: custom('lineInterpolation'),
    label: 'opt.lineInterpolation',
    group: 'opt.graph',
    kind: 'choice',
    values: ['linear', 'smooth', 'stepBefore', 'stepAfter'],
    types: TIME,
  },
  {
    path: custom('lineWidth'),
    label: 'opt.lineWidth',
    group: 'opt.graph',
    kind: 'number',
    least: 0,
    most: 10,
    types: TIME,
  },
  {
    path: custom('fillOpacity'),
    label: 'opt.fillOpacity',
    group: 'opt.graph',
    kind: 'number',
    least: 0,
    most: 100,
    types: TIME,
  },
  {
    path: custom('gradientMode'),
    label: 'opt.gradientMode',
    group: 'opt.graph',
    kind: 'choice',
    values: ['none', 'opacity', 'hue', 'scheme'],
    types: TIME,
  },
  {
    path: custom('lineStyle.fill'),
    label: 'opt.lineStyle',
    group: 'opt.graph',
    kind: 'choice',
    values: ['solid', 'dash', 'dot'],
    types: TIME,
  },
  {
    path: custom('spanNulls'),
    label: 'opt.spanNulls',
    group: 'opt.graph',
    kind: 'switch',
    standard: false,
    types: TIME,
  },
  {
    path: custom('showPoints'),
    label: 'opt.showPoints',
    group: 'opt.graph',
    kind: 'choice',
    values: ['auto', 'always', 'never'],
    types: TIME,
  },
  {
    path: custom('pointSize'),
    label: 'opt.pointSize',
    group: 'opt.graph',
    kind: 'number',
    least: 1,
    most: 40,
    types: TIME,
  },
  {
    path: custom('stacking.mode'),
    label: 'opt.stacking',
    group: 'opt.graph',
    kind: 'choice',
    values: ['none', 'normal', 'percent'],
    types: TIME,
  },
  {
    path: custom('axisPlacement'),
    label: 'opt.axisPlacement',
    group: 'opt.axis',
    kind: 'choice',
    values: ['auto', 'left', 'right', 'hidden'],
    types: TIME,
  },
  {
    path: custom('axisLabel'),
    label: 'opt.axisLabel',
    group: 'opt.axis',
    kind: 'text',
    types: TIME,
  },
  {
    path: custom('axisSoftMin'),
    label: 'opt.softMin',
    group: 'opt.axis',
    kind: 'number',
    types: TIME,
  },
  {
    path: custom('axisSoftMax'),
    label: 'opt.softMax',
    group: 'opt.axis',
    kind: 'number',
    types: TIME,
  },
  {
    path: custom('axisCenteredZero'),
    label: 'opt.centeredZero',
    group: 'opt.axis',
    kind: 'switch',
    standard: false,
    types: TIME,
  },
  {
    path: custom('scaleDistribution.type'),
    label: 'opt.scale',
    group: 'opt.axis',
    kind: 'choice',
    values: ['linear', 'log', 'symlog'],
    types: TIME,
  },
  {
    path: 'options.legend.showLegend',
    label: 'opt.showLegend',
    group: 'opt.legend',
    kind: 'switch',
    standard: true,
    types: LEGEND,
  },
  {
    path: 'options.legend.displayMode',
    label: 'opt.legendMode',
    group: 'opt.legend',
    kind: 'choice',
    values: ['list', 'table'],
    types: ['timeseries', 'piechart'],
  },
  {
    path: 'options.legend.placement',
    label: 'opt.legendPlacement',
    group: 'opt.legend',
    kind: 'choice',
    values: ['bottom', 'right'],
    types: ['timeseries', 'piechart'],
  },
  {
    path: 'options.legend.calcs',
    label: 'opt.legendCalcs',
    group: 'opt.legend',
    kind: 'calcs',
    isSingle: false,
    types: TIME,
  },
  {
    path: 'options.tooltip.mode',
    label: 'opt.tooltip',
    group: 'opt.tooltip',
    kind: 'choice',
    values: ['single', 'multi', 'none'],
    types: TIME,
  },
  {
    path: 'options.tooltip.sort',
    label: 'opt.tooltipSort',
    group: 'opt.tooltip',
    kind: 'choice',
    values: ['none', 'asc', 'desc'],
    types: TIME,
  },
  {
    path: 'options.reduceOptions.calcs',
    label: 'opt.calculation',
    group: 'opt.value',
    kind: 'calcs',
    isSingle: true,
    types: REDUCED,
  },
  {
    path: 'options.reduceOptions.values',
    label: 'opt.eachRow',
    group: 'opt.value',
    kind: 'switch',
    standard: false,
    types: REDUCED,
  },
  {
    path: 'options.orientation',
    label: 'opt.orientation',
    group: 'opt.value',
    kind: 'choice',
    values: ['auto', 'horizontal', 'vertical'],
    types: ['stat', 'gauge', 'bargauge', 'barchart'],
  },
  {
    path: 'options.graphMode',
    label: 'opt.graphMode',
    group: 'opt.value',
    kind: 'choice',
    values: ['area', 'none'],
    types: ['stat'],
  },
  {
    path: 'options.colorMode',
    label: 'opt.statColor',
    group: 'opt.value',
    kind: 'choice',
    values: ['value', 'background', 'background_solid', 'none'],
    types: ['stat'],
  },
  {
    path: 'options.textMode',
    label: 'opt.textMode',
    group: 'opt.value',
    kind: 'choice',
    values: ['auto', 'value', 'value_and_name', 'name', 'none'],
    types: ['stat'],
  },
  {
    path: 'options.displayMode',
    label: 'opt.barMode',
    group: 'opt.value',
    kind: 'choice',
    values: ['gradient', 'basic', 'lcd'],
    types: ['bargauge'],
  },
  {
    path: 'options.showThresholdMarkers',
    label: 'opt.markers',
    group: 'opt.value',
    kind: 'switch',
    standard: true,
    types: ['gauge'],
  },
  {
    path: 'options.showThresholdLabels',
    label: 'opt.labels',
    group: 'opt.value',
    kind: 'switch',
    standard: false,
    types: ['gauge'],
  },
  {
    path: 'options.pieType',
    label: 'opt.pieType',
    group: 'opt.value',
    kind: 'choice',
    values: ['pie', 'donut'],
    types: ['piechart'],
  },
  {
    path: 'options.mode',
    label: 'opt.textKind',
    group: 'opt.value',
    kind: 'choice',
    values: ['markdown', 'html', 'code'],
    types: ['text'],
  },
  {
    path: 'options.content',
    label: 'opt.content',
    group: 'opt.value',
    kind: 'text',
    types: ['text'],
  },
  {
    path: 'options.showHeader',
    label: 'opt.showHeader',
    group: 'opt.value',
    kind: 'switch',
    standard: true,
    types: ['table'],
  },
  {
    path: 'options.cellHeight',
    label: 'opt.cellHeight',
    group: 'opt.value',
    kind: 'choice',
    values: ['sm', 'md', 'lg'],
    types: ['table'],
  },
  {
    path: custom('cellOptions.type'),
    label: 'opt.cellType',
    group: 'opt.value',
    kind: 'choice',
    values: ['auto', 'color-text', 'color-background', 'gauge', 'sparkline', 'json-view', 'image'],
    types: ['table'],
  },
  {
    path: custom('align'),
    label: 'opt.align',
    group: 'opt.value',
    kind: 'choice',
    values: ['auto', 'left', 'center', 'right'],
    types: ['table'],
  },
  {
    path: custom('filterable'),
    label: 'opt.filterable',
    group: 'opt.value',
    kind: 'switch',
    standard: false,
    types: ['table'],
  },
  {
    path: 'options.calculate',
    label: 'opt.calculate',
    group: 'opt.value',
    kind: 'switch',
    standard: false,
    types: ['heatmap'],
  },
  {
    path: 'options.yAxis.unit',
    label: 'opt.yUnit',
    group: 'opt.value',
    kind: 'unit',
    types: ['heatmap'],
  },
  {
    path: 'options.mergeValues',
    label: 'opt.mergeValues',
    group: 'opt.value',
    kind: 'switch',
    standard: true,
    types: ['state-timeline'],
  },
  {
    path: 'options.showValue',
    label: 'opt.showValue',
    group: 'opt.value',
    kind: 'choice',
    values: ['auto', 'always', 'never'],
    types: ['state-timeline', 'status-history', 'barchart'],
  },
  {
    path: 'options.stacking',
    label: 'opt.stacking',
    group: 'opt.value',
    kind: 'choice',
    values: ['none', 'normal', 'percent'],
    types: ['barchart'],
  },
  {
    path: 'options.xField',
    label: 'opt.xField',
    group: 'opt.value',
    kind: 'text',
    types: ['barchart'],
  },
  {
    path: 'options.bucketSize',
    label: 'opt.bucketSize',
    group: 'opt.value',
    kind: 'number',
    types: ['histogram'],
  },
]

export function optionsOf(type: string): PanelOption[] {
  return PANEL_OPTIONS.filter(({ types }) => types === undefined || types.includes(type))
}

/** What a path of a panel holds. */
export function valueOfPath(panel: Panel, path: string): unknown {
  let at: unknown = panel
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as JsonObject)[step]
  }
  return at
}

/** The panel with another value at a path; undefined takes the key away. Nothing is changed in place. */
export function withPath(panel: Panel, path: string, value: unknown): Panel {
  const steps = path.split('.')
  const set = (holder: unknown, at: number): JsonObject => {
    const before = typeof holder === 'object' && holder !== null ? (holder as JsonObject) : {}
    const step = steps[at]!
    const next =
      at === steps.length - 1
        ? value
        : set(Object.hasOwn(before, step) ? before[step] : undefined, at + 1)
    const { [step]: _, ...rest } = before
    // A key that stays keeps its place, so that the file changes in one line.
    return next === undefined ? rest : { ...before, [step]: next }
  }
  // The steps are those of the table above.
  return set(panel, 0) as Panel
}
