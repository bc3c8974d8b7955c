// Series in the order of their labels. Those of one metric have the same names, and few values of each: where each value
// is replaced by its place among them a label set is one whole number, and thousands of those are sorted in a
// millisecond, where comparing texts takes forty.

import { compareText, Labels } from '@pharos/model'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { sortedInSlices } from './sorted-in-slices.ts'

/** Below this comparing is as fast, and above it numbers take too long to sort at once. */
const NUMBERED_MIN = 64
const NUMBERED_MAX = 131_072

/** Points of work that looking one series' values up is worth. */
const LOOKUP_WORK = 64

interface Labelled {
  readonly labels: Labels
}

/** The same series in order; equal ones keep theirs. `series` may be used for it. */
export function* sortedByLabels<T extends Labelled>(
  context: Pick<EvalContext, 'budget'>,
  series: T[],
): Task<T[]> {
  const numbers = yield* numbersOf(context, series)
  if (numbers === undefined)
    return yield* sortedInSlices(context, series, (a, b) => Labels.compare(a.labels, b.labels))
  numbers.sort()
  const sorted: T[] = []
  for (const number of numbers) sorted.push(series[number % series.length]!)
  return sorted
}

/**
 * For each series a number that is the larger the later its labels come, times how many series there are, plus its index.
 * Undefined where that does not go: other names, or too many values.
 */
function* numbersOf(
  { budget }: Pick<EvalContext, 'budget'>,
  series: readonly Labelled[],
): Task<Float64Array<ArrayBuffer> | undefined> {
  const { length } = series
  if (length < NUMBERED_MIN || length > NUMBERED_MAX) return undefined
  const names = series[0]!.labels.flat
  const width = names.length / 2
  const values = Array.from({ length: width }, () => new Map<string, number>())
  const found = new Int32Array(length * width)
  for (let i = 0; i < length; i++) {
    if (budget.due(LOOKUP_WORK)) yield
    const { flat } = series[i]!.labels
    if (flat.length !== names.length) return undefined
    for (let k = 0; k < width; k++) {
      if (flat[2 * k] !== names[2 * k]) return undefined
      const value = flat[2 * k + 1]!
      const known = values[k]!.get(value)
      if (known === undefined) values[k]!.set(value, values[k]!.size)
      found[i * width + k] = known ?? values[k]!.size - 1
    }
  }
  if (values.reduce((product, one) => product * one.size, length) > Number.MAX_SAFE_INTEGER)
    return undefined
  const places = values.map(placesOf)
  const numbers = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    let number = 0
    for (let k = 0; k < width; k++)
      number = number * values[k]!.size + places[k]![found[i * width + k]!]!
    numbers[i] = number * length + i
  }
  return numbers
}

/** By number of a value in order of appearance: its place in order of texts. */
function placesOf(values: ReadonlyMap<string, number>): Int32Array {
  const places = new Int32Array(values.size)
  const sorted = [...values.keys()].sort(compareText)
  for (let place = 0; place < sorted.length; place++) places[values.get(sorted[place]!)!] = place
  return places
}
