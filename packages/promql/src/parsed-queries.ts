// Trees of the queries that were asked last. Dashboards and rules ask with the same texts over and over, and parsing is
// a tenth of what a query for one series costs.

import type { Expr } from './ast.ts'
import { PARSED_CHARS, PARSED_QUERIES } from './limits.ts'
import { parseExpr } from './parser.ts'

export class ParsedQueries {
  readonly #features: ReadonlySet<string>
  /** The one that was asked longest ago comes first. */
  readonly #trees = new Map<string, Expr>()

  constructor(features: ReadonlySet<string>) {
    this.#features = features
  }

  /** The tree of a text; nobody may change it. @throws UserError like `parseExpr` */
  tree(text: string): Expr {
    const known = this.#trees.get(text)
    const tree = known ?? parseExpr(text, { features: this.#features })
    if (text.length > PARSED_CHARS) return tree
    if (known !== undefined) this.#trees.delete(text)
    this.#trees.set(text, tree)
    if (this.#trees.size > PARSED_QUERIES) {
      for (const [oldest] of this.#trees) {
        this.#trees.delete(oldest)
        break
      }
    }
    return tree
  }
}
