import type { Matcher } from '@pharos/model'
import type { Expr } from '@pharos/promql'

/** The matchers of every selector in a tree. */
export function matchersIn(expr: Expr): readonly (readonly Matcher[])[] {
  const found: (readonly Matcher[])[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if (Array.isArray(node)) {
      for (const part of node) visit(part)
      return
    }
    const fields = node as { readonly matchers?: unknown; readonly kind?: unknown }
    // A matcher holds no nodes; whatever has a list of them is a selector.
    if (Array.isArray(fields.matchers)) found.push(fields.matchers as readonly Matcher[])
    for (const [key, part] of Object.entries(fields)) if (key !== 'matchers') visit(part)
  }
  visit(expr)
  return found
}
