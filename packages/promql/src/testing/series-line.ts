// Series as test scripts write them: `name{label="value"} 1 2+3x4 _ stale {{schema:0 sum:1 count:1}}`.

import { UserError } from '@pharos/base'
import {
  Labels,
  type CounterResetHint,
  type NativeHistogram,
  parseInteger,
  parseValue,
  STALE,
} from '@pharos/model'
import { addHistograms, subtractHistograms } from '../eval/histogram/add.ts'
import { parseSelector } from '../parser.ts'

/** One place of a sequence; undefined where there is nothing. */
export type SequenceValue = {
  readonly value: number | NativeHistogram
  readonly hintIsSet: boolean
}

export interface SeriesLine {
  readonly labels: Labels
  readonly values: readonly (SequenceValue | undefined)[]
}

/** @throws UserError `promql/script` */
export function parseSeriesLine(line: string): SeriesLine {
  const end = endOfSelector(line)
  const values = items(line.slice(end)).flatMap(parseItem)
  return { labels: parseLabels(line.slice(0, end).trim()), values }
}

export function scriptError(message: string): UserError {
  return new UserError('promql/script', message)
}

/** The first blank outside braces and quotes. */
function endOfSelector(line: string): number {
  let quote = ''
  let depth = 0
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!
    if (quote !== '') {
      if (c === '\\' && quote !== '`') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === "'" || c === '`') quote = c
    else if (c === '{') depth++
    else if (c === '}') depth--
    else if (depth === 0 && (c === ' ' || c === '\t')) {
      // `name {a="b"}` is one selector.
      if (
        line.slice(i).trimStart().startsWith('{') &&
        !line.slice(i).trimStart().startsWith('{{') &&
        !line.slice(0, i).includes('{')
      )
        continue
      return i
    }
  }
  if (quote !== '' || depth !== 0) throw scriptError(`unterminated labels in ${line}`)
  return line.length
}

function parseLabels(text: string): Labels {
  if (/^\{\s*\}$/.test(text) || text === '') return Labels.EMPTY
  const pairs: [string, string][] = []
  for (const matcher of parseSelector(text)) {
    if (matcher.type !== '=') throw scriptError(`a series has labels, not matchers: ${text}`)
    pairs.push([matcher.name, matcher.value])
  }
  return Labels.of(pairs)
}

/** Splits at blanks outside `{{…}}`. */
function items(text: string): string[] {
  const found: string[] = []
  const pattern = /(?:\{\{[^}]*\}\}|[^\s{])+/gy
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) throw scriptError(`bad values: ${text.slice(at)}`)
    found.push(match[0])
    at = pattern.lastIndex
  }
  return found
}

const NUMBER = String.raw`(?:[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[Ii]nf|[Nn]a[Nn]))`
const FLOATS = new RegExp(`^(${NUMBER})(?:(?:([+-])(${NUMBER}))?x([0-9]+))?$`)
const HISTOGRAMS = /^(\{\{[^}]*\}\})(?:(?:([+-])(\{\{[^}]*\}\}))?x([0-9]+))?$/

function parseItem(item: string): (SequenceValue | undefined)[] {
  if (item === '_') return [undefined]
  const gap = /^_x([0-9]+)$/.exec(item)
  if (gap !== null) return Array.from({ length: Number(gap[1]) }, () => undefined)
  if (item === 'stale') return [{ value: STALE, hintIsSet: false }]
  if (item.startsWith('{{')) return parseHistograms(item)
  const match = FLOATS.exec(item)
  if (match === null) throw scriptError(`bad value: ${item}`)
  const [, first, sign, step, times] = match
  const delta = step === undefined ? 0 : number(step) * (sign === '-' ? -1 : 1)
  const values: SequenceValue[] = []
  let value = number(first!)
  for (let i = 0; i <= Number(times ?? 0); i++) {
    values.push({ value, hintIsSet: false })
    if (step !== undefined) value += delta
  }
  return values
}

function number(text: string): number {
  return parseInteger(text) ?? parseValue(text) ?? Number.NaN
}

function parseHistograms(item: string): SequenceValue[] {
  const match = HISTOGRAMS.exec(item)
  if (match === null) throw scriptError(`bad histogram: ${item}`)
  const [, first, sign, step, times] = match
  let { histogram, hintIsSet } = parseHistogram(first!)
  const increment = step === undefined ? undefined : parseHistogram(step)
  if (increment !== undefined) hintIsSet = increment.hintIsSet
  const values: SequenceValue[] = [{ value: histogram, hintIsSet }]
  for (let i = 1; i <= Number(times ?? 0); i++) {
    if (increment !== undefined) {
      if (histogram.schema > increment.histogram.schema)
        throw scriptError(
          `error combining histograms: cannot merge from schema ${increment.histogram.schema} to ${histogram.schema}`,
        )
      const combine = sign === '-' ? subtractHistograms : addHistograms
      histogram = combine(histogram, increment.histogram).histogram
    }
    values.push({ value: histogram, hintIsSet })
  }
  return values
}

const NUMBER_KEYS = ['schema', 'sum', 'count', 'z_bucket', 'z_bucket_w', 'offset', 'n_offset']
const HINTS: readonly string[] = ['unknown', 'reset', 'not_reset', 'gauge']

function parseHistogram(text: string): { histogram: NativeHistogram; hintIsSet: boolean } {
  const numbers = new Map<string, number>()
  const lists = new Map<string, number[]>()
  let hint: CounterResetHint | undefined
  const body = text.slice(2, -2)
  const pattern = /\s*([a-z_]+):(\[[^\]]*\]|[^\s[\]]+)/gy
  let at = 0
  while (body.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const match = pattern.exec(body)
    if (match === null) throw scriptError(`bad histogram: ${text}`)
    at = pattern.lastIndex
    const [, key, value] = match as unknown as [string, string, string]
    if (numbers.has(key) || lists.has(key)) throw scriptError(`duplicate key "${key}" in histogram`)
    if (NUMBER_KEYS.includes(key)) numbers.set(key, number(value))
    else if (key === 'counter_reset_hint') {
      if (!HINTS.includes(value)) throw scriptError(`bad counter_reset_hint: ${value}`)
      hint = value as CounterResetHint // one of HINTS, which are all there are
    } else if (['buckets', 'n_buckets', 'custom_values'].includes(key))
      lists.set(key, value.slice(1, -1).trim().split(/\s+/).filter(Boolean).map(number))
    else throw scriptError(`bad histogram key: ${key}`)
  }
  const spans = (buckets: readonly number[], offset: number): NativeHistogram['positiveSpans'] =>
    buckets.length === 0 ? [] : [{ offset, length: buckets.length }]
  const positive = lists.get('buckets') ?? []
  const negative = lists.get('n_buckets') ?? []
  return {
    hintIsSet: hint !== undefined,
    histogram: {
      schema: numbers.get('schema') ?? 0,
      sum: numbers.get('sum') ?? 0,
      count: numbers.get('count') ?? 0,
      zeroCount: numbers.get('z_bucket') ?? 0,
      zeroThreshold: numbers.get('z_bucket_w') ?? 0,
      customValues: lists.get('custom_values') ?? [],
      counterResetHint: hint ?? 'unknown',
      positiveSpans: spans(positive, numbers.get('offset') ?? 0),
      positiveBuckets: positive,
      negativeSpans: spans(negative, numbers.get('n_offset') ?? 0),
      negativeBuckets: negative,
    },
  }
}
