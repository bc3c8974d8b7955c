// Conditions that hold for every query of a dashboard, laid over its expressions. Loaded when a dashboard has some.
import type { AdhocFilter } from '@pharos/dashboards'
import type { MatchType } from '@pharos/model'
import { parseExpr, ParseErrors, printExpr, setLabelMatcher } from '@pharos/promql'

const TYPES: Readonly<Record<string, MatchType>> = {
  '=': '=',
  '!=': '!=',
  '=~': '=~',
  '!~': '!~',
  '=|': '=~',
  '!=|': '!~',
}

/** The expression with every filter as a matcher of each selector; as it was when it cannot be read. */
export function withAdhocFilters(expr: string, filters: readonly AdhocFilter[]): string {
  try {
    let tree = parseExpr(expr)
    for (const { key, operator, value } of filters)
      if (key !== '') tree = setLabelMatcher(tree, TYPES[operator] ?? '=', key, value)
    return printExpr(tree)
  } catch (error) {
    // The server says what is wrong with it, better than half a query would.
    if (error instanceof ParseErrors) return expr
    throw error
  }
}
