// What changed between 2.42 and 3.14 and shows in answers to queries that both understand. Each change knows
// its own differences; whatever none of them knows has to be mended.

import type { AggregateExpr, Expr } from '@pharos/promql'
import type { Answer, Sample } from '../query.ts'
import { answerDifferences, close, errorClass, number, seriesKey } from './answers.ts'

/** The smallest part of a query whose answers differ though those of its own parts do not. */
export interface Suspect {
  readonly expr: Expr
  readonly theirs: Answer
  readonly ours: Answer
  /** Some smaller part has other last digits: within the tolerance, but not the same. */
  readonly partsAreRounded: boolean
  /** Asked step by step as instant queries, the reference says what we say. */
  readonly theirInstants: () => Promise<Answer>
  /** Of an aggregation: the greatest finite value that goes in, without its sign. */
  readonly greatestInput: () => Promise<number>
  /** Within it topk or bottomk chooses among series with equal values. */
  readonly choosesAmongEquals: () => Promise<boolean>
}

export interface Change {
  readonly name: string
  readonly reason: string
  isCause(suspect: Suspect): boolean | Promise<boolean>
}

export const CHANGES: readonly Change[] = [
  {
    name: 'numbers are durations',
    reason: '2.54: a duration may be written as a number of seconds',
    isCause: ({ theirs, ours }) =>
      /bad duration|not a valid duration|unexpected number .*duration/.test(theirs.error ?? '') &&
      ours.status === 'success',
  },
  {
    name: 'names are UTF-8',
    reason: '3.0: any text is a label name, so label functions and count_values do not refuse it',
    isCause: ({ expr, theirs, ours }) =>
      /^(?:label_replace|label_join|count_values)$/.test(operationOf(expr)) &&
      theirs.status === 'error' &&
      errorClass(theirs.error ?? '') === 'label name' &&
      ours.status === 'success',
  },
  {
    name: 'atan2 drops the name',
    reason: '2.42 forgot it among the operators that drop the metric name',
    isCause: ({ expr, theirs, ours }) => {
      if (operationOf(expr) !== 'atan2' || theirs.status === 'error') return false
      const nameless = withoutNames(theirs)
      if (ours.status === 'success') return answerDifferences(nameless, ours, 1e-12).length === 0
      // What the names told apart is the same now.
      const keys = samplesOf(nameless).map(seriesKey)
      return errorClass(ours.error ?? '') === 'multiple matches' && new Set(keys).size < keys.length
    },
  },
  {
    name: 'deviation of NaN and Inf',
    reason: '3.0: stddev and stdvar of one value that is NaN or infinite are NaN, not 0',
    isCause: ({ expr, theirs, ours }) =>
      /^std(?:dev|var)$/.test(operationOf(expr)) &&
      everyPoint(theirs, ours, (a, b) => (a === '0' && b === 'NaN') || close(a, b, 1e-12)),
  },
  {
    name: 'deviation cancels',
    reason:
      'stddev and stdvar subtract values that are nearly equal; their last digits depend on the order of series, which the language leaves open',
    isCause: async ({ expr, theirs, ours, greatestInput }) => {
      const operation = operationOf(expr)
      if (!/^std(?:dev|var)$/.test(operation)) return false
      const rounding = 8 * Number.EPSILON * (await greatestInput())
      const deviation = (text: string): number =>
        operation === 'stddev' ? number(text) : Math.sqrt(number(text))
      return everyPoint(
        theirs,
        ours,
        (a, b) =>
          close(a, b, 1e-12) ||
          (a === '0' && b === 'NaN') ||
          Math.abs(deviation(a) - deviation(b)) <= rounding,
      )
    },
  },
  {
    name: 'ties',
    reason:
      'which of equal values topk and bottomk keep depends on the order of series, which 2.42 takes from a hash map: it answers differently from time to time',
    isCause: async ({ choosesAmongEquals }) => choosesAmongEquals(),
  },
  {
    name: 'comparisons check their matches',
    reason:
      '3.9: a filtering comparison finds two matches for one series also where the comparison does not hold',
    isCause: ({ expr, theirs, ours }) =>
      /^[=!<>]=?$/.test(operationOf(expr)) &&
      theirs.status === 'success' &&
      errorClass(ours.error ?? '') === 'multiple matches',
  },
  {
    name: 'exponentials overflow early',
    reason:
      "Go's exp on amd64 gives up from 1023.5 ln 2 on, a factor of 1.4 before the largest number",
    isCause: ({ expr, theirs, ours }) =>
      /^(?:exp|sinh|cosh)$/.test(operationOf(expr)) &&
      everyPoint(
        theirs,
        ours,
        (a, b) => close(a, b, 1e-12) || (/Inf/.test(a) && Math.abs(number(b)) > 6e307),
      ),
  },
  {
    name: '2.42 contradicts itself',
    reason:
      'in range queries, from the second step on, predict_linear with @ loses samples and count_values by () loses labels; its own instant queries say what we say',
    isCause: async ({ expr, ours, theirInstants }) =>
      /^(?:predict_linear|count_values)$/.test(operationOf(expr)) &&
      answerDifferences(await theirInstants(), ours, 1e-12).length === 0,
  },
  {
    name: 'rounding',
    reason:
      'a part has other last digits (sums are compensated since 2.54, order of series, libraries for exp, log and trigonometry), and this operation cancels, cuts or compares',
    isCause: ({ partsAreRounded, expr, theirs, ours }) =>
      partsAreRounded ||
      (expr.kind === 'aggregate' &&
        expr.op === 'count_values' &&
        answerDifferences(withShortNumbers(theirs, expr), withShortNumbers(ours, expr), 0)
          .length === 0),
  },
]

