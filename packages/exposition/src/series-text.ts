// From the spans a cursor noted to the label set they mean. Spans are pairs of body offsets in one flat
// array: [nameStart, nameEnd, label0Start, label0End, value0Start, value0End, label1Start, …].

import { UserError } from '@pharos/base'
import {
  compareText,
  type Exemplar,
  formatOpenMetricsValue,
  goQuote,
  Labels,
  METRIC_NAME,
  type MetricType,
} from '@pharos/model'
import { floatOfText } from './float-bytes.ts'
import { isUtf8, textOf } from './utf8.ts'

export const PARSE_ERROR = 'exposition/parse'

/** What the metadata lines before a series say of it. */
interface SeriesContext {
  /** '' before the first TYPE line. */
  readonly type: MetricType | ''
  readonly unit: string
  /** Adds `__type__` and `__unit__`: the feature type-and-unit-labels. */
  readonly typeAndUnitLabels: boolean
}

/** Spans of one series, reused from line to line. The first is the metric name's. */
export class Spans {
  at: Int32Array = new Int32Array(64)
  length = 0

  clear(): void {
    this.length = 0
  }

  /** For a series that starts with a brace: its name stands among the labels. */
  leaveName(): void {
    this.push(-1, -1)
  }

  get hasName(): boolean {
    return this.at[0] !== -1
  }

  /** False when there is a name already. */
  setName(start: number, end: number): boolean {
    if (this.hasName) return false
    this.at[0] = start
    this.at[1] = end
    return true
  }

  push(start: number, end: number): void {
    if (this.length + 2 > this.at.length) {
      const grown = new Int32Array(this.at.length * 2)
      grown.set(this.at)
      this.at = grown
    }
    this.at[this.length++] = start
    this.at[this.length++] = end
  }
}

/**
 * The label set of a series.
 * @throws UserError `exposition/parse` when a name is not UTF-8 or a label stands twice: the scrape fails
 * @source textparse Labels(), normalizeFloatsInLabelValues; head append's duplicate check
 */
export function seriesLabels(body: Uint8Array, spans: Spans, context: SeriesContext): Labels {
  const at = spans.at
  const read = reader(body, at[0]!, at[spans.length - 1]!)
  const name = unescaped(read(at[0]!, at[1]!))
  checkName(body, at[0]!, at[1]!, name)
  const flat: string[] = [METRIC_NAME, name]
  const meta = context.typeAndUnitLabels ? context : undefined
  const knownType = meta !== undefined && meta.type !== '' && meta.type !== 'unknown'
  const knownUnit = meta !== undefined && meta.unit !== ''
  if (knownType) flat.push('__type__', meta.type)
  if (knownUnit) flat.push('__unit__', meta.unit)
  for (let i = 2; i < spans.length; i += 4) {
    const label = unescaped(read(at[i]!, at[i + 1]!))
    checkName(body, at[i]!, at[i + 1]!, label)
    if (meta !== undefined && label === METRIC_NAME && name !== '') continue
    if ((knownType && label === '__type__') || (knownUnit && label === '__unit__')) continue
    const value = unescaped(read(at[i + 2]!, at[i + 3]!))
    flat.push(label, normalised(context.type, label, value))
  }
  return new Labels(sortedPairs(flat))
}

/** Names of labels whose value is empty. */
export function emptyNames(body: Uint8Array, spans: Spans): readonly string[] {
  const { at } = spans
  const names: string[] = []
  for (let i = 2; i < spans.length; i += 4) {
    if (at[i + 2] === at[i + 3]) names.push(unescaped(textOf(body, at[i]!, at[i + 1]!)))
  }
  return names
}

/** The exemplar whose spans start without a metric name. Names and values stay as written, as in the reference. */
export function exemplarOf(
  body: Uint8Array,
  spans: Spans,
  value: number,
  timestampMs: number | undefined,
): Exemplar {
  const at = spans.at
  const flat: string[] = []
  const read = reader(body, at[0] ?? 0, spans.length === 0 ? 0 : at[spans.length - 1]!)
  for (let i = 0; i < spans.length; i += 4) {
    flat.push(read(at[i]!, at[i + 1]!), read(at[i + 2]!, at[i + 3]!))
  }
  return { labels: new Labels(sortedPairs(flat)), value, timestampMs }
}

/**
 * Reads pieces of [from, to). Decoding costs far more to start than to run, so plain ASCII is decoded once
 * and cut.
 */
function reader(
  body: Uint8Array,
  from: number,
  to: number,
): (start: number, end: number) => string {
  let first = from
  let last = to
  for (let i = first; i < last; i++) {
    if (body[i]! >= 0x80) return (start, end) => textOf(body, start, end)
  }
  // A quoted metric name may stand after the first label.
  let whole = textOf(body, first, last)
  return (start, end) => {
    if (start < first || end > last) {
      first = Math.min(start, first)
      last = Math.max(end, last)
      for (let i = first; i < last; i++) if (body[i]! >= 0x80) return textOf(body, start, end)
      whole = textOf(body, first, last)
    }
    return whole.slice(start - first, end - first)
  }
}

function checkName(body: Uint8Array, start: number, end: number, name: string): void {
  if (name.includes('\ufffd') && !isUtf8(body, start, end))
    throw new UserError(PARSE_ERROR, `invalid metric name or label names: ${goQuote(name)}`)
}

/** Sorts pairs by name, drops empty values, refuses a name that stands twice. */
export function sortedPairs(flat: string[]): string[] {
  // Label sets are short and mostly in order: insertion is the fastest way.
  for (let i = 2; i < flat.length; i += 2) {
    const name = flat[i]!
    const value = flat[i + 1]!
    let k = i
    while (k > 0 && compareText(flat[k - 2]!, name) > 0) {
      flat[k] = flat[k - 2]!
      flat[k + 1] = flat[k - 1]!
      k -= 2
    }
    if (k > 0 && flat[k - 2] === name)
      throw new UserError(PARSE_ERROR, `label name ${goQuote(name)} is not unique: invalid sample`)
    flat[k] = name
    flat[k + 1] = value
  }
  return flat.includes('') ? withoutEmpty(flat) : flat
}

function withoutEmpty(flat: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i + 1] !== '') kept.push(flat[i]!, flat[i + 1]!)
  }
  return kept
}

/** `\"`, `\\` and `\n` undone; any other backslash stays. */
export function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(["\\n])/g, (_, byte: string) => (byte === 'n' ? '\n' : byte))
    : text
}

function normalised(type: MetricType | '', label: string, value: string): string {
  if (!((type === 'histogram' && label === 'le') || (type === 'summary' && label === 'quantile')))
    return value
  const number = floatOfText(value)
  return typeof number === 'number' ? formatOpenMetricsValue(number) : value
}
