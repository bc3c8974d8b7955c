// The v2 kinds (`elements`, `layout`) as the classic JSON that everything else here reads.
//
// @source  the public schema of Grafana's v2 dashboards (@grafana/schema, Apache-2.0)
import {
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  scalarText,
  textOf,
} from '../json.ts'
import { specOf } from './found-forms.ts'

export function classicOfV2(json: JsonObject): JsonObject {
  const spec = structuredClone(specOf(json))
  const time = objectOf(spec['timeSettings'])
  const elements = objectOf(spec['elements'])
  const name = textOf(objectOf(json['metadata'])['name'])
  return {
    ...(name === undefined ? {} : { uid: name }),
    title: scalarText(spec['title']),
    description: scalarText(spec['description']),
    tags: Array.isArray(spec['tags']) ? spec['tags'] : [],
    editable: spec['editable'] !== false,
    graphTooltip: spec['cursorSync'] === 'Crosshair' ? 1 : spec['cursorSync'] === 'Tooltip' ? 2 : 0,
    time: { from: textOf(time['from']) ?? 'now-6h', to: textOf(time['to']) ?? 'now' },
    timezone: scalarText(time['timezone']),
    refresh: scalarText(time['autoRefresh']),
    schemaVersion: 42,
    links: objectsOf(spec['links']),
    annotations: { list: objectsOf(spec['annotations']).map(annotationOf) },
    templating: { list: objectsOf(spec['variables']).map(variableOf) },
    panels: laidOut(objectOf(spec['layout']), elements, 0).panels,
  }
}

interface Placed {
  readonly panels: JsonObject[]
  /** Where the next one may stand. */
  readonly bottom: number
}

function laidOut(layout: JsonObject, elements: JsonObject, top: number): Placed {
  const spec = objectOf(layout['spec'])
  if (layout['kind'] === 'RowsLayout' || layout['kind'] === 'TabsLayout')
    return rowsOf(objectsOf(spec['rows'] ?? spec['tabs']), elements, top)
  const isAuto = layout['kind'] === 'AutoGridLayout'
  const perRow = Math.max(1, numberOf(spec['maxColumnCount']) ?? 3)
  const panels: JsonObject[] = []
  let bottom = top
  objectsOf(spec['items']).forEach((item, i) => {
    const own = objectOf(item['spec'])
    const element = objectOf(elements[scalarText(objectOf(own['element'])['name'])])
    const w = Math.floor(24 / perRow)
    const at = isAuto
      ? { x: (i % perRow) * w, y: Math.floor(i / perRow) * 9, w, h: 9 }
      : {
          x: numberOf(own['x']) ?? 0,
          y: numberOf(own['y']) ?? 0,
          w: numberOf(own['width']) ?? 12,
          h: numberOf(own['height']) ?? 8,
        }
    const repeat = objectOf(own['repeat'])
    panels.push({
      ...panelOf(element),
      gridPos: { ...at, y: at.y + top },
      ...(typeof repeat['value'] === 'string'
        ? { repeat: repeat['value'], repeatDirection: repeat['direction'] === 'v' ? 'v' : 'h' }
        : {}),
    })
    bottom = Math.max(bottom, at.y + at.h + top)
  })
  return { panels, bottom }
}

/** Tabs stand below each other, as rows. */
function rowsOf(rows: readonly JsonObject[], elements: JsonObject, top: number): Placed {
  const panels: JsonObject[] = []
  let y = top
  for (const row of rows) {
    const spec = objectOf(row['spec'])
    const inner = laidOut(objectOf(spec['layout']), elements, y + 1)
    const isClosed = spec['collapse'] === true
    const repeat = objectOf(spec['repeat'])['value']
    panels.push({
      type: 'row',
      title: scalarText(spec['title']),
      collapsed: isClosed,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: isClosed ? inner.panels : [],
      ...(typeof repeat === 'string' ? { repeat } : {}),
    })
    if (!isClosed) panels.push(...inner.panels)
    y = isClosed ? y + 1 : inner.bottom
  }
  return { panels, bottom: y }
}

