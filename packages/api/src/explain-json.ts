import type { ExplainNode } from '@pharos/promql'
import { jsonText } from './json-text.ts'

/** An explained query: what its tree did, and what became of it as a whole. */
export function explainJson(
  query: string,
  tree: ExplainNode,
  more: Readonly<Record<string, string>>,
): string {
  const utf8 = new TextEncoder().encode(query)
  const rest = Object.entries(more).map(([name, json]) => `,${JSON.stringify(name)}:${json}`)
  return `{"query":${jsonText(query)},"tree":${nodeJson(utf8, tree)}${rest.join('')}}`
}

function nodeJson(utf8: Uint8Array, node: ExplainNode): string {
  const { position, read, children } = node
  // Positions count bytes.
  const text = new TextDecoder().decode(utf8.subarray(position.start, position.end))
  const fields = JSON.stringify({
    position,
    series: node.series,
    samples: node.samples,
    points: node.points,
    totalSeconds: node.totalMs / 1000,
    selfSeconds: node.selfMs / 1000,
    evaluations: node.evaluations,
    labels: node.labels,
    ...(read === undefined
      ? {}
      : {
          select: { ...read.hints, matchers: read.matchers, statisticsOnly: read.statisticsOnly },
        }),
  })
  const inner = children.map((child) => nodeJson(utf8, child)).join(',')
  return `{"type":"${node.type}","name":${jsonText(node.name)},"text":${jsonText(text)},${fields.slice(1, -1)},"children":[${inner}]}`
}
