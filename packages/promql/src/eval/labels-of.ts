// Label sets as operators change them.

import { goQuote, isValidLabelName, Labels, METRIC_NAME } from '@pharos/model'

/** What goes when an operation changes the meaning of a metric. */
export const METADATA_LABELS: readonly string[] = [METRIC_NAME, '__type__', '__unit__']

/** Without name, type and unit; the same object when it has none of them. */
export function withoutMetadata(labels: Labels): Labels {
  const flat = labels.flat
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    // Names are sorted, and these three are the only ones that matter here.
    if (!METADATA_LABELS.includes(name)) continue
    const rest = labels.without(METADATA_LABELS).flat
    return new Labels(rest.slice())
  }
  return labels
}

/**
 * Whether a query may make a label of this name. Bytes that are no UTF-8 have become U+FFFD in the parser,
 * and a name with them is refused as the reference refuses the bytes.
 */
export function isLabelName(name: string): boolean {
  return isValidLabelName(name) && !name.includes('\u{fffd}')
}

/** Text for messages: `{__name__="up", job="x"}`. */
export function labelsText(labels: Labels): string {
  const pairs: string[] = []
  for (const [name, value] of labels) {
    const plain = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
    pairs.push(`${plain ? name : goQuote(name)}=${goQuote(value)}`)
  }
  return `{${pairs.join(', ')}}`
}

/** The labels that vector matching compares. */
export function matchLabels(labels: Labels, on: boolean, names: readonly string[]): Labels {
  return on ? labels.only(names) : labels.without([METRIC_NAME, ...names])
}

/**
 * A function from a label set to a text that is equal exactly where the grouping is.
 * @param names    of by, without, on or ignoring
 * @param without  all labels but these and the name, instead of these
 */
export function groupingKey(
  names: readonly string[],
  without: boolean,
): (labels: Labels) => string {
  if (without) {
    const dropped = new Set([METRIC_NAME, ...names])
    return (labels) => {
      const flat = labels.flat
      let key = ''
      for (let i = 0; i < flat.length; i += 2) {
        if (!dropped.has(flat[i]!)) key += lengthed(flat[i]!) + lengthed(flat[i + 1]!)
      }
      return key
    }
  }
  if (names.length === 0) return () => ''
  if (names.length === 1) {
    const name = names[0]!
    return (labels) => labels.get(name)
  }
  return (labels) => {
    let key = ''
    for (const name of names) key += lengthed(labels.get(name))
    return key
  }
}

/** A text that can be told from what is put behind it, whatever is in it. */
export function lengthed(text: string): string {
  return `${text.length}:${text}`
}

/** The labels a group's result has. */
export function groupLabels(labels: Labels, grouping: readonly string[], without: boolean): Labels {
  if (without) return labels.without([METRIC_NAME, ...grouping])
  return grouping.length === 0 ? Labels.EMPTY : labels.only(grouping)
}
