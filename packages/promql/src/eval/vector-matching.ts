// Arithmetic and comparison between two vectors. Matching is worked out once from label sets; only where
// several rows of a side share their matching labels is it looked at step by step.

import { type Labels, LabelsBuilder } from '@pharos/model'
import { bug } from '@pharos/base'
import type { VectorMatching } from '../ast.ts'
import { arithmetic, changesMeaning } from './arithmetic.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import { Frame } from './frame.ts'
import { groupingKey, labelsText, matchLabels, METADATA_LABELS } from './labels-of.ts'
import type { BinaryPlan } from './plan.ts'
import { SampleOperator } from './sample-operator.ts'
import { LABELS_WORK, withoutEmptyRows } from './rows.ts'

/** Rows may have equal label sets afterwards; `settle` them. */
export function* matchVectors(
  context: EvalContext,
  plan: BinaryPlan,
  lhs: Frame,
  rhs: Frame,
): Task<Frame> {
  const join = new Join(context, plan, lhs, rhs)
  yield* join.group()
  for (let r = 0; r < join.many.rowCount; r++) {
    if (context.budget.due(lhs.stepCount)) yield
    join.row(r)
  }
  yield* join.fillUnmatched()
  return yield* withoutEmptyRows(context, join.out)
}

/** All rows with the same matching labels. */
interface MatchGroup {
  /** Of the "one" side. */
  readonly rows: number[]
  /** The "one" row that has a sample at each step, −1 for none; missing when there is only one row. */
  rowAt: Int32Array | undefined
  manyCount: number
  /** One-to-one: steps that have a result. */
  matched: Uint8Array | undefined
  /** Many-to-one: the same for each result label set. */
  readonly results: Map<string, Uint8Array>
}

/** Stands for a missing sample's row. */
const FILLED = -1

class Join {
  readonly out: Frame
  /** The side whose every row gives a result; the left one except for group_right. */
  readonly many: Frame
  readonly #one: Frame
  readonly #context: EvalContext
  readonly #plan: BinaryPlan
  readonly #matching: VectorMatching
  readonly #swapped: boolean
  readonly #groups = new Map<string, MatchGroup>()
  readonly #keyOf: (labels: Labels) => string
  readonly #operate: SampleOperator
  readonly #manyFill: number | undefined
  readonly #oneFill: number | undefined

  constructor(context: EvalContext, plan: BinaryPlan, lhs: Frame, rhs: Frame) {
    this.#context = context
    this.#plan = plan
    this.#matching = plan.matching ?? bug('two vectors without matching')
    this.#swapped = this.#matching.card === 'one-to-many'
    this.many = this.#swapped ? rhs : lhs
    this.#one = this.#swapped ? lhs : rhs
    // Also with group_right the left fill stands for the "many" side; so it is in the reference.
    this.#oneFill = this.#matching.fillRight
    this.#manyFill = this.#matching.fillLeft
    this.#keyOf = groupingKey(this.#matching.labels, !this.#matching.on)
    this.#operate = new SampleOperator(context, plan)
    this.out = new Frame(lhs.stepCount, this.many.rowCount, context.memory)
  }

