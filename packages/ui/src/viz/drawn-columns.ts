// What uPlot draws, made from the frame once per change of the data: it knows a gap only as null, so the columns
// become plain arrays here and nowhere else.
import type uPlot from 'uplot'
import { type Frame, stackColumns } from '../data/frame.ts'

export function drawnColumns(
  frame: Frame,
  stacked: boolean,
  hidden: ReadonlySet<number>,
): uPlot.AlignedData {
  const columns = stacked
    ? stackColumns(frame.series, hidden)
    : frame.series.map(({ values }) => values)
  return [frame.times, ...columns.map(withNulls)]
}

/** Infinity cannot be drawn on a linear axis either; the table and the tooltip show it. */
function withNulls(values: Float64Array): (number | null)[] {
  return Array.from(values, (v) => (v - v === 0 ? v : null))
}
