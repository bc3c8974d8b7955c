import { useText } from '../services.tsx'
import type { TextKey } from '../text/dictionary.ts'

const TITLES: Readonly<Record<string, TextKey>> = {
  last: 'calc.last',
  lastNotNull: 'calc.lastNotNull',
  first: 'calc.first',
  firstNotNull: 'calc.firstNotNull',
  min: 'calc.min',
  max: 'calc.max',
  mean: 'calc.mean',
  median: 'calc.median',
  sum: 'calc.sum',
  count: 'calc.count',
  range: 'calc.range',
  delta: 'calc.delta',
  diff: 'calc.diff',
  diffperc: 'calc.diffperc',
  step: 'calc.step',
  stdDev: 'calc.stdDev',
  variance: 'calc.variance',
  logmin: 'calc.logmin',
  allIsZero: 'calc.allIsZero',
  allIsNull: 'calc.allIsNull',
  changeCount: 'calc.changeCount',
  distinctCount: 'calc.distinctCount',
}

/** The calculations that people can choose, in the order in which they are offered. */
export const CALCS: readonly string[] = Object.keys(TITLES)

/** What a calculation is called; percentiles and those nobody knows name themselves. */
export function useCalcTitle(): (calc: string) => string {
  const t = useText()
  return (calc) => {
    const key = Object.hasOwn(TITLES, calc) ? TITLES[calc] : undefined
    return key === undefined ? calc : t(key)
  }
}
