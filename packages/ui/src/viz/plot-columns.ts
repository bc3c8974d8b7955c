// What uPlot draws: stacked, turned upside down, without the values that no axis can show. Made once per change of
// the data or of what is hidden.
import type uPlot from 'uplot'
import type { PlotData, PlotSeries, PlotValue } from './plot-series.ts'

export interface Band {
  readonly upper: number
  readonly lower: number
}

export interface DrawnPlot {
  readonly columns: uPlot.AlignedData
  /** Places of series: the area between the two belongs to the upper. */
  readonly bands: readonly Band[]
}

export function drawnPlot(data: PlotData, hidden: ReadonlySet<number>): DrawnPlot {
  const columns = data.series.map(({ values, style }) => finite(values, style.negate))
  const bands: Band[] = []
  for (const group of stacksOf(data.series, columns, hidden)) {
    const isShare = data.series[group[0]!]!.style.stack!.startsWith('percent:')
    const stacked = stackUp(
      group.map((index) => columns[index]!),
      isShare,
    )
    group.forEach((index, i) => {
      columns[index] = stacked[i]!
      if (i > 0) bands.push({ upper: index, lower: group[i - 1]! })
    })
  }
  data.series.forEach(({ style: { fillDownTo } }, index) => {
    if (fillDownTo !== undefined && !hidden.has(index) && !hidden.has(fillDownTo))
      bands.push({ upper: index, lower: fillDownTo })
  })
  // uPlot takes any array of numbers and gaps; its types name fewer kinds of gaps.
  return { columns: [data.times, ...columns] as unknown as uPlot.AlignedData, bands }
}

/** Infinity cannot be drawn; the table and the tooltip show it. */
function finite(values: readonly PlotValue[], negate: boolean): PlotValue[] {
  const sign = negate ? -1 : 1
  return values.map((value) => {
    if (value === undefined) return undefined
    return value !== null && value - value === 0 ? value * sign : null
  })
}

/** The visible series of each stack, lowest first; what lies below zero is a stack of its own. */
function stacksOf(
  series: readonly PlotSeries[],
  columns: readonly (readonly PlotValue[])[],
  hidden: ReadonlySet<number>,
): number[][] {
  const stacks = new Map<string, number[]>()
  series.forEach(({ style, axis }, index) => {
    if (style.stack === undefined || hidden.has(index)) return
    const key = `${axis} ${style.draw} ${style.stack} ${isBelowZero(columns[index]!) ? '-' : '+'}`
    const stack = stacks.get(key)
    if (stack === undefined) stacks.set(key, [index])
    else stack.push(index)
  })
  return [...stacks.values()]
}

function isBelowZero(column: readonly PlotValue[]): boolean {
  let below = 0
  let above = 0
  for (const value of column) {
    if (typeof value !== 'number' || value === 0) continue
    if (value < 0) below++
    else above++
  }
  return below > above
}

/**
 * Each column on top of those before it. A missing value counts as nothing; a time at which no column has a value
 * stays a gap in all of them.
 */
function stackUp(columns: readonly (readonly PlotValue[])[], isShare: boolean): PlotValue[][] {
  const count = columns[0]?.length ?? 0
  const sums: PlotValue[] = Array.from({ length: count }, () => null)
  for (const column of columns)
    for (let i = 0; i < count; i++)
      if (typeof column[i] === 'number') sums[i] = (sums[i] ?? 0) + column[i]!
  const below: PlotValue[] = sums.map((sum) => (typeof sum === 'number' ? 0 : null))
  return columns.map((column) => {
    for (let i = 0; i < count; i++)
      if (typeof column[i] === 'number') below[i] = (below[i] ?? 0) + column[i]!
    if (!isShare) return below.slice()
    return below.map((value, i) =>
      typeof value === 'number' && typeof sums[i] === 'number' && sums[i] !== 0
        ? value / Math.abs(sums[i]!)
        : value === null
          ? null
          : 0,
    )
  })
}
