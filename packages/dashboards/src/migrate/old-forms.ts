// What older versions wrote, brought up to what the current one writes. Pages load this only for a file that has it.
import { type JsonObject, objectOf, objectsOf, scalarText } from '../json.ts'
import { classicOfV2 } from './classic-of-v2.ts'
import { isStoredClone, isV2 } from './found-forms.ts'
import { panelsOfRows } from './grid-of-rows.ts'
import { migratePanel } from './migrate-panel.ts'

/** A copy in which every panel is of a kind and a form of today. */
export function withoutOldForms(json: JsonObject): JsonObject {
  const libraryPanels = objectOf(json['__elements'])
  const classic = isV2(json) ? classicOfV2(json) : structuredClone(json)
  const rows = objectsOf(classic['rows'])
  if (rows.length > 0 && !Array.isArray(classic['panels'])) classic['panels'] = panelsOfRows(rows)
  delete classic['rows']
  classic['panels'] = migratedPanels(objectsOf(classic['panels']), libraryPanels)
  return classic
}

function migratedPanels(panels: readonly JsonObject[], libraryPanels: JsonObject): JsonObject[] {
  // Clones go before a library panel takes their place and with it the mark of being one.
  const kept = panels.filter((panel) => !isStoredClone(panel))
  return kept.map((panel) => {
    const own = withLibraryPanel(panel, libraryPanels)
    if (own['type'] !== 'row') return migratePanel(own)
    own['panels'] = migratedPanels(objectsOf(own['panels']), libraryPanels)
    return own
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
