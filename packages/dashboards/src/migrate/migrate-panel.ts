// One panel of an older kind as the one that draws it today.
import {
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  scalarText,
  textOf,
} from '../json.ts'
import { migrateGraph } from './graph-panel.ts'
import { calcOf, given, modernMappings } from './old-settings.ts'
import { migrateSinglestat } from './singlestat-panel.ts'
import { migrateTable } from './table-panel.ts'

/** Kinds that were renamed and otherwise stayed. */
const RENAMED: Readonly<Record<string, string>> = {
  'heatmap-new': 'heatmap',
  text2: 'text',
  table2: 'table',
  'grafana-alertlist-panel': 'alertlist',
  'unified-alert-list': 'alertlist',
}

export function migratePanel(panel: JsonObject): JsonObject {
  const type = scalarText(panel['type'])
  const known = Object.hasOwn(RENAMED, type) ? { ...panel, type: RENAMED[type]! } : panel
  const { legend: _, ...noLegend } = known
  switch (known['type']) {
    case 'graph':
      return modernized(migrateGraph(known))
    case 'singlestat':
    case 'grafana-singlestat-panel':
      return modernized(migrateSinglestat(known))
    case 'table-old':
      return modernized(migrateTable(known))
    case 'table':
      return modernized(
        Array.isArray(panel['styles']) && panel['fieldConfig'] === undefined
          ? migrateTable(known)
          : known,
      )
    case 'grafana-piechart-panel':
      return modernized(migratePie(noLegend, objectOf(panel['legend'])))
    case 'heatmap':
      return modernized(
        isObject(panel['yAxis']) && !isObject(objectOf(panel['options'])['yAxis'])
          ? migrateHeatmap(known)
          : known,
      )
    case 'text':
      return modernized(
        typeof panel['content'] === 'string'
          ? {
              ...known,
              options: {
                ...objectOf(panel['options']),
                mode: textOf(panel['mode']) ?? 'markdown',
                content: panel['content'],
              },
            }
          : known,
      )
    default:
      return modernized(known)
  }
}

function migratePie(panel: JsonObject, legend: JsonObject): JsonObject {
  return {
    ...panel,
    type: 'piechart',
    fieldConfig: {
      defaults: given({ unit: textOf(panel['format']), decimals: numberOf(panel['decimals']) }),
      overrides: [],
    },
    options: {
      pieType: panel['pieType'] === 'donut' ? 'donut' : 'pie',
      reduceOptions: { values: false, calcs: [calcOf(panel['valueName'])], fields: '' },
      legend: {
        showLegend: legend['show'] !== false && panel['legendType'] !== 'On graph',
        displayMode: 'table',
        placement: scalarText(panel['legendType']).startsWith('Right') ? 'right' : 'bottom',
        values: [
          ...(legend['values'] === true ? ['value'] : []),
          ...(legend['percentage'] === true ? ['percent'] : []),
        ],
      },
      ...(panel['legendType'] === 'On graph' ? { displayLabels: ['name', 'value'] } : {}),
    },
  }
}

function migrateHeatmap(panel: JsonObject): JsonObject {
  const [yAxis, color] = [objectOf(panel['yAxis']), objectOf(panel['color'])]
  const isBuckets = panel['dataFormat'] === 'tsbuckets'
  return {
    ...panel,
    fieldConfig: { defaults: {}, overrides: [] },
    options: {
      calculate: !isBuckets,
      yAxis: given({
        unit: textOf(yAxis['format']),
        decimals: numberOf(yAxis['decimals']),
        axisPlacement: yAxis['show'] === false ? 'hidden' : 'left',
        reverse: panel['reverseYBuckets'] === true,
      }),
      color: {
        mode: color['mode'] === 'opacity' ? 'opacity' : 'scheme',
        scheme: scalarText(color['colorScheme']).replace(/^interpolate/, '') || 'Oranges',
        fill: scalarText(color['cardColor']),
        steps: 64,
      },
      filterValues: { le: panel['hideZeroBuckets'] === true ? 1e-9 : undefined },
      legend: { show: objectOf(panel['legend'])['show'] !== false },
      tooltip: {
        mode: objectOf(panel['tooltip'])['show'] === false ? 'none' : 'single',
        yHistogram: objectOf(panel['tooltip'])['showHistogram'] === true,
      },
    },
  }
}

/** What several kinds of today had in an older form: reduced values, mappings, legends, cells. */
function modernized(panel: JsonObject): JsonObject {
  const options = objectOf(panel['options'])
  const fieldConfig = objectOf(panel['fieldConfig'])
  const defaults = objectOf(fieldConfig['defaults'])
  const old = objectOf(options['fieldOptions'])
  if (isObject(options['fieldOptions'])) {
    options['reduceOptions'] ??= {
      calcs: old['calcs'],
      values: old['values'] === true,
      ...(old['limit'] === undefined ? {} : { limit: old['limit'] }),
      fields: '',
    }
    panel['fieldConfig'] = {
      ...fieldConfig,
      defaults: { ...objectOf(old['defaults']), ...defaults },
      overrides: [...objectsOf(old['overrides']), ...objectsOf(fieldConfig['overrides'])],
    }
    delete options['fieldOptions']
  }
  const now = objectOf(objectOf(panel['fieldConfig'])['defaults'])
  const mappings = modernMappings(now['mappings'])
  if (mappings !== undefined) now['mappings'] = mappings
  if (isObject(options['tooltipOptions'])) {
    options['tooltip'] ??= options['tooltipOptions']
    delete options['tooltipOptions']
  }
  const legend = objectOf(options['legend'])
  if (legend['displayMode'] === 'hidden')
    Object.assign(legend, { displayMode: 'list', showLegend: false })
  const custom = objectOf(now['custom'])
  if (
    panel['type'] === 'table' &&
    typeof custom['displayMode'] === 'string' &&
    custom['cellOptions'] === undefined
  )
    custom['cellOptions'] = cellOptions(custom['displayMode'])
  for (const override of objectsOf(objectOf(panel['fieldConfig'])['overrides'])) {
    for (const property of objectsOf(override['properties'])) {
      if (property['id'] === 'custom.displayMode')
        Object.assign(property, {
          id: 'custom.cellOptions',
          value: cellOptions(scalarText(property['value'])),
        })
      if (property['id'] === 'mappings')
        property['value'] = modernMappings(property['value']) ?? property['value']
    }
  }
  if (Object.keys(options).length > 0) panel['options'] = options
  return panel
}

function cellOptions(mode: string): JsonObject {
  switch (mode) {
    case 'gradient-gauge':
      return { type: 'gauge', mode: 'gradient' }
    case 'lcd-gauge':
      return { type: 'gauge', mode: 'lcd' }
    case 'basic':
      return { type: 'gauge', mode: 'basic' }
    case 'color-background-solid':
      return { type: 'color-background', mode: 'basic' }
    default:
      return { type: mode }
  }
}
