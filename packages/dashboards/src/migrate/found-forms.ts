// Which forms of older versions a dashboard has. What is in the file decides, more than the number it says: files of
// the community often say a newer schema than they were written in.
import { isObject, type JsonObject, objectOf, objectsOf } from '../json.ts'

/** Kinds that were replaced or renamed. */
const OLD_KINDS: ReadonlySet<unknown> = new Set([
  'graph',
  'singlestat',
  'grafana-singlestat-panel',
  'table-old',
  'grafana-piechart-panel',
  'heatmap-new',
  'text2',
  'table2',
  'grafana-alertlist-panel',
  'unified-alert-list',
])

export function isV2(json: JsonObject): boolean {
  return isObject(specOf(json)['elements']) && isObject(specOf(json)['layout'])
}

/** A resource wraps it: `{ apiVersion, kind, metadata, spec }`. */
export function specOf(json: JsonObject): JsonObject {
  return isObject(json['spec']) ? json['spec'] : json
}

/** Never no when `withoutOldForms` would change anything; it may be yes when nothing would change. */
export function hasOldForms(json: JsonObject): boolean {
  return (
    isV2(json) ||
    isObject(json['__elements']) ||
    Array.isArray(json['rows']) ||
    objectsOf(json['panels']).some(isOldPanel)
  )
}

function isOldPanel(panel: JsonObject): boolean {
  if (panel['type'] === 'row') return objectsOf(panel['panels']).some(isOldPanel)
  const options = objectOf(panel['options'])
  const { defaults, overrides } = objectOf(panel['fieldConfig'])
  const { custom, mappings } = objectOf(defaults)
  return (
    OLD_KINDS.has(panel['type']) ||
    (panel['type'] === 'heatmap' && isObject(panel['yAxis']) && !isObject(options['yAxis'])) ||
    (panel['type'] === 'text' && typeof panel['content'] === 'string') ||
    Array.isArray(panel['styles']) ||
    isObject(options['fieldOptions']) ||
    isObject(options['tooltipOptions']) ||
    objectOf(options['legend'])['displayMode'] === 'hidden' ||
    objectOf(custom)['displayMode'] !== undefined ||
    isOldMapping(mappings) ||
    objectsOf(overrides).some((override) =>
      objectsOf(override['properties']).some(
        ({ id, value }) =>
          id === 'custom.displayMode' || (id === 'mappings' && isOldMapping(value)),
      ),
    )
  )
}

/** Of schema 29 and before, where numbers stood for the types. */
function isOldMapping(mappings: unknown): boolean {
  return objectsOf(mappings).some(({ type }) => typeof type !== 'string')
}

/** A copy that an old version stored of a repeated panel. */
export function isStoredClone(panel: JsonObject): boolean {
  return panel['repeatPanelId'] !== undefined || panel['repeatIteration'] !== undefined
}
