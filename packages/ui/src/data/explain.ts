// What a query did, operator by operator, made ready to be shown.

/** One operator as `/api/v1/query_explain` tells it; times in seconds. */
export interface ExplainNode {
  readonly type: string
  readonly name: string
  readonly text: string
  readonly series: number
  readonly samples: number
  readonly totalSeconds: number
  readonly selfSeconds: number
  readonly evaluations: number
  /** Different values of each label. */
  readonly labels: Readonly<Record<string, number>>
  readonly children: readonly ExplainNode[]
}

export interface ExplainData {
  readonly tree: ExplainNode
  readonly peakMemoryBytes: number
  readonly infos: readonly string[]
}

export interface LintFinding {
  readonly code: string
  readonly message: string
  /** UTF-8 bytes. */
  readonly position: { readonly start: number; readonly end: number }
}

/** Labels that some operand has and the result has not; empty when the operator made no series. */
export function lostLabels(node: ExplainNode): string[] {
  if (node.evaluations === 0 || node.series === 0) return []
  const before = new Set(node.children.flatMap(labelNames))
  return [...before].filter((name) => !Object.hasOwn(node.labels, name)).sort()
}

/** Of what made none, such as a range, those of what it is made of. */
function labelNames(node: ExplainNode): string[] {
  const own = Object.keys(node.labels)
  return own.length > 0 ? own : node.children.flatMap(labelNames)
}

/** Whole percents of the query's time that an operator took by itself. */
export function selfPercent(node: ExplainNode, root: ExplainNode): number {
  return root.totalSeconds > 0 ? Math.round((node.selfSeconds / root.totalSeconds) * 100) : 0
}

const GAUGE_TWIN: Readonly<Record<string, string>> = {
  rate: 'deriv',
  irate: 'idelta',
  increase: 'delta',
  deriv: 'rate',
  delta: 'increase',
  idelta: 'irate',
}

/** What would be right instead of the part that is found fault with, and the whole query with it. */
export function fixOf(
  finding: LintFinding,
  query: string,
): { readonly part: string; readonly query: string } | undefined {
  if (finding.code !== 'not-a-counter' && finding.code !== 'not-a-gauge') return undefined
  const bytes = new TextEncoder().encode(query)
  const cut = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to))
  const { start, end } = finding.position
  const found = cut(start, end)
  const name = /^[a-z]+(?=\s*\()/.exec(found)?.[0] ?? ''
  const twin = Object.hasOwn(GAUGE_TWIN, name) ? GAUGE_TWIN[name] : undefined
  if (twin === undefined) return undefined
  const part = twin + found.slice(name.length)
  return { part, query: cut(0, start) + part + cut(end, bytes.length) }
}
