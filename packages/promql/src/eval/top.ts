import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { checkCount } from './parameter.ts'
import type { AggregatePlan } from './plan.ts'

/** Up to this k the best are kept in order while the rows go by; beyond it sorting each step is quicker. */
const MAX_KEPT = 64

/**
 * topk and bottomk: the k greatest or least floats of each group at each step, NaN last. Of equal values
 * those that come first in the input stay.
 * @returns at a single step the rows in their rank's order, group by group
 */
export function* rankedRows(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  groups: readonly (readonly number[])[],
  k: Float64Array,
): Task<Frame> {
  const { stepCount } = input
  if (!checkCount(k)) return new Frame(stepCount)
  const counts = Int32Array.from(k, (value) => Math.min(Math.trunc(value), input.rowCount))
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  const kept = new Frame(stepCount, 0, context.memory)
  for (const rows of groups) {
    const width = Math.min(most, rows.length)
    const ranks = width <= MAX_KEPT ? new Ranks(input, plan.op === 'topk', width) : undefined
    if (ranks !== undefined) {
      context.memory.take(ranks.bytes)
      for (const r of rows) {
        if (context.budget.due(stepCount)) yield
        ranks.add(r)
      }
    }
    noteHistograms(context, plan, input, rows)
    const outRow = new Map<number, number>()
    for (let s = 0; s < stepCount; s++) {
      const count = Math.min(counts[s]!, width)
      if (count < 1) continue
      if (context.budget.due(ranks === undefined ? 8 * rows.length : count)) yield
      const best = ranks?.best(s, count) ?? sorted(plan, input, rows, s).slice(0, count)
      for (const r of best) {
        let out = outRow.get(r)
        if (out === undefined) {
          out = kept.addRow(input.labels[r]!, input.dropName[r]!)
          outRow.set(r, out)
        }
        kept.values[out * stepCount + s] = input.values[r * stepCount + s]!
      }
    }
  }
  return kept
}

function noteHistograms(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  rows: readonly number[],
): void {
  if (rows.some((r) => input.cells[r]?.some((cell) => cell !== undefined)))
    context.annotations.info(`ignored histogram in ${plan.op} aggregation`, plan.pos)
}

/** The best rows of every step, kept in order while rows are added one after the other. */
class Ranks {
  readonly #input: Frame
  /** 1 for topk, −1 for bottomk: times it, greater is better. */
  readonly #sign: number
  readonly #width: number
  /** Step s has its `#sizes[s]` best in places s·width …, the best first. */
  readonly #values: Float64Array
  readonly #rows: Int32Array
  readonly #sizes: Int32Array

  constructor(input: Frame, greatest: boolean, width: number) {
    this.#input = input
    this.#sign = greatest ? 1 : -1
    this.#width = width
    this.#values = new Float64Array(input.stepCount * width)
    this.#rows = new Int32Array(input.stepCount * width)
    this.#sizes = new Int32Array(input.stepCount)
  }

  get bytes(): number {
    return this.#values.byteLength + this.#rows.byteLength + this.#sizes.byteLength
  }

  add(r: number): void {
    const width = this.#width
    const values = this.#values
    const base = r * this.#input.stepCount
    for (let s = 0; s < this.#sizes.length; s++) {
      const given = this.#input.values[base + s]!
      const size = this.#sizes[s]!
      const end = s * width + size
      // Most rows are not among the best, and are told so by one comparison.
      if (size === width && !(given * this.#sign > values[end - 1]!)) {
        const worst = values[end - 1]!
        if (worst === worst || given !== given) continue
      }
      if (given !== given && !this.#input.hasFloat(r, s)) continue
      this.#insert(s, r, given * this.#sign)
    }
  }

  /** Behind those that are as good, because they came first; NaN behind everything. */
  #insert(s: number, r: number, value: number): void {
    const first = s * this.#width
    let size = this.#sizes[s]!
    if (size < this.#width) this.#sizes[s] = ++size
    let at = first + size - 1
    while (at > first && isBetter(value, this.#values[at - 1]!)) {
      this.#values[at] = this.#values[at - 1]!
      this.#rows[at] = this.#rows[at - 1]!
      at--
    }
    this.#values[at] = value
    this.#rows[at] = r
  }

  best(s: number, count: number): Int32Array {
    const first = s * this.#width
    return this.#rows.subarray(first, first + Math.min(count, this.#sizes[s]!))
  }
}

function isBetter(a: number, b: number): boolean {
  return a > b || (a === a && b !== b)
}

/** Rows with a float at the step, best first. */
function sorted(plan: AggregatePlan, input: Frame, rows: readonly number[], s: number): number[] {
  const { stepCount, values } = input
  const sign = plan.op === 'topk' ? -1 : 1
  return rows
    .filter((r) => input.hasFloat(r, s))
    .sort((a, b) => {
      const x = values[a * stepCount + s]!
      const y = values[b * stepCount + s]!
      if (x !== x) return y !== y ? 0 : 1
      if (y !== y) return -1
      return x === y ? 0 : x < y ? -sign : sign
    })
}
