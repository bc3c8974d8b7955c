// How far an axis reaches: the data, what the axis must show, and what it should show when the data allow it.
import uPlot from 'uplot'
import type { PlotAxis } from './plot-series.ts'

/** The parts of an axis that are data: two equal ones need no new plot. */
export type AxisShape = Omit<PlotAxis, 'ticks'>

/**
 * @param min, max  of the data in view; null without any
 * @param isShare  the axis shows shares of a stack, 0 to 1
 */
export function axisRange(
  axis: AxisShape,
  min: number | null,
  max: number | null,
  isShare = false,
): [number, number] {
  if (axis.scale === 'log2' || axis.scale === 'log10') return logRange(axis, min, max)
  if (isShare) return [axis.min ?? Math.min(0, min ?? 0), axis.max ?? Math.max(1, max ?? 1)]
  if (min === null || max === null)
    return ordered(axis.min ?? axis.softMin ?? 0, axis.max ?? axis.softMax ?? 1)
  const low = Math.min(min, axis.softMin ?? min)
  const high = Math.max(max, axis.softMax ?? max)
  const [from, to] = uPlot.rangeNum(low, high, {
    min: { pad: axis.softMin !== undefined && low === axis.softMin ? 0 : 0.05, soft: 0, mode: 3 },
    max: { pad: axis.softMax !== undefined && high === axis.softMax ? 0 : 0.08, soft: 0, mode: 3 },
  })
  if (!axis.isCentered) return ordered(axis.min ?? from ?? 0, axis.max ?? to ?? 1)
  const reach = Math.max(Math.abs(from ?? 0), Math.abs(to ?? 1))
  return ordered(axis.min ?? -reach, axis.max ?? reach)
}

function logRange(axis: AxisShape, min: number | null, max: number | null): [number, number] {
  const base = axis.scale === 'log2' ? 2 : 10
  const low = positive(axis.min) ?? positive(min) ?? 1
  const high = Math.max(low, positive(axis.max) ?? positive(max) ?? low)
  const [from, to] = uPlot.rangeLog(low, high === low ? low * base : high, base, true)
  return [positive(axis.min) ?? from ?? 1, positive(axis.max) ?? to ?? base]
}

function positive(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}

/** Limits that somebody wrote the wrong way round, or alike, still give an axis. */
function ordered(low: number, high: number): [number, number] {
  if (low < high) return [low, high]
  if (low > high) return [high, low]
  return [low, low + Math.max(1, Math.abs(low) * 0.1)]
}
