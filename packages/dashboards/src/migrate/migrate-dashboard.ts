// Older schemas brought up to the one shape. What a file has decides, more than the number it says: files of the
// community often say a newer schema than they were written in.
//
//   14-15 rows of spans      16+ panels in a grid        graph, singlestat, table-old, pie plug-in    v2 elements
//        └── fromRows ──────────►  ── migratePanel ──────────►
import { isObject, type JsonObject, objectOf, objectsOf, scalarText, textOf } from '../json.ts'
import { dataSourceRef } from './data-source-ref.ts'
import { panelsOfRows } from './grid-of-rows.ts'
import { withInputs } from './inputs.ts'
import { migratePanel } from './migrate-panel.ts'
import { classicOfV2, isV2 } from './classic-of-v2.ts'

/** A copy that no later step finds an old form in. */
export function migrateDashboard(json: JsonObject): JsonObject {
  const libraryPanels = objectOf(json['__elements'])
  const classic = isV2(json) ? classicOfV2(json) : structuredClone(json)
  const rows = objectsOf(classic['rows'])
  if (rows.length > 0 && !Array.isArray(classic['panels'])) classic['panels'] = panelsOfRows(rows)
  delete classic['rows']
  if (classic['sharedCrosshair'] === true) classic['graphTooltip'] ??= 1
  delete classic['sharedCrosshair']
  if (typeof classic['refresh'] === 'boolean') classic['refresh'] = ''
  classic['panels'] = migratedPanels(objectsOf(classic['panels']), libraryPanels)
  const templating = objectOf(classic['templating'])
  for (const variable of objectsOf(templating['list'])) migrateVariable(variable)
  for (const annotation of objectsOf(objectOf(classic['annotations'])['list'])) refersTo(annotation)
  return withInputs(classic)
}

/** Clones that an old version stored of repeated panels go: they are made anew. */
function migratedPanels(panels: readonly JsonObject[], libraryPanels: JsonObject): JsonObject[] {
  return panels
    .filter(
      (panel) => panel['repeatPanelId'] === undefined && panel['repeatIteration'] === undefined,
    )
    .map((panel) => {
      const own = withLibraryPanel(panel, libraryPanels)
      refersTo(own)
      for (const target of objectsOf(own['targets'])) refersTo(target)
      if (own['type'] === 'row') {
        own['panels'] = migratedPanels(objectsOf(own['panels']), libraryPanels)
        return own
      }
      return migratePanel(own)
    })
}

/** A panel kept elsewhere is put in, when the file brings it along. */
function withLibraryPanel(panel: JsonObject, libraryPanels: JsonObject): JsonObject {
  const uid = scalarText(objectOf(panel['libraryPanel'])['uid'])
  const found = Object.values(libraryPanels).find((one) => objectOf(one)['uid'] === uid)
  const model = objectOf(objectOf(found)['model'])
  if (uid === '' || Object.keys(model).length === 0) return panel
  const { gridPos, id } = panel
  return {
    ...structuredClone(model),
    ...(id === undefined ? {} : { id }),
    ...(gridPos === undefined ? {} : { gridPos }),
  }
}

function refersTo(holder: JsonObject): void {
  const ref = dataSourceRef(holder['datasource'])
  if (ref !== undefined) holder['datasource'] = ref
}

function migrateVariable(variable: JsonObject): void {
  refersTo(variable)
  if (typeof variable['refresh'] === 'boolean') variable['refresh'] = variable['refresh'] ? 1 : 0
  // Options of a query were stored once; they are asked for now.
  if (variable['type'] === 'query' && variable['refresh'] === undefined) variable['refresh'] = 1
  const current = objectOf(variable['current'])
  if (
    variable['multi'] === true &&
    typeof current['value'] === 'string' &&
    current['value'] !== ''
  ) {
    current['value'] = [current['value']]
    current['text'] = [textOf(current['text']) ?? current['value']]
  }
  if (
    variable['type'] === 'constant' &&
    variable['query'] === undefined &&
    isObject(variable['current'])
  )
    variable['query'] = scalarText(current['value'])
}
