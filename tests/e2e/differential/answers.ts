// What the two sides answer, in one shape, and how answers are compared.

import { UserError } from '@pharos/base'
import { formatValue, type Labels } from '@pharos/model'
import type { Engine, QueryResult } from '@pharos/promql'
import { type Answer, instant, range, type Sample } from '../query.ts'

/** A query and when it is asked; an instant one has `stepSeconds` 0. */
export interface Question {
  readonly query: string
  /** Seconds. */
  readonly start: number
  readonly end: number
  readonly stepSeconds: number
}

/** What 2.42 calls by another name. */
export function inOldWords(query: string): string {
  return query.replaceAll('double_exponential_smoothing(', 'holt_winters(')
}

export async function theirAnswer(base: string, question: Question): Promise<Answer> {
  const { start, end, stepSeconds } = question
  const query = inOldWords(question.query)
  return stepSeconds === 0 ? instant(base, query, end) : range(base, query, start, end, stepSeconds)
}

export async function ourAnswer(engine: Engine, question: Question): Promise<Answer> {
  const { query, start, end, stepSeconds } = question
  const ms = (seconds: number): number => Math.round(seconds * 1000)
  try {
    const { result } = await (stepSeconds === 0
      ? engine.instant(query, ms(end))
      : engine.range(query, ms(start), ms(end), ms(stepSeconds)))
    return { status: 'success', data: written(result) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const isBad = error.code === 'promql/parse' || error.code === 'promql/type'
    return { status: 'error', errorType: isBad ? 'bad_data' : 'execution', error: error.message }
  }
}

function written(result: QueryResult): NonNullable<Answer['data']> {
  const resultType = result.type
  if (result.type === 'vector') {
    const time = result.timeMs / 1000
    const vector = result.series.map(({ labels, value }): Sample => {
      return { metric: metric(labels), value: [time, formatValue(value)] }
    })
    return { resultType, result: vector }
  }
  if (result.type === 'matrix') {
    const matrix = result.series.map(({ labels, times, values }): Sample => {
      const points = Array.from(times, (t, i) => [t / 1000, formatValue(values[i]!)] as const)
      return { metric: metric(labels), values: points }
    })
    return { resultType, result: matrix }
  }
  const text = result.type === 'scalar' ? formatValue(result.value) : result.value
  // A scalar and a string are one point instead of a list of series.
  return { resultType, result: [result.timeMs / 1000, text] as unknown as Sample[] }
}

function metric(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels)
}

/** Kinds of errors; texts have been reworded since 2.42. */
const ERROR_CLASSES: readonly (readonly [RegExp, string])[] = [
  [/found duplicate series for the match group/, 'duplicate series'],
  [/multiple matches for labels/, 'multiple matches'],
  [/same labelset/, 'same labelset'],
  [/parse error/, 'parse error'],
  [/invalid (?:label name|destination label name|source label name)/, 'label name'],
  [/invalid smoothing factor/, 'smoothing factor'],
  [/invalid trend factor/, 'trend factor'],
  [/invalid expression type .*for range query/, 'type for range query'],
  [/invalid regular expression|error parsing regexp/, 'regex'],
  [/overflows int64/, 'int64'],
]

export function errorClass(text: string): string {
  return ERROR_CLASSES.find(([pattern]) => pattern.test(text))?.[1] ?? text
}

/** Two numbers as the API writes them. */
export function close(a: string, b: string, tolerance: number): boolean {
  if (a === b) return true
  const x = number(a)
  const y = number(b)
  if (!Number.isFinite(x) || !Number.isFinite(y)) return Object.is(x, y)
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
}

export function number(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

/** True when the answers are the same text, value by value. */
export function identical(a: Answer, b: Answer): boolean {
  if (a.status !== 'success' || b.status !== 'success') return false
  return canonical(a) === canonical(b)
}

function canonical({ data }: Answer): string {
  if (data === undefined || data.resultType === 'scalar' || data.resultType === 'string')
    return JSON.stringify(data)
  const lines = data.result.map(
    (one) => `${seriesKey(one)} ${JSON.stringify(one.value ?? one.values)}`,
  )
  return lines.toSorted().join('\n')
}

export function seriesKey({ metric: labels }: Sample): string {
  return JSON.stringify(Object.entries(labels).toSorted(([x], [y]) => (x < y ? -1 : 1)))
}

/** Differences of status, error class, type, labels, times and values; `[]` when there is none. */
export function answerDifferences(theirs: Answer, ours: Answer, tolerance: number): string[] {
  if (theirs.status !== ours.status)
    return [
      `status ${theirs.status} (${theirs.error ?? ''}) against ${ours.status} (${ours.error ?? ''})`,
    ]
  if (theirs.status === 'error') {
    const [a, b] = [errorClass(theirs.error ?? ''), errorClass(ours.error ?? '')]
    if (a !== b) return [`error "${a}" against "${b}"`]
    if (theirs.errorType === ours.errorType) return []
    return [`error type ${theirs.errorType} against ${ours.errorType}`]
  }
  const a = theirs.data!
  const b = ours.data!
  if (a.resultType !== b.resultType) return [`type ${a.resultType} against ${b.resultType}`]
  if (a.resultType === 'scalar' || a.resultType === 'string') {
    const [x, y] = [a.result, b.result] as unknown as (readonly [number, string])[]
    return pointDifferences([x!], [y!], tolerance)
  }
  return seriesDifferences(a.result, b.result, tolerance)
}

function seriesDifferences(
  theirs: readonly Sample[],
  ours: readonly Sample[],
  tolerance: number,
): string[] {
  const left = new Map(theirs.map((one) => [seriesKey(one), one]))
  const right = new Map(ours.map((one) => [seriesKey(one), one]))
  const found: string[] = []
  if (right.size !== ours.length) found.push('a label set came twice')
  for (const key of right.keys()) if (!left.has(key)) found.push(`only ours: ${key}`)
  for (const [key, one] of left) {
    const other = right.get(key)
    if (other === undefined) found.push(`only theirs: ${key}`)
    else {
      const [x, y] = [one.values ?? [one.value!], other.values ?? [other.value!]]
      found.push(...pointDifferences(x, y, tolerance).map((text) => `${key}: ${text}`))
    }
  }
  return found
}

type Points = readonly (readonly [number, string])[]

function pointDifferences(theirs: Points, ours: Points, tolerance: number): string[] {
  if (theirs.length !== ours.length) return [`${theirs.length} points against ${ours.length}`]
  const found: string[] = []
  for (const [i, [t, v]] of theirs.entries()) {
    const [t2, v2] = ours[i]!
    if (t !== t2) found.push(`time ${t} against ${t2}`)
    else if (!close(v, v2, tolerance)) found.push(`at ${t}: ${v} against ${v2}`)
  }
  return found
}

/** The order of a sorted instant vector, or of a matrix; series of equal value may change places. */
export function orderDifferences(theirs: Answer, ours: Answer): string[] {
  const a = theirs.data?.result ?? []
  const b = ours.data?.result ?? []
  for (const [i, one] of a.entries()) {
    const other = b[i]!
    if (seriesKey(one) === seriesKey(other)) continue
    const isTie = one.value !== undefined && close(one.value[1], other.value![1], 1e-12)
    if (!isTie) return [`place ${i}: ${seriesKey(one)} against ${seriesKey(other)}`]
  }
  return []
}
