// The last older habits that a dashboard in the form of today may still have: names for references, clones of repeated
// panels, inputs to fill in.
//
//   14-15 rows of spans      16+ panels in a grid        graph, singlestat, table-old, pie plug-in    v2 elements
//        └── withoutOldForms, when hasOldForms ──────────► ── currentDashboard ──► normalizeDashboard
import { isObject, type JsonObject, objectOf, objectsOf, scalarText, textOf } from '../json.ts'
import { dataSourceRef } from './data-source-ref.ts'
import { isStoredClone } from './found-forms.ts'
import { withInputs } from './inputs.ts'

/** A copy that no later step finds an old form in, of one that has none of `hasOldForms`. */
export function currentDashboard(json: JsonObject): JsonObject {
  const classic = structuredClone(json)
  delete classic['rows']
  if (classic['sharedCrosshair'] === true) classic['graphTooltip'] ??= 1
  delete classic['sharedCrosshair']
  if (typeof classic['refresh'] === 'boolean') classic['refresh'] = ''
  classic['panels'] = currentPanels(objectsOf(classic['panels']))
  const templating = objectOf(classic['templating'])
  for (const variable of objectsOf(templating['list'])) migrateVariable(variable)
  for (const annotation of objectsOf(objectOf(classic['annotations'])['list'])) refersTo(annotation)
  return withInputs(classic)
}

/** Stored clones go: repeated panels are made anew. */
function currentPanels(panels: readonly JsonObject[]): JsonObject[] {
  const kept = panels.filter((panel) => !isStoredClone(panel))
  for (const panel of kept) {
    refersTo(panel)
    for (const target of objectsOf(panel['targets'])) refersTo(target)
    if (panel['type'] === 'row') panel['panels'] = currentPanels(objectsOf(panel['panels']))
  }
  return kept
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
