// Rows with equal label sets: when they may be one series, and when that is an error.

import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { sameLabelset } from './errors.ts'
import { Frame } from './frame.ts'
import { withoutMetadata } from './labels-of.ts'

/** Points of work that putting a label set together is worth. */
export const LABELS_WORK = 256

/** True when two rows have one label set. */
function* hasEqualRows(context: EvalContext, frame: Frame): Task<boolean> {
  if (frame.rowCount < 2) return false
  const seen = new Set<string>()
  for (const labels of frame.labels) {
    if (context.budget.due(LABELS_WORK)) yield
    seen.add(labels.key)
  }
  return seen.size < frame.rowCount
}

/**
 * Joins rows with equal label sets that have samples at different steps.
 * @throws UserError when two of them have a sample at the same step
 */
export function* mergeEqualRows(context: EvalContext, frame: Frame): Task<Frame> {
  if (!(yield* hasEqualRows(context, frame))) return frame
  const merged = new Frame(frame.stepCount, frame.rowCount, frame.memory)
  const rowOf = new Map<string, number>()
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(frame.stepCount + LABELS_WORK)) yield
    const key = frame.labels[r]!.key
    const target = rowOf.get(key)
    if (target === undefined) {
      rowOf.set(key, merged.rowCount)
      merged.push(frame.labels[r]!, frame.dropName[r]!, frame.row(r))
      continue
    }
    mergeRow(merged, target, frame, r)
  }
  return merged
}

function mergeRow(merged: Frame, target: number, frame: Frame, r: number): void {
  for (let s = 0; s < frame.stepCount; s++) {
    if (!frame.has(r, s)) continue
    if (merged.has(target, s)) throw sameLabelset()
    const histogram = frame.histogram(r, s)
    if (histogram === undefined)
      merged.values[target * merged.stepCount + s] = frame.values[r * frame.stepCount + s]!
    else merged.setHistogram(target, s, histogram)
  }
}

/**
 * What a step-by-step operator's result becomes: rows with equal labels are one series over time. At a
 * single step they are an error, unless names are still to be dropped.
 */
export function* settle(context: EvalContext, frame: Frame): Task<Frame> {
  if (frame.stepCount !== 1) return yield* mergeEqualRows(context, frame)
  if (!context.delayedNames && (yield* hasEqualRows(context, frame))) throw sameLabelset()
  return frame
}

/** Keeps the rows that have any sample, in order. */
export function* withoutEmptyRows(context: EvalContext, frame: Frame): Task<Frame> {
  const rows: number[] = []
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(frame.stepCount)) yield
    if (frame.presentCount(r) > 0) rows.push(r)
  }
  return rows.length === frame.rowCount ? frame : yield* picked(context, frame, rows)
}

/** A frame of these rows in this order. */
export function* picked(context: EvalContext, frame: Frame, rows: readonly number[]): Task<Frame> {
  const made = new Frame(frame.stepCount, rows.length, frame.memory)
  for (const r of rows) {
    if (context.budget.due(frame.stepCount)) yield
    made.push(frame.labels[r]!, frame.dropName[r]!, frame.row(r))
  }
  return made
}

/** The end of a query: names that were to be dropped go. */
export function* dropDelayedNames(context: EvalContext, frame: Frame): Task<Frame> {
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(LABELS_WORK)) yield
    if (frame.dropName[r]!) frame.labels[r] = withoutMetadata(frame.labels[r]!)
  }
  return yield* mergeEqualRows(context, frame)
}
