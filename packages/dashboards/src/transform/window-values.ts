// Running totals and moving windows over one column.
import { columnOf } from '../frame.ts'
import { type JsonObject, numberOf, textOf } from '../json.ts'
import { reduceTo } from '../reduce.ts'

/** Total, or mean, of all rows up to each. */
export function runningValues(cells: readonly unknown[], calc: string): number[] | undefined {
  if (calc !== 'sum' && calc !== 'mean') return undefined
  let total = 0
  return cells.map((cell, row) => {
    total += typeof cell === 'number' ? cell : 0
    return calc === 'sum' ? total : total / (row + 1)
  })
}

/** Mean, deviation or variance of the rows around each, or up to it. */
export function windowValues(
  cells: readonly unknown[],
  settings: JsonObject,
): number[] | undefined {
  const calc = textOf(settings['reducer']) ?? 'mean'
  if (calc !== 'mean' && calc !== 'stdDev' && calc !== 'variance') return undefined
  const isShare = (textOf(settings['windowSizeMode']) ?? 'percentage') === 'percentage'
  const size = Math.ceil((numberOf(settings['windowSize']) ?? 0.1) * (isShare ? cells.length : 1))
  if (size <= 0) return undefined
  const isCentered = settings['windowAlignment'] === 'centered'
  const before = isCentered ? Math.floor(size / 2) : size - 1
  const after = isCentered ? Math.ceil(size / 2) - 1 : 0
  return cells.map((_, row) => {
    const window = cells.slice(Math.max(0, row - before), row + after + 1)
    const field = {
      name: '',
      type: 'number' as const,
      config: {},
      values: columnOf('number', window),
    }
    const value = reduceTo(field, calc)
    return typeof value === 'number' ? value : 0
  })
}
