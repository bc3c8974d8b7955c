// Mistakes in queries that are well-formed: what can be told from the tree and from what is known of the
// data. A rule speaks only when it is sure, because a linter that cries wolf is switched off.

import type { Expr } from '../ast.ts'
import { metricNameOf, operandsOf, selectorsIn } from './expr-walk.ts'
import { lintAggregate, lintBinary } from './operator-rules.ts'
import { lintCall } from './call-rules.ts'
import type { LintFinding, LintKnowledge, Report } from './lint-knowledge.ts'
import { lintSelector } from './selector-rules.ts'

/**
 * What is wrong with an expression, in the order of the text.
 * @param knowledge  what the caller knows of the metrics; the less, the fewer findings
 */
export function lintExpr(expr: Expr, knowledge: LintKnowledge): LintFinding[] {
  const findings: LintFinding[] = []
  const report: Report = (code, position, message) => findings.push({ code, position, message })
  const visit = (node: Expr, path: readonly Expr[]): void => {
    switch (node.kind) {
      case 'vector':
        lintSelector({ expr: node, path }, knowledge, report)
        break
      case 'call':
        lintCall({ expr: node, path }, knowledge, report)
        break
      case 'aggregate':
        lintAggregate({ expr: node, path }, knowledge, report)
        break
      case 'binary':
        lintBinary({ expr: node, path }, knowledge, report)
        break
    }
    const inner = [...path, node]
    for (const operand of operandsOf(node)) visit(operand, inner)
  }
  visit(expr, [])
  return findings.sort((a, b) => a.position.start - b.position.start)
}

/** The metric names that an expression selects by equality: what the caller has to know about. */
export function metricNamesIn(expr: Expr): string[] {
  const names = new Set<string>()
  for (const selector of selectorsIn(expr)) {
    const name = metricNameOf(selector)
    if (name !== undefined) names.add(name)
  }
  return [...names]
}
