// From what was found in a file, pasted, or sent by a tool to the one shape that everything else reads.
import { loadCurrent, type LoadedDashboard, unwrapped } from './load-current.ts'
import { withoutOldForms } from './migrate/old-forms.ts'

/**
 * The dashboard in a parsed JSON value, whatever its schema: wrappers are opened, older schemas are brought up, what is
 * missing gets its default. `json` itself is not touched. Never throws: what cannot be read is told among `problems`.
 */
export function loadDashboard(json: unknown): LoadedDashboard {
  const found = unwrapped(json)
  return loadCurrent(found === undefined ? json : withoutOldForms(found))
}
