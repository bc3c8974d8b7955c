// Thousands of questions to Debian's Prometheus 2.42 and to Pharos over the same samples: every difference is a
// documented change between 2.42 and 3.14 (changes.ts), or a failure.
//
// `SEED=…` repeats a run; `QUERIES=10000` asks for more than the 2,000 generated ones.

import { existsSync, rmSync } from 'node:fs'
import { parseExpr } from '@pharos/promql'
import type { Tsdb } from '@pharos/tsdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../query.ts'
import { type Running, temporaryDirectory } from '../process.ts'
import { answerDifferences, identical, orderDifferences, type Question } from './answers.ts'
import { dataSet, END_MS, START_MS } from './data-set.ts'
import { bothAnswers, explained, FEATURES, type Sides, TOLERANCE } from './explain.ts'
import { expression } from './expression.ts'
import { HAND_WRITTEN } from './hand-written.ts'
import { Seeded } from './seeded.ts'
import { openOurs, startReference } from './two-sides.ts'

const hasReference = existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/promtool')
const seed = Number(process.env['SEED'] ?? 20_261_129)
const queryCount = Number(process.env['QUERIES'] ?? 2000)

let directory = ''
let running: Running | undefined
let store: Tsdb | undefined
let sides: Sides

beforeAll(async () => {
  if (!hasReference) return
  directory = temporaryDirectory(true)
  const groups = dataSet(42)
  const theirs = await startReference(directory, groups)
  running = theirs.running
  const ours = await openOurs(directory, groups)
  store = ours.store
  sides = { base: theirs.base, engine: ours.engine }
}, 120_000)

afterAll(async () => {
  await running?.stop()
  await store?.close()
  if (directory !== '') rmSync(directory, { recursive: true, force: true })
})

test.skipIf(!hasReference)(
  `${HAND_WRITTEN.length} written queries, instant and range, have the reference's answers`,
  async () => {
    const end = END_MS / 1000 - 900 + 0.137
    const questions = HAND_WRITTEN.flatMap((query): Question[] => [
      { query, start: end, end, stepSeconds: 0 },
      { query, start: end - 5400, end, stepSeconds: 61 },
    ])
    expect(await compared(questions)).toEqual([])
  },
  600_000,
)

test.skipIf(!hasReference)(
  `${queryCount} generated queries have the reference's answers (SEED=${seed})`,
  async () => {
    const random = new Seeded(seed)
    const questions = Array.from({ length: queryCount }, () => question(random))
    expect(await compared(questions), `SEED=${seed}`).toEqual([])
  },
  3_600_000,
)

function question(random: Seeded): Question {
  const query = expression(random)
  const end = Math.floor(START_MS / 1000) + 60 + random.below((END_MS - START_MS) / 1000) + 0.137
  if (random.chance(0.5)) return { query, start: end, end, stepSeconds: 0 }
  const stepSeconds = random.pick([7, 15, 30, 61, 120])
  return { query, start: end - stepSeconds * random.below(30), end, stepSeconds }
}

/** What went wrong, one line a query; prints how the answers compare. */
async function compared(questions: readonly Question[]): Promise<string[]> {
  const tally = new Map<string, number>()
  const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1)
  const wrong: string[] = []
  for (const one of questions) {
    const [theirs, ours] = await bothAnswers(sides, one)
    const differences = answerDifferences(theirs, ours, TOLERANCE)
    if (differences.length > 0) {
      const { change, part, differences: cause } = await explained(sides, one, [theirs, ours])
      if (change !== undefined) count(`explained: ${change.name}`)
      else {
        count('WRONG')
        wrong.push(
          `${JSON.stringify(one)}\n  in ${JSON.stringify(part)}: ${cause.slice(0, 3).join('; ')}`,
        )
      }
      continue
    }
    count(kindOf(theirs, ours))
    if (ours.status === 'error' || !isOrdered(one)) continue
    const order = orderDifferences(theirs, ours)
    if (order.length > 0) wrong.push(`${JSON.stringify(one)} order: ${order.join('; ')}`)
  }
  const lines = [...tally]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, n]) => `${n} ${what}`)
  console.log(`${questions.length} questions: ${lines.join(', ')}`)
  return wrong
}

function kindOf(theirs: Answer, ours: Answer): string {
  if (theirs.status === 'error')
    return theirs.error === ours.error ? 'errors of the same text' : 'errors of the same class'
  if (theirs.data!.result.length === 0) return 'empty'
  return identical(theirs, ours) ? 'equal to the last digit' : 'equal within 1e-12'
}

/** True where the language says in which order series come. */
function isOrdered({ query, stepSeconds }: Question): boolean {
  if (stepSeconds > 0) return true
  let expr = parseExpr(query, { features: FEATURES })
  while (expr.kind === 'paren') expr = expr.expr
  if (expr.kind === 'call') return expr.func === 'sort' || expr.func === 'sort_desc'
  if (expr.kind !== 'aggregate' || !/^(?:topk|bottomk)$/.test(expr.op)) return false
  return expr.grouping.length === 0 && !expr.without
}
