// A column as one value: what legends, stats, gauges and reduce transformations show.
import { isAbsent } from '@pharos/model'
import { cellsOf, type Field } from './frame.ts'

export interface ReducerInfo {
  readonly id: string
  readonly name: string
}

/** In the order in which they are offered; `p1` to `p99` are there besides. */
export const REDUCERS: readonly ReducerInfo[] = [
  { id: 'lastNotNull', name: 'Last *' },
  { id: 'last', name: 'Last' },
  { id: 'firstNotNull', name: 'First *' },
  { id: 'first', name: 'First' },
  { id: 'min', name: 'Min' },
  { id: 'max', name: 'Max' },
  { id: 'mean', name: 'Mean' },
  { id: 'median', name: 'Median' },
  { id: 'variance', name: 'Variance' },
  { id: 'stdDev', name: 'StdDev' },
  { id: 'sum', name: 'Total' },
  { id: 'count', name: 'Count' },
  { id: 'countAll', name: 'Count all' },
  { id: 'range', name: 'Range' },
  { id: 'delta', name: 'Delta' },
  { id: 'step', name: 'Step' },
  { id: 'diff', name: 'Difference' },
  { id: 'logmin', name: 'Min (above zero)' },
  { id: 'allIsZero', name: 'All Zeros' },
  { id: 'allIsNull', name: 'All Nulls' },
  { id: 'changeCount', name: 'Change Count' },
  { id: 'distinctCount', name: 'Distinct Count' },
  { id: 'diffperc', name: 'Difference percent' },
  { id: 'allValues', name: 'All values' },
  { id: 'uniqueValues', name: 'All unique values' },
]

/** Names of old, still in files. */
const ALIASES: Readonly<Record<string, string>> = {
  current: 'lastNotNull',
  avg: 'mean',
  total: 'sum',
}

/** Calculations whose result is a count, a share or a truth and not in the field's unit. */
const UNITLESS: ReadonlySet<string> = new Set([
  'count',
  'countAll',
  'allIsNull',
  'changeCount',
  'distinctCount',
  'diffperc',
  'allValues',
  'uniqueValues',
])

export function keepsUnit(calc: string): boolean {
  return !UNITLESS.has(canonical(calc))
}

function canonical(calc: string): string {
  return Object.hasOwn(ALIASES, calc) ? ALIASES[calc]! : calc
}

/** What a calculation is called, for legends and reduced tables. */
export function reducerName(calc: string): string {
  const percentile = percentileOf(calc)
  if (percentile !== undefined) return `${ordinal(percentile)} %`
  return REDUCERS.find(({ id }) => id === canonical(calc))?.name ?? calc
}

function ordinal(value: number): string {
  const ending = value > 3 && value < 21 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')
  return `${value}${ending}`
}

function percentileOf(calc: string): number | undefined {
  const found = /^p([1-9]\d?)$/.exec(calc)
  return found === null ? undefined : Number(found[1])
}

/**
 * Calculations over a column, by the names that were asked for. Null is what has no value; a name that is none is
 * left out.
 *
 * @source  tests/oracle: equal to Grafana's for generated columns
 */
export function reduceField(field: Field, calcs: readonly string[]): ReadonlyMap<string, unknown> {
  const results = new Map<string, unknown>()
  const isEmpty = field.values.length === 0
  let standard: StandardCalcs | undefined
  for (const calc of calcs) {
    const name = canonical(calc)
    if (isEmpty) {
      results.set(calc, EMPTY.has(name) ? EMPTY.get(name) : null)
      continue
    }
    if (STANDARD.has(name)) {
      standard ??= standardCalcs(field)
      results.set(calc, standard[name as keyof StandardCalcs])
      continue
    }
    const value = special(field, name)
    if (value !== undefined) results.set(calc, value)
  }
  return results
}

/** One calculation. */
export function reduceTo(field: Field, calc: string): unknown {
  return reduceField(field, [calc]).get(calc) ?? null
}

const EMPTY: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['sum', 0],
  ['count', 0],
  ['countAll', 0],
  ['allIsZero', false],
  ['allIsNull', true],
])

interface StandardCalcs {
  readonly first: unknown
  readonly last: unknown
  readonly firstNotNull: unknown
  readonly lastNotNull: unknown
  readonly sum: number
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  readonly logmin: number | null
  readonly range: number | null
  readonly diff: number | null
  readonly diffperc: number
  readonly delta: number
  readonly step: number | null
  readonly allIsNull: boolean
  readonly allIsZero: boolean
}

