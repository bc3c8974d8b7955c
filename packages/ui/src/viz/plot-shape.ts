// The structure of a chart: two equal ones need no new plot.
import type { Theme } from '../data/settings.ts'
import type { Zone } from '../data/time.ts'
import type { Band } from './plot-columns.ts'
import type { AxisShape } from './plot-scales.ts'
import type { PlotStyle } from './plot-series.ts'

export interface PlotShape {
  readonly series: readonly {
    readonly color: string
    readonly axis: string
    readonly style: PlotStyle
  }[]
  readonly axes: readonly AxisShape[]
  readonly bands: readonly Band[]
  readonly theme: Theme
  readonly zone: Zone
  /** Charts with the same key share their cursor. */
  readonly group: string | undefined
}
