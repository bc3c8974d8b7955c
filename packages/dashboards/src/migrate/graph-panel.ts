// The old graph panel as lines, bars or points over time.
import type { FieldConfig, FieldOverride } from '../dashboard.ts'
import { type JsonObject, numberOf, objectOf, objectsOf, scalarText, textOf } from '../json.ts'
import { calcOf, given, limitOf } from './old-settings.ts'

const LEGEND_CALCS = ['min', 'max', 'avg', 'current', 'total'] as const

export function migrateGraph(panel: JsonObject): JsonObject {
  const [left = {}, right = {}] = objectsOf(panel['yaxes'])
  const thresholds = objectsOf(panel['thresholds'])
  const defaults: FieldConfig = given({
    unit: textOf(left['format']),
    decimals: numberOf(panel['decimals']) ?? limitOf(left['decimals']),
    min: limitOf(left['min']),
    max: limitOf(left['max']),
    color: { mode: 'palette-classic' },
    links: objectsOf(objectOf(panel['options'])['dataLinks']) as FieldConfig['links'],
    custom: { ...drawn(panel), ...axis(left), ...thresholdStyle(thresholds) },
    ...(thresholds.length === 0 ? {} : { thresholds: stepsOf(thresholds) }),
  })
  const aliasColors = Object.entries(objectOf(panel['aliasColors'])).map(
    ([alias, color]): FieldOverride => ({
      matcher: { id: 'byName', options: alias },
      properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: scalarText(color) } }],
    }),
  )
  const series = objectsOf(panel['seriesOverrides']).flatMap((one) => seriesOverride(one, right))
  return {
    ...panel,
    type: objectOf(panel['xaxis'])['mode'] === 'histogram' ? 'histogram' : 'timeseries',
    fieldConfig: { defaults, overrides: [...aliasColors, ...series] },
    options: {
      legend: legendOf(objectOf(panel['legend'])),
      tooltip: tooltipOf(objectOf(panel['tooltip'])),
    },
  }
}

function drawn(panel: JsonObject): JsonObject {
  const isLines = panel['lines'] !== false
  const isStacked = panel['stack'] === true
  const nulls = panel['nullPointMode']
  return {
    drawStyle: panel['bars'] === true ? 'bars' : isLines ? 'line' : 'points',
    lineInterpolation: panel['steppedLine'] === true ? 'stepAfter' : 'linear',
    lineWidth: isLines ? (numberOf(panel['linewidth']) ?? 1) : panel['bars'] === true ? 1 : 0,
    fillOpacity: panel['bars'] === true ? 100 : Math.min(100, (numberOf(panel['fill']) ?? 1) * 10),
    gradientMode: (numberOf(panel['fillGradient']) ?? 0) > 0 ? 'opacity' : 'none',
    showPoints: panel['points'] === true ? 'always' : 'never',
    pointSize: (numberOf(panel['pointradius']) ?? 2) * 2,
    spanNulls: nulls === 'connected',
    ...(panel['dashes'] === true
      ? {
          lineStyle: {
            fill: 'dash',
            dash: [numberOf(panel['dashLength']) ?? 10, numberOf(panel['spaceLength']) ?? 10],
          },
        }
      : {}),
    stacking: {
      mode: isStacked ? (panel['percentage'] === true ? 'percent' : 'normal') : 'none',
      group: 'A',
    },
  }
}

function axis(settings: JsonObject): JsonObject {
  const base = numberOf(settings['logBase']) ?? 1
  return {
    axisLabel: scalarText(settings['label']),
    axisPlacement: settings['show'] === false ? 'hidden' : 'auto',
    scaleDistribution: base > 1 ? { type: 'log', log: base } : { type: 'linear' },
  }
}

function stepsOf(thresholds: readonly JsonObject[]): NonNullable<FieldConfig['thresholds']> {
  const named: Readonly<Record<string, string>> = {
    critical: 'red',
    warning: 'orange',
    ok: 'green',
  }
  const steps = thresholds.map((one) => {
    const mode = scalarText(one['colorMode'])
    const color =
      mode === 'custom' ? scalarText(one['fillColor'] ?? one['lineColor']) : (named[mode] ?? 'red')
    return { value: numberOf(one['value']) ?? 0, color, isBelow: one['op'] === 'lt' }
  })
  // `lt` colours what is below: the colours change sides.
  const isBelow = steps.length > 0 && steps.every((one) => one.isBelow)
  const sorted = steps.sort((a, b) => a.value - b.value)
  if (!isBelow)
    return {
      mode: 'absolute',
      steps: [
        { value: null, color: 'transparent' },
        ...sorted.map(({ value, color }) => ({ value, color })),
      ],
    }
  return {
    mode: 'absolute',
    steps: [
      ...sorted.map(({ color }, i) => ({ value: i === 0 ? null : sorted[i - 1]!.value, color })),
      { value: sorted.at(-1)!.value, color: 'transparent' },
    ],
  }
}