const STANDARD: ReadonlySet<string> = new Set<keyof StandardCalcs>([
  'first',
  'last',
  'firstNotNull',
  'lastNotNull',
  'sum',
  'count',
  'min',
  'max',
  'mean',
  'logmin',
  'range',
  'diff',
  'diffperc',
  'delta',
  'step',
  'allIsNull',
  'allIsZero',
])

function standardCalcs(field: Field): StandardCalcs {
  const { values } = field
  if (values instanceof Float64Array) return numberCalcs(values)
  const cells = cellsOf(field)
  const present = cells.filter((cell) => cell !== null && !Number.isNaN(cell))
  const count = cells.filter((cell) => cell !== null).length
  return {
    ...NO_NUMBERS,
    first: cells[0],
    last: cells.at(-1),
    firstNotNull: present[0] ?? null,
    lastNotNull: present.at(-1) ?? null,
    count,
  }
}

const NO_NUMBERS = {
  sum: 0,
  min: null,
  max: null,
  mean: null,
  logmin: null,
  range: null,
  diff: null,
  diffperc: 0,
  delta: 0,
  step: null,
  allIsNull: true,
  allIsZero: false,
} as const

/** The hot one: legends of 16 series a panel, at each refresh. */
function numberCalcs(values: Float64Array): StandardCalcs {
  let [sum, numbers, count, delta] = [0, 0, 0, 0]
  let [min, max, logmin, step] = [Infinity, -Infinity, Infinity, Infinity]
  let [first, last] = [NaN, NaN]
  let [isUp, isZero] = [true, true]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value !== value) {
      if (!isAbsent(value)) count++
      continue
    }
    count++
    if (numbers === 0) first = value
    else {
      const change = value - last
      if (change < step) step = change
      if (change < 0) isUp = false
      else {
        // After a reset the first rise is not counted: nobody knows where it began.
        if (isUp) delta += change
        isUp = true
      }
    }
    numbers++
    sum += value
    if (value > max) max = value
    if (value < min) min = value
    if (value > 0 && value < logmin) logmin = value
    if (value !== 0) isZero = false
    last = value
  }
  const cell = (value: number): number | null => (isAbsent(value) ? null : value)
  const ends = { first: cell(values[0]!), last: cell(values.at(-1)!) }
  if (numbers === 0) return { ...NO_NUMBERS, ...ends, firstNotNull: null, lastNotNull: null, count }
  return {
    ...ends,
    firstNotNull: first,
    lastNotNull: last,
    sum,
    count,
    min,
    max,
    mean: sum / numbers,
    logmin: logmin === Infinity ? null : logmin,
    range: max - min,
    diff: last - first,
    diffperc: ((last - first) / first) * 100,
    delta,
    step: step === Infinity ? null : step,
    allIsNull: false,
    allIsZero: isZero,
  }
}

function special(field: Field, calc: string): unknown {
  const cells = cellsOf(field)
  const present = cells.filter((cell) => cell !== null)
  switch (calc) {
    case 'countAll':
      return cells.length
    case 'median':
      return median(present as number[])
    case 'variance':
      return field.values instanceof Float64Array ? variance(present as number[]) : 0
    case 'stdDev':
      return field.values instanceof Float64Array ? Math.sqrt(variance(present as number[])) : 0
    case 'changeCount':
      return present.filter((cell, i) => i > 0 && cell !== present[i - 1]).length
    case 'distinctCount':
      return new Set(present).size
    case 'allValues':
      return cells
    case 'uniqueValues':
      return [...new Set(cells)]
    default: {
      const percentile = percentileOf(calc)
      if (percentile === undefined) return undefined
      const sorted = [...(present as number[])].sort((a, b) => a - b)
      return sorted[Math.round((sorted.length - 1) * (percentile / 100))] ?? null
    }
  }
}

function median(numbers: number[]): number | null {
  if (numbers.length === 0) return null
  numbers.sort((a, b) => a - b)
  const middle = Math.floor(numbers.length / 2)
  return numbers.length % 2 === 1 ? numbers[middle]! : (numbers[middle - 1]! + numbers[middle]!) / 2
}

/** Welford's, of the whole population. */
function variance(numbers: readonly number[]): number {
  let [mean, squares] = [0, 0]
  numbers.forEach((value, i) => {
    const before = mean
    mean += (value - mean) / (i + 1)
    squares += (value - before) * (value - mean)
  })
  return numbers.length === 0 ? 0 : squares / numbers.length
}
