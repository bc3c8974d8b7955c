// Series descriptions: a label set and a sequence of samples, as test scripts write them.

import { messageOf, UserError } from '@pharos/base'
import {
  type CounterResetHint,
  goQuote,
  Labels,
  METRIC_NAME,
  type NativeHistogram,
  STALE,
} from '@pharos/model'
import { MAX_REPETITIONS } from './limits.ts'
import { numberValue } from './literal.ts'
import { ParseErrors } from './parse-error.ts'
import { unquoted } from './parse-selector.ts'
import { SeriesLexer } from './series-lexer.ts'
import { isMetricName } from './token.ts'
import { Stop, TokenStream } from './token-stream.ts'

/** One place in the sequence; both undefined where `_` leaves it empty. */
export interface SequenceValue {
  /** A float; `stale` is the stale marker. */
  readonly value: number | undefined
  readonly histogram: NativeHistogram | undefined
  /** counter_reset_hint was written, so an expectation wants it compared. */
  readonly hasResetHint: boolean
}

export interface SeriesDescription {
  readonly labels: Labels
  readonly values: readonly SequenceValue[]
}

/** `{{…}}+{{…}}x3` needs sums of histograms, which are the evaluator's. */
export interface HistogramArithmetic {
  add(a: NativeHistogram, b: NativeHistogram): NativeHistogram
  subtract(a: NativeHistogram, b: NativeHistogram): NativeHistogram
}

/**
 * Reads `name{label="x"} 1 2+3x4 {{count:1}}x2`: the labels and one value for each interval.
 *
 * @param arithmetic  wanted only by sequences of histograms with an increment
 * @throws ParseErrors with the reference's words
 * @source Prometheus 3.14, parser.ParseSeriesDesc; conformance promql/series-description.json
 */
export function parseSeriesDescription(
  text: string,
  arithmetic?: HistogramArithmetic,
): SeriesDescription {
  const p = new TokenStream(new SeriesLexer(text))
  try {
    const description = { labels: parseLabels(p), values: parseValues(p, arithmetic) }
    if (p.problems.length === 0) return description
  } catch (error) {
    if (!(error instanceof Stop)) throw error
  }
  throw new ParseErrors(text, p.problems)
}

function parseLabels(p: TokenStream): Labels {
  const pairs: [string, string][] = []
  const name = isMetricName(p.type()) ? p.take().text : undefined
  if (p.type() === '{') {
    p.take()
    while (p.type() !== '}') {
      pairs.push(parseLabel(p))
      if (p.type() === '}') break
      p.expect(',', 'label set', '"," or "}"')
    }
    p.take()
  }
  if (name !== undefined) pairs.push([METRIC_NAME, name])
  return Labels.of(pairs)
}

function parseLabel(p: TokenStream): [string, string] {
  const { token } = p
  const isQuoted = token.type === 'string'
  if (!isQuoted && token.type !== 'identifier') p.unexpected('label set', 'identifier or "}"')
  p.take()
  const name = isQuoted ? unquoted(p, token) : token.text
  if (p.type() !== '=') {
    if (isQuoted) return [METRIC_NAME, name]
    p.unexpected('label set', '"="')
  }
  p.take()
  return [name, unquoted(p, p.expect('string', 'label set', 'string'))]
}

const VALUES = 'series values'

function parseValues(p: TokenStream, arithmetic?: HistogramArithmetic): SequenceValue[] {
  const values: SequenceValue[] = []
  while (p.type() !== 'end of input') {
    p.expect('space', VALUES)
    if (p.type() === 'space' || p.type() === 'end of input') continue
    if (p.takeIf('blank') !== undefined) {
      const count = p.takeIf('times') === undefined ? 1 : parseCount(p)
      append(p, values, count, () => EMPTY)
    } else if (p.type() === '{{') parseHistograms(p, values, arithmetic)
    else parseFloats(p, values)
  }
  return values
}

const EMPTY: SequenceValue = { value: undefined, histogram: undefined, hasResetHint: false }

function append(
  p: TokenStream,
  values: SequenceValue[],
  count: number,
  valueAt: (index: number) => SequenceValue,
): void {
  if (values.length + count > MAX_REPETITIONS) {
    p.problem(p.token, `more than ${MAX_REPETITIONS} values in one series`)
    throw new Stop()
  }
  for (let i = 0; i < count; i++) values.push(valueAt(i))
}

/** `5`, `5x3`, `5+1x3`. `x3` gives four values: one for the first time and three more. */
function parseFloats(p: TokenStream, values: SequenceValue[]): void {
  let value = parseFloat(p)
  let count = 1
  let increment = 0
  if (p.type() === '+' || p.type() === '-') {
    increment = parseSigned(p)
    p.expect('times', VALUES)
    count = parseCount(p) + 1
  } else if (p.takeIf('times') !== undefined) count = parseCount(p) + 1
  append(p, values, count, () => {
    const one = { value, histogram: undefined, hasResetHint: false }
    // An increment of nothing must leave the stale marker's bits alone.
    if (increment !== 0) value += increment
    return one
  })
}

function parseFloat(p: TokenStream): number {
  if (p.type() !== 'identifier') return parseSigned(p)
  if (p.token.text !== 'stale') p.unexpected(VALUES, 'number or "stale"')
  p.take()
  return STALE
}