/** The greatest finite value of an answer, without its sign. */
export function greatestValue(answer: Answer): number {
  let greatest = 0
  for (const one of samplesOf(answer)) {
    for (const [, v] of one.values ?? [one.value!]) {
      const size = Math.abs(number(v))
      if (Number.isFinite(size) && size > greatest) greatest = size
    }
  }
  return greatest
}

/** True when two series have the same value at the same time. */
export function hasEqualValues(answer: Answer): boolean {
  const seen = new Set<string>()
  for (const one of samplesOf(answer)) {
    for (const [t, v] of one.values ?? [one.value!]) {
      const key = `${t} ${number(v).toPrecision(12)}`
      if (seen.has(key)) return true
      seen.add(key)
    }
  }
  return false
}

/** The function, operator or aggregation of a node. */
export function operationOf(expr: Expr): string {
  switch (expr.kind) {
    case 'call':
      return expr.func
    case 'aggregate':
    case 'binary':
    case 'unary':
      return expr.op
    default:
      return expr.kind
  }
}

function samplesOf({ data }: Answer): readonly Sample[] {
  if (data === undefined || data.resultType === 'scalar' || data.resultType === 'string') return []
  return data.result
}

function withoutNames(answer: Answer): Answer {
  if (answer.data === undefined) return answer
  const result = samplesOf(answer).map((one) => {
    const { __name__: _, ...metric } = one.metric
    return { ...one, metric }
  })
  return { ...answer, data: { ...answer.data, result } }
}

/** What count_values has counted, to 12 digits: sums have other last digits each time in 2.42. */
function withShortNumbers(answer: Answer, { param }: AggregateExpr): Answer {
  if (answer.data === undefined || param?.kind !== 'string') return answer
  const result = samplesOf(answer).map((one) => {
    const text = one.metric[param.value] ?? ''
    return { ...one, metric: { ...one.metric, [param.value]: number(text).toPrecision(12) } }
  })
  return { ...answer, data: { ...answer.data, result } }
}

/** True when both have the same series and points, and `holds` for each pair of values. */
function everyPoint(
  theirs: Answer,
  ours: Answer,
  holds: (theirs: string, ours: string) => boolean,
): boolean {
  if (theirs.status !== 'success' || ours.status !== 'success') return false
  const same = (answer: Answer): Map<string, string> =>
    new Map(
      samplesOf(answer).flatMap((one) =>
        (one.values ?? [one.value!]).map(([t, v]) => [`${t} ${seriesKey(one)}`, v] as const),
      ),
    )
  const [left, right] = [same(theirs), same(ours)]
  if (left.size !== right.size) return false
  return [...left].every(([key, value]) => {
    const other = right.get(key)
    return other !== undefined && holds(value, other)
  })
}
