import { Document, isPair, isScalar, isSeq, visit } from 'yaml'

/** Lists that stand on one line, as the reference prints them. */
const FLOW_KEYS = new Set(['source_labels'])

/** Text that YAML 1.1 would read as null, a boolean, a number (also in base 60) or a date. */
const AMBIGUOUS = [
  /^(?:|~|null|true|false|yes|no|on|off|y|n)$/i,
  /^[-+]?(?:0x[0-9a-f_]+|0b[01_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?)$/i,
  /^[-+]?\.(?:inf|nan|[0-9][0-9_]*(?:e[-+]?[0-9]+)?)$/i,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/,
]

/**
 * The effective configuration as YAML: lists not indented below their key, text quoted only where it would
 * be read as something else, then with double quotes, or with single ones because of its punctuation.
 */
export function effectiveYaml(value: unknown): string {
  // YAML 1.1 is what the reference reads, where `yes` and `012` are not text.
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !isSeq(pair.value)) return
      if (FLOW_KEYS.has(String(pair.key.value))) pair.value.flow = true
    },
    Scalar(_, scalar) {
      const text = scalar.value
      if (typeof text === 'string' && AMBIGUOUS.some((pattern) => pattern.test(text)))
        scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({
    indentSeq: false,
    lineWidth: 0,
    flowCollectionPadding: false,
    directives: false,
    singleQuote: true,
  })
}
