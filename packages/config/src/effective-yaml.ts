import { Document, isPair, isScalar, isSeq, visit } from 'yaml'

/** Lists that stand on one line, as the reference prints them. */
const FLOW_KEYS = new Set(['source_labels'])

/**
 * The effective configuration as YAML: lists not indented below their key, text quoted only where it would
 * be read as something else.
 */
export function effectiveYaml(value: unknown): string {
  // YAML 1.1 is what the reference reads, where `yes` and `012` are not text.
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !isSeq(pair.value)) return
      if (FLOW_KEYS.has(String(pair.key.value))) pair.value.flow = true
    },
  })
  return document.toString({
    indentSeq: false,
    lineWidth: 0,
    flowCollectionPadding: false,
    directives: false,
  })
}
