// topk and bottomk. One heap a step, the worst of the best on top, filled while the rows go by once. Layout
// and rules are those of the reference's heap, because they decide which of equal values leaves first.

import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { checkCount } from './parameter.ts'
import type { AggregatePlan } from './plan.ts'

/**
 * The k greatest or least floats of each group at each step; NaN is worse than any number.
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
  const counts = Int32Array.from(k, (value) =>
    Math.max(0, Math.min(Math.trunc(value), input.rowCount)),
  )
  const kept = new Frame(stepCount, 0, context.memory)
  for (const rows of groups) {
    const heaps = new StepHeaps(input, plan.op === 'topk', counts, rows.length)
    context.memory.take(heaps.bytes)
    for (const r of rows) {
      if (context.budget.due(stepCount)) yield
      heaps.add(r)
    }
    noteHistograms(context, plan, input, rows)
    const outRow = new Map<number, number>()
    for (let s = 0; s < stepCount; s++) {
      const best = heaps.ranked(s)
      if (context.budget.due(4 * best.length)) yield
      for (const r of best) {
        let out = outRow.get(r)
        if (out === undefined) {
          out = kept.addRow(input.labels[r]!, input.dropName[r]!)
          outRow.set(r, out)
        }
        kept.values[out * stepCount + s] = input.values[r * stepCount + s]!
      }
    }
    context.memory.give(heaps.bytes)
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

/** Up to this many the reference sorts by insertion, which keeps the heap's order of equal values. */
const INSERTION_SORTED = 12

/** The best rows of every step of one group. */
class StepHeaps {
  readonly #input: Frame
  /** 1 for topk, −1 for bottomk: times it, greater is better. */
  readonly #sign: number
  readonly #counts: Int32Array
  /** Places a step has. */
  readonly #width: number
  readonly #values: Float64Array
  readonly #rows: Int32Array
  readonly #sizes: Int32Array
  /** The worst of each step that is full, NaN for the others. */
  readonly #toBeat: Float64Array

  constructor(input: Frame, greatest: boolean, counts: Int32Array, rowCount: number) {
    this.#input = input
    this.#sign = greatest ? 1 : -1
    this.#counts = counts
    this.#width = Math.min(
      rowCount,
      counts.reduce((a, b) => Math.max(a, b), 0),
    )
    this.#values = new Float64Array(input.stepCount * this.#width)
    this.#rows = new Int32Array(input.stepCount * this.#width)
    this.#sizes = new Int32Array(input.stepCount)
    this.#toBeat = new Float64Array(input.stepCount).fill(NaN)
  }

  get bytes(): number {
    return this.#values.byteLength + this.#rows.byteLength + 12 * this.#sizes.length
  }

  add(r: number): void {
    const { stepCount, values } = this.#input
    const base = r * stepCount
    const sign = this.#sign
    for (let s = 0; s < stepCount; s++) {
      const given = values[base + s]!
      // Most rows are not among the best, and are told so by one comparison.
      if (given * sign <= this.#toBeat[s]!) continue
      const size = this.#sizes[s]!
      if (size < this.#counts[s]!) {
        if (given !== given && !this.#input.hasFloat(r, s)) continue
        this.#push(s, size, r, given * this.#sign)
        if (size + 1 === this.#counts[s]!) this.#toBeat[s] = this.#values[s * this.#width]!
        continue
      }
      if (size === 0 || given !== given) continue
      const worst = this.#values[s * this.#width]!
      const value = given * this.#sign
      if (worst < value || worst !== worst) this.#replaceWorst(s, size, r, value)
      this.#toBeat[s] = this.#values[s * this.#width]!
    }
  }

  /** Rows of a step, best first. */
  ranked(s: number): Int32Array {
    const first = s * this.#width
    const size = this.#sizes[s]!
    if (size > INSERTION_SORTED) return this.#sorted(first, size)
    for (let i = first + 1; i < first + size; i++)
      for (let j = i; j > first && this.#isWorse(j - 1, j); j--) this.#swap(j, j - 1)
    return this.#rows.subarray(first, first + size)
  }

  #sorted(first: number, size: number): Int32Array {
    const places = Array.from({ length: size }, (_, i) => first + i)
    places.sort((a, b) => {
      const x = this.#values[a]!
      const y = this.#values[b]!
      if (x !== x) return y !== y ? 0 : 1
      if (y !== y) return -1
      return x === y ? 0 : x > y ? -1 : 1
    })
    return Int32Array.from(places, (place) => this.#rows[place]!)
  }

  #push(s: number, size: number, r: number, value: number): void {
    const first = s * this.#width
    this.#sizes[s] = size + 1
    this.#values[first + size] = value
    this.#rows[first + size] = r
    for (let j = size; j > 0;) {
      const parent = (j - 1) >> 1
      if (!this.#isWorse(first + j, first + parent)) break
      this.#swap(first + j, first + parent)
      j = parent
    }
  }

  #replaceWorst(s: number, size: number, r: number, value: number): void {
    const first = s * this.#width
    this.#values[first] = value
    this.#rows[first] = r
    for (let i = 0; ;) {
      const left = 2 * i + 1
      if (left >= size) return
      const right = left + 1
      const child = right < size && this.#isWorse(first + right, first + left) ? right : left
      if (!this.#isWorse(first + child, first + i)) return
      this.#swap(first + i, first + child)
      i = child
    }
  }

  #isWorse(a: number, b: number): boolean {
    const value = this.#values[a]!
    return value !== value || value < this.#values[b]!
  }

  #swap(a: number, b: number): void {
    const value = this.#values[a]!
    const row = this.#rows[a]!
    this.#values[a] = this.#values[b]!
    this.#rows[a] = this.#rows[b]!
    this.#values[b] = value
    this.#rows[b] = row
  }
}
