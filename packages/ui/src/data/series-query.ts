// From one line of an answer back to a query for it alone.
import { parseExpr, printExpr, setLabelMatcher } from '@pharos/promql'
import type { LabelSet } from './api-types.ts'
import { seriesName } from './frame.ts'

/**
 * A series of the store by its selector; of an answer that has no name the expression itself, its selectors narrowed to the
 * series' labels.
 */
export function queryOfSeries(expr: string, labels: LabelSet): string {
  if (labels['__name__'] !== undefined) return seriesName(labels)
  let tree
  try {
    tree = parseExpr(expr)
  } catch {
    // The server knows more of the language than this page: experimental parts are behind its flags.
    return expr
  }
  for (const [name, value] of Object.entries(labels)) tree = setLabelMatcher(tree, '=', name, value)
  return printExpr(tree)
}