function panelOf(element: JsonObject): JsonObject {
  const spec = objectOf(element['spec'])
  const viz = objectOf(spec['vizConfig'])
  const vizSpec = objectOf(viz['spec'])
  const data = objectOf(objectOf(spec['data'])['spec'])
  const query = objectOf(data['queryOptions'])
  return {
    ...(typeof spec['id'] === 'number' ? { id: spec['id'] } : {}),
    type: textOf(viz['group']) ?? scalarText(viz['kind']),
    title: scalarText(spec['title']),
    description: scalarText(spec['description']),
    transparent: spec['transparent'] === true,
    links: objectsOf(spec['links']),
    options: objectOf(vizSpec['options']),
    fieldConfig: objectOf(vizSpec['fieldConfig']),
    targets: objectsOf(data['queries']).map(targetOf),
    transformations: objectsOf(data['transformations']).map((one) => {
      const own = objectOf(one['spec'])
      return {
        ...own,
        id: textOf(own['id']) ?? textOf(one['group']) ?? scalarText(one['kind']),
        options: objectOf(own['options']),
      }
    }),
    ...Object.fromEntries(
      ['interval', 'maxDataPoints', 'timeFrom', 'timeShift'].flatMap((key) =>
        query[key] === undefined ? [] : [[key, query[key]]],
      ),
    ),
  }
}

function targetOf(one: JsonObject): JsonObject {
  const spec = objectOf(one['spec'])
  const query = objectOf(spec['query'])
  return {
    refId: scalarText(spec['refId']),
    hide: spec['hidden'] === true,
    ...dataSource(spec, query),
    ...objectOf(query['spec']),
  }
}

/** The first drafts had `datasource`, later ones the kind of the query and a name in it. */
function dataSource(spec: JsonObject, query: JsonObject): JsonObject {
  if (isObject(spec['datasource'])) return { datasource: spec['datasource'] }
  const uid = textOf(objectOf(query['datasource'])['name'])
  const type = textOf(query['group']) ?? textOf(query['kind'])
  return {
    datasource: { ...(type === undefined ? {} : { type }), ...(uid === undefined ? {} : { uid }) },
  }
}

function annotationOf(one: JsonObject): JsonObject {
  const spec = objectOf(one['spec'])
  const query = objectOf(spec['query'])
  return {
    ...spec,
    ...dataSource(spec, query),
    ...objectOf(query['spec']),
    builtIn: spec['builtIn'] === true ? 1 : 0,
  }
}

function variableOf(one: JsonObject): JsonObject {
  const spec = objectOf(one['spec'])
  const type = scalarText(one['kind'])
    .replace(/Variable$/, '')
    .toLowerCase()
  const query = objectOf(spec['query'])
  const hide = { dontHide: 0, hideLabel: 1, hideVariable: 2 }[scalarText(spec['hide'])] ?? 0
  const refresh = { never: 0, onDashboardLoad: 1, onTimeRangeChanged: 2 }[
    scalarText(spec['refresh'])
  ]
  const sorts = [
    'disabled',
    'alphabeticalAsc',
    'alphabeticalDesc',
    'numericalAsc',
    'numericalDesc',
    'alphabeticalCaseInsensitiveAsc',
    'alphabeticalCaseInsensitiveDesc',
    'naturalAsc',
    'naturalDesc',
  ]
  const shape: Readonly<Record<string, string>> = { text: 'textbox', groupby: 'groupby' }
  return {
    ...spec,
    type: Object.hasOwn(shape, type) ? shape[type]! : type,
    hide,
    ...(refresh === undefined ? {} : { refresh }),
    sort: Math.max(0, sorts.indexOf(scalarText(spec['sort']))),
    ...(isObject(spec['query'])
      ? {
          query: isObject(query['spec'])
            ? (textOf(query['spec']['query']) ?? query['spec'])
            : query,
          ...dataSource(spec, query),
        }
      : {}),
    ...(type === 'datasource' ? { query: scalarText(spec['pluginId']) } : {}),
  }
}