  /** Results of one row of the "many" side. */
  row(r: number): void {
    const group = this.#groups.get(this.#keyOf(this.many.labels[r]!))
    if (group === undefined) return
    if (group.rows.length === 0 && this.#oneFill === undefined) return
    if (this.#simple(r, group)) return
    const rows = new Map<number, number>()
    for (let s = 0; s < this.many.stepCount; s++) {
      if (!this.many.has(r, s)) continue
      const one = oneRowAt(this.#one, group, s)
      if (one === FILLED && this.#oneFill === undefined) continue
      this.#combine(r, one, s, group, rows)
    }
  }

  /** Samples of the "one" side that met nothing, against the fill value. */
  *fillUnmatched(): Task<void> {
    if (this.#manyFill === undefined) return
    for (const group of this.#groups.values()) {
      for (const one of group.rows) {
        if (this.#context.budget.due(this.out.stepCount)) yield
        const rows = new Map<number, number>()
        for (let s = 0; s < this.out.stepCount; s++) {
          if (!this.#one.has(one, s) || this.#isMatched(group, s)) continue
          this.#combine(FILLED, one, s, group, rows)
        }
      }
    }
  }

  /** Finds out which rows belong together; before anything else. */
  *group(): Task<void> {
    const { budget } = this.#context
    const groupOf = (labels: Labels): MatchGroup => {
      const key = this.#keyOf(labels)
      let group = this.#groups.get(key)
      if (group === undefined) {
        group = { rows: [], rowAt: undefined, manyCount: 0, matched: undefined, results: new Map() }
        this.#groups.set(key, group)
      }
      return group
    }
    for (let r = 0; r < this.#one.rowCount; r++) {
      if (budget.due(LABELS_WORK)) yield
      groupOf(this.#one.labels[r]!).rows.push(r)
    }
    for (const labels of this.many.labels) {
      if (budget.due(LABELS_WORK)) yield
      groupOf(labels).manyCount++
    }
    for (const group of this.#groups.values()) if (group.rows.length > 1) this.#indexOneSide(group)
  }

  /** Where several rows of the "one" side match: at most one of them may have a sample at a step. */
  #indexOneSide(group: MatchGroup): void {
    const rowAt = new Int32Array(this.out.stepCount).fill(FILLED)
    for (const r of group.rows) {
      for (let s = 0; s < rowAt.length; s++) {
        if (!this.#one.has(r, s)) continue
        if (rowAt[s] !== FILLED && this.#isEvaluated(s)) throw this.#duplicate(r, rowAt[s]!)
        rowAt[s] = r
      }
    }
    group.rowAt = rowAt
  }

  /** Nothing is looked at in a step at which the other side is empty and cannot be filled. */
  #isEvaluated(s: number): boolean {
    if (this.#manyFill !== undefined || this.#oneFill !== undefined) return true
    for (let r = 0; r < this.many.rowCount; r++) if (this.many.has(r, s)) return true
    return false
  }

  #duplicate(a: number, b: number): Error {
    const { on, labels } = this.#matching
    const group = labelsText(matchLabels(this.#one.labels[a]!, on, labels))
    const side = this.#swapped ? 'left' : 'right'
    const pair = [labelsText(this.#one.labels[a]!), labelsText(this.#one.labels[b]!)].sort()
    return executionError(
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${pair.join(', ')}]` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    )
  }

  /** One row against one row, floats only, arithmetic: a plain loop. */
  #simple(r: number, group: MatchGroup): boolean {
    if (group.rows.length !== 1 || group.manyCount !== 1) return false
    if (this.#oneFill !== undefined || this.#manyFill !== undefined) return false
    const one = group.rows[0]!
    const calculate = arithmetic(this.#plan.op)
    if (calculate === undefined) return false
    if (this.many.cells[r] !== undefined || this.#one.cells[one] !== undefined) return false
    const n = this.out.stepCount
    const row = this.out.addRow(this.#labels(this.many.labels[r]!, this.#one.labels[one]!), false)
    const to = row * n
    for (let s = 0; s < n; s++) {
      if (!this.many.hasFloat(r, s) || !this.#one.hasFloat(one, s)) continue
      const a = this.many.values[r * n + s]!
      const b = this.#one.values[one * n + s]!
      this.out.values[to + s] = this.#swapped ? calculate(b, a) : calculate(a, b)
    }
    return true
  }

  /**
   * One sample from each side; a side that is `FILLED` has the fill value.
   * @param rows  result row by row of the "one" side
   */
  #combine(
    many: number,
    one: number,
    s: number,
    group: MatchGroup,
    rows: Map<number, number>,
  ): void {
    const n = this.out.stepCount
    const a = many === FILLED ? this.#manyFill! : this.many.values[many * n + s]!
    const b = one === FILLED ? this.#oneFill! : this.#one.values[one * n + s]!
    const ah = many === FILLED ? undefined : this.many.histogram(many, s)
    const bh = one === FILLED ? undefined : this.#one.histogram(one, s)
    const operate = this.#operate
    const made = this.#swapped ? operate.apply(b, bh, a, ah) : operate.apply(a, ah, b, bh)
    if (!made) return
    const { returnBool } = this.#plan
    let row = rows.get(one)
    const labels = row === undefined ? this.#pairLabels(many, one) : this.out.labels[row]!
    this.#claim(group, labels, s)
    if (!operate.keep && !returnBool) return
    if (row === undefined) {
      row = this.out.addRow(labels, returnBool)
      rows.set(one, row)
    }
    if (returnBool) this.out.values[row * n + s] = operate.keep ? 1 : 0
    else if (operate.histogram === undefined) this.out.values[row * n + s] = operate.float
    else this.out.setHistogram(row, s, operate.histogram)
  }

  /** Notes a result. @throws UserError when the step has one with the same labels already */
  #claim(group: MatchGroup, labels: Labels, s: number): void {
    if (this.#matching.card === 'one-to-one') {
      group.matched ??= new Uint8Array(this.out.stepCount)
      if (group.matched[s] === 1)
        throw executionError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        )
      group.matched[s] = 1
      return
    }
    let steps = group.results.get(labels.key)
    if (steps === undefined) {
      steps = new Uint8Array(this.out.stepCount)
      group.results.set(labels.key, steps)
    }
    if (steps[s] === 1)
      throw executionError(
        'multiple matches for labels: grouping labels must ensure unique matches',
      )
    steps[s] = 1
  }

  #isMatched(group: MatchGroup, s: number): boolean {
    if (group.matched?.[s] === 1) return true
    for (const steps of group.results.values()) if (steps[s] === 1) return true
    return false
  }

  #pairLabels(many: number, one: number): Labels {
    const { on, labels } = this.#matching
    if (many === FILLED) {
      const known = this.#one.labels[one]!
      return this.#labels(matchLabels(known, on, labels), known)
    }
    const known = this.many.labels[many]!
    return this.#labels(
      known,
      one === FILLED ? matchLabels(known, on, labels) : this.#one.labels[one]!,
    )
  }

  /** Labels of a result from those of the "many" and the "one" side. */
  #labels(many: Labels, one: Labels): Labels {
    const { card, on, labels, include } = this.#matching
    const { op, returnBool } = this.#plan
    const dropsName = changesMeaning(op) || (returnBool && !this.#context.delayedNames)
    let result = dropsName ? many.without(METADATA_LABELS) : many
    if (card === 'one-to-one') result = on ? result.only(labels) : result.without(labels)
    if (include.length === 0) return result
    const builder = new LabelsBuilder(result)
    for (const name of include) builder.set(name, one.get(name))
    return builder.labels()
  }
}

function oneRowAt(one: Frame, group: MatchGroup, s: number): number {
  if (group.rowAt !== undefined) return group.rowAt[s]!
  const only = group.rows[0]
  return only !== undefined && one.has(only, s) ? only : FILLED
}
