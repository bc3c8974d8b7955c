// Finds out why two answers differ: the smallest part of the query whose answers differ too, and whether that is
// one of the documented changes.

import { type Engine, type Expr, parseExpr, printExpr, typeOf } from '@pharos/promql'
import type { Answer, Sample } from '../query.ts'
import {
  answerDifferences,
  identical,
  inOldWords,
  ourAnswer,
  type Question,
  seriesKey,
  theirAnswer,
} from './answers.ts'
import { type Change, CHANGES, greatestValue, hasEqualValues, type Suspect } from './changes.ts'
import { END_MS, START_MS } from './data-set.ts'

export interface Verdict {
  /** Missing: nobody knows this difference. */
  readonly change: Change | undefined
  readonly part: Question
  readonly differences: readonly string[]
}

export const TOLERANCE = 1e-12
export const FEATURES: ReadonlySet<string> = new Set(['promql-experimental-functions'])

export interface Sides {
  readonly base: string
  readonly engine: Engine
}

/**
 * The cause of a difference in the answers to `question`.
 * @param whole  the answers; they are not asked for again, because ties fall by chance in the reference
 */
export async function explained(
  sides: Sides,
  question: Question,
  whole: readonly [Answer, Answer],
): Promise<Verdict> {
  const tree = parseExpr(question.query, { features: FEATURES })
  const parts = partsOf(tree, question)
  const rounded = new Set<Expr>()
  for (const { expr, asked } of parts) {
    const [theirs, ours] = expr === tree ? whole : await bothAnswers(sides, asked)
    const differences = answerDifferences(theirs, ours, TOLERANCE)
    const partsAreRounded = parts.some(
      (part) => rounded.has(part.expr) && contains(expr, part.expr),
    )
    if (differences.length === 0) {
      const isSame = theirs.status === 'error' || identical(theirs, ours)
      if (!isSame || partsAreRounded) rounded.add(expr)
      continue
    }
    const theirInstants = (): Promise<Answer> => stepByStep(sides, asked)
    const within = parts.filter((part) => contains(expr, part.expr))
    const choosesAmongEquals = (): Promise<boolean> => hasTies(sides, within)
    const greatestInput = async (): Promise<number> => {
      if (expr.kind !== 'aggregate') return 0
      return greatestValue(await ourAnswer(sides.engine, { ...asked, query: printExpr(expr.expr) }))
    }
    const suspect: Suspect = {
      expr,
      theirs,
      ours,
      partsAreRounded,
      theirInstants,
      choosesAmongEquals,
      greatestInput,
    }
    const change = await causeOf(suspect)
    return { change, part: asked, differences }
  }
  return { change: undefined, part: question, differences: ['only the whole query differs'] }
}

/** What topk and bottomk choose from has equal values at some time. */
async function hasTies({ engine }: Sides, parts: readonly Part[]): Promise<boolean> {
  for (const { expr, asked } of parts) {
    if (expr.kind !== 'aggregate' || !/^(?:topk|bottomk)$/.test(expr.op)) continue
    if (hasEqualValues(await ourAnswer(engine, { ...asked, query: printExpr(expr.expr) })))
      return true
  }
  return false
}

async function causeOf(suspect: Suspect): Promise<Change | undefined> {
  for (const change of CHANGES) if (await change.isCause(suspect)) return change
  return undefined
}

export async function bothAnswers(
  { base, engine }: Sides,
  question: Question,
): Promise<readonly [Answer, Answer]> {
  return Promise.all([theirAnswer(base, question), ourAnswer(engine, question)])
}

interface Part {
  readonly expr: Expr
  readonly asked: Question
}

/** The parts with values of their own, inner ones first, each at the times when the query looks at it. */
function partsOf(expr: Expr, asked: Question): Part[] {
  const parts = innerOf(expr).flatMap((inner) => partsOf(inner, timesWithin(expr, asked)))
  const type = typeOf(expr)
  const isValue = type === 'vector' || type === 'scalar'
  // start() and end() are those of the whole query, so a part that has them may only be asked at its times.
  return isValue ? [...parts, { expr, asked: { ...asked, query: printExpr(expr) } }] : parts
}

/** A subquery looks at multiples of its step; the whole data is asked there, at least at a minute's grain. */
function timesWithin(expr: Expr, asked: Question): Question {
  if (expr.kind !== 'subquery') return asked
  const stepSeconds = (expr.stepMs === 0 ? 60_000 : expr.stepMs) / 1000
  const grid = (ms: number): number => Math.floor(ms / 1000 / stepSeconds) * stepSeconds
  return { ...asked, start: grid(START_MS), end: grid(END_MS), stepSeconds }
}

function innerOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
    case 'binary':
      return [expr.lhs, expr.rhs]
    case 'call':
      return expr.args
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr]
    default:
      return []
  }
}

function contains(outer: Expr, inner: Expr): boolean {
  return outer === inner || innerOf(outer).some((one) => contains(one, inner))
}

/** The range answer that the reference's instant queries make up. */
async function stepByStep({ base }: Sides, asked: Question): Promise<Answer> {
  if (asked.stepSeconds === 0) return theirAnswer(base, asked)
  const series = new Map<
    string,
    { metric: Sample['metric']; values: (readonly [number, string])[] }
  >()
  const count = Math.floor((asked.end - asked.start) / asked.stepSeconds + 1e-6)
  for (let i = 0; i <= count; i++) {
    const end = Math.round((asked.start + i * asked.stepSeconds) * 1000) / 1000
    const query = pinned(asked)
    const answer = await theirAnswer(base, { ...asked, query, end, stepSeconds: 0 })
    for (const one of answer.data?.result ?? []) {
      const key = seriesKey(one)
      const known = series.get(key)
      if (known === undefined) series.set(key, { metric: one.metric, values: [one.value!] })
      else known.values.push(one.value!)
    }
  }
  return { status: 'success', data: { resultType: 'matrix', result: [...series.values()] } }
}

/** In an instant query start() and end() would be its own time. */
function pinned({ query, start, end }: Question): string {
  return inOldWords(query)
    .replaceAll('@ start()', `@ ${start.toFixed(3)}`)
    .replaceAll('@ end()', `@ ${end.toFixed(3)}`)
}
