// The table of old: styles by pattern, columns by calculation.
import type { FieldConfig, FieldOverride, Transformation } from '../dashboard.ts'
import { type JsonObject, numberOf, objectsOf, scalarText, textOf } from '../json.ts'
import { calcOf, mappingsOf, thresholdsOf } from './old-settings.ts'

export function migrateTable(panel: JsonObject): JsonObject {
  const styles = objectsOf(panel['styles'])
  const everything = styles.find(({ pattern }) => pattern === '/.*/' || pattern === 'default')
  const overrides = styles.filter((style) => style !== everything).map(styleOverride)
  return {
    ...panel,
    type: 'table',
    fieldConfig: {
      defaults:
        everything === undefined
          ? {}
          : (Object.fromEntries(
              propertiesOf(everything)
                .filter(({ id }) => !id.startsWith('custom.') && id !== 'displayName')
                .map(({ id, value }) => [id, value]),
            ) as FieldConfig),
      overrides,
    },
    options: {
      showHeader: panel['showHeader'] !== false,
      sortBy: objectsOf([panel['sort']]).flatMap(({ col, desc }) =>
        typeof col === 'string' ? [{ displayName: col, desc: desc === true }] : [],
      ),
    },
    transformations: [...transformationsOf(panel), ...objectsOf(panel['transformations'])],
  }
}

function transformationsOf(panel: JsonObject): Transformation[] {
  switch (panel['transform']) {
    case 'timeseries_to_rows':
      return [{ id: 'seriesToRows', options: {} }]
    case 'timeseries_to_columns':
      return [{ id: 'seriesToColumns', options: { byField: 'Time' } }]
    case 'timeseries_aggregations':
      return [
        {
          id: 'reduce',
          options: { reducers: objectsOf(panel['columns']).map(({ value }) => calcOf(value)) },
        },
      ]
    case 'table':
      return [{ id: 'merge', options: {} }]
    default:
      return []
  }
}

function styleOverride(style: JsonObject): FieldOverride {
  const pattern = scalarText(style['pattern'])
  return {
    matcher: { id: pattern.startsWith('/') ? 'byRegexp' : 'byName', options: pattern },
    properties: propertiesOf(style),
  }
}

function propertiesOf(style: JsonObject): FieldOverride['properties'] {
  const properties: FieldOverride['properties'] = []
  const add = (id: string, value: unknown): void => {
    if (value !== undefined && value !== '') properties.push({ id, value })
  }
  add('displayName', scalarText(style['alias']))
  if (style['type'] === 'hidden') add('custom.hidden', true)
  if (style['type'] === 'date')
    add(
      'unit',
      `time: ${scalarText(style['dateFormat']) || 'YYYY-MM-DD HH:mm:ss'}`.replace(
        'time: ',
        'time:',
      ),
    )
  if (style['type'] === 'number') {
    add('unit', textOf(style['unit']))
    add('decimals', numberOf(style['decimals']))
  }
  const mode = scalarText(style['colorMode'])
  if (mode !== '') {
    add(
      'custom.cellOptions',
      mode === 'value'
        ? { type: 'color-text' }
        : { type: 'color-background', applyToRow: mode === 'row' },
    )
    add('thresholds', thresholdsOf(style['thresholds'], style['colors']))
  }
  add('custom.align', textOf(style['align']))
  const mappings = mappingsOf(style)
  if (mappings.length > 0) add('mappings', mappings)
  if (style['link'] === true)
    add('links', [
      {
        title: scalarText(style['linkTooltip']),
        url: scalarText(style['linkUrl']),
        targetBlank: style['linkTargetBlank'] === true,
      },
    ])
  return properties
}