function thresholdStyle(thresholds: readonly JsonObject[]): JsonObject {
  if (thresholds.length === 0) return {}
  const [hasLine, hasFill] = [
    thresholds.some(({ line }) => line === true),
    thresholds.some(({ fill }) => fill === true),
  ]
  return {
    thresholdsStyle: {
      mode: hasLine && hasFill ? 'line+area' : hasFill ? 'area' : hasLine ? 'line' : 'off',
    },
  }
}

function legendOf(legend: JsonObject): JsonObject {
  const calcs =
    legend['values'] === true
      ? LEGEND_CALCS.filter((name) => legend[name] === true).map(calcOf)
      : []
  const sort = scalarText(legend['sort'])
  return {
    showLegend: legend['show'] !== false,
    displayMode: legend['alignAsTable'] === true ? 'table' : 'list',
    placement: legend['rightSide'] === true ? 'right' : 'bottom',
    calcs,
    ...(sort === '' ? {} : { sortBy: calcOf(sort), sortDesc: legend['sortDesc'] === true }),
  }
}

function tooltipOf({ shared, sort }: JsonObject): JsonObject {
  return {
    mode: shared === false ? 'single' : 'multi',
    sort: sort === 1 ? 'asc' : sort === 2 ? 'desc' : 'none',
  }
}

function seriesOverride(one: JsonObject, right: JsonObject): FieldOverride[] {
  const alias = scalarText(one['alias'])
  if (alias === '') return []
  const properties = Object.entries(one).flatMap(([key, value]) => propertiesOf(key, value, right))
  const isPattern = alias.startsWith('/')
  return [{ matcher: { id: isPattern ? 'byRegexp' : 'byName', options: alias }, properties }]
}

type Property = FieldOverride['properties'][number]

function propertiesOf(key: string, value: unknown, right: JsonObject): Property[] {
  const custom = (name: string, to: unknown): Property[] => [{ id: `custom.${name}`, value: to }]
  switch (key) {
    case 'yaxis':
      return value === 2 ? rightAxis(right) : []
    case 'fill':
      return custom('fillOpacity', Math.min(100, (numberOf(value) ?? 0) * 10))
    case 'linewidth':
      return custom('lineWidth', value)
    case 'lines':
      return value === false ? custom('lineWidth', 0) : custom('drawStyle', 'line')
    case 'bars':
      return value === true ? custom('drawStyle', 'bars') : []
    case 'points':
      return value === true ? custom('showPoints', 'always') : []
    case 'steppedLine':
      return value === true ? custom('lineInterpolation', 'stepAfter') : []
    case 'dashes':
      return value === true ? custom('lineStyle', { fill: 'dash', dash: [10, 10] }) : []
    case 'stack':
      return custom(
        'stacking',
        value === false
          ? { mode: 'none', group: false }
          : { mode: 'normal', group: typeof value === 'string' ? value : 'A' },
      )
    case 'transform':
      return value === 'negative-Y' || value === 'constant' ? custom('transform', value) : []
    case 'fillBelowTo':
      return custom('fillBelowTo', value)
    case 'color':
      return [{ id: 'color', value: { mode: 'fixed', fixedColor: scalarText(value) } }]
    case 'legend':
    case 'hideTooltip':
      return (key === 'legend') !== value
        ? custom('hideFrom', { legend: key === 'legend', tooltip: key !== 'legend', viz: false })
        : []
    default:
      return []
  }
}

function rightAxis(right: JsonObject): Property[] {
  const properties: Property[] = [{ id: 'custom.axisPlacement', value: 'right' }]
  for (const [id, value] of Object.entries(
    given({
      unit: textOf(right['format']),
      decimals: limitOf(right['decimals']),
      min: limitOf(right['min']),
      max: limitOf(right['max']),
    }),
  ))
    properties.push({ id, value })
  const label = scalarText(right['label'])
  if (label !== '') properties.push({ id: 'custom.axisLabel', value: label })
  return properties
}