function parseSigned(p: TokenStream, context = VALUES): number {
  const sign = p.type() === '-' || p.type() === '+' ? p.take().type : '+'
  const number = p.expect('number', context)
  try {
    return numberValue(number.text) * (sign === '-' ? -1 : 1)
  } catch (error) {
    p.problem(number, messageOf(error))
    return 0
  }
}

function parseCount(p: TokenStream, context = VALUES): number {
  const number = p.expect('number', context)
  if (/^[0-9]+$/.test(number.text)) return Number(number.text)
  p.problem(
    number,
    `invalid repetition in series values: strconv.ParseUint: parsing ${goQuote(number.text)}: invalid syntax`,
  )
  throw new Stop()
}

function parseHistograms(
  p: TokenStream,
  values: SequenceValue[],
  arithmetic?: HistogramArithmetic,
): void {
  const first = parseHistogram(p)
  const op = p.type()
  if (op !== '+' && op !== '-') {
    const count = p.takeIf('times') === undefined ? 1 : parseCount(p) + 1
    append(p, values, count, () => first)
    return
  }
  p.take()
  if (p.type() !== '{{') p.unexpected(VALUES)
  const increment = parseHistogram(p)
  p.expect('times', VALUES)
  const at = p.token
  const count = parseCount(p) + 1
  let current = first.histogram!
  append(p, values, count, (index) => {
    try {
      if (index > 0) current = combined(current, increment.histogram!, op, arithmetic)
    } catch (error) {
      p.problem(at, messageOf(error))
      throw new Stop()
    }
    return { value: undefined, histogram: current, hasResetHint: increment.hasResetHint }
  })
}

function combined(
  current: NativeHistogram,
  increment: NativeHistogram,
  op: '+' | '-',
  arithmetic: HistogramArithmetic | undefined,
): NativeHistogram {
  if (current.schema > increment.schema)
    throw new UserError(
      'promql/series',
      `error combining histograms: cannot merge from schema ${increment.schema} to ${current.schema}`,
    )
  if (arithmetic === undefined)
    throw new UserError('promql/series', 'histograms with an increment are not supported here')
  return op === '+' ? arithmetic.add(current, increment) : arithmetic.subtract(current, increment)
}

interface HistogramFields {
  numbers: Map<string, number>
  lists: Map<string, readonly number[]>
  hint: CounterResetHint | undefined
}

function parseHistogram(p: TokenStream): SequenceValue {
  p.take()
  const fields: HistogramFields = { numbers: new Map(), lists: new Map(), hint: undefined }
  let context = VALUES
  let expected = ''
  if (p.type() === 'space') {
    p.take()
    p.expect('}}', VALUES)
    return histogramOf(fields)
  }
  const seen = new Set<string>()
  while (p.takeIf('}}') === undefined) {
    if (p.type() !== 'histogram key') p.unexpected(context, expected)
    const key = p.take().text.toLowerCase()
    if (seen.has(key)) p.problem({ start: 0, end: 0 }, `duplicate key "${key}" in histogram`)
    seen.add(key)
    parseField(p, key, fields, context)
    // Behind the first field the reference knows what it is reading.
    context = 'histogram description'
    expected = 'histogram description key, e.g. buckets:[5 10 7]'
    if (p.type() !== '}}') p.expect('space', context, expected)
  }
  return histogramOf(fields)
}

function parseField(p: TokenStream, key: string, fields: HistogramFields, context: string): void {
  p.expect(':', context)
  if (key === 'counter_reset_hint') {
    fields.hint = p.expect('counter reset hint', context).text.toLowerCase() as CounterResetHint // the lexer's four
    return
  }
  if (key === 'buckets' || key === 'n_buckets' || key === 'custom_values') {
    fields.lists.set(key, parseList(p, context))
    return
  }
  if (key !== 'schema' && key !== 'offset' && key !== 'n_offset') {
    fields.numbers.set(key, parseSigned(p, context))
    return
  }
  const sign = p.takeIf('-') === undefined ? 1 : -1
  fields.numbers.set(key, parseCount(p, context) * sign)
}

/** `[5 10 7]`; never empty. */
function parseList(p: TokenStream, context: string): number[] {
  const list: number[] = []
  p.expect('[', context)
  do {
    list.push(parseSigned(p, context))
    if (p.type() !== ']') p.expect('space', context)
    if (list.length > MAX_REPETITIONS) p.unexpected(context)
  } while (p.takeIf(']') === undefined)
  return list
}

function histogramOf({ numbers, lists, hint }: HistogramFields): SequenceValue {
  const span = (key: string, offset: string): NativeHistogram['positiveSpans'] => {
    const length = lists.get(key)?.length ?? 0
    return length === 0 ? [] : [{ offset: numbers.get(offset) ?? 0, length }]
  }
  const histogram: NativeHistogram = {
    schema: numbers.get('schema') ?? 0,
    zeroThreshold: numbers.get('z_bucket_w') ?? 0,
    zeroCount: numbers.get('z_bucket') ?? 0,
    count: numbers.get('count') ?? 0,
    sum: numbers.get('sum') ?? 0,
    positiveSpans: span('buckets', 'offset'),
    positiveBuckets: lists.get('buckets') ?? [],
    negativeSpans: span('n_buckets', 'n_offset'),
    negativeBuckets: lists.get('n_buckets') ?? [],
    customValues: lists.get('custom_values') ?? [],
    counterResetHint: hint ?? 'unknown',
  }
  return { value: undefined, histogram, hasResetHint: hint !== undefined }
}
