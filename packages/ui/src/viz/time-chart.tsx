// A frame of one unit as a chart: lines or stacked areas in the colours of the palette.
import { type ReactNode, useMemo } from 'react'
import { formatTicks, formatValue, type Unit } from '../data/format.ts'
import type { Frame } from '../data/frame.ts'
import type { Theme } from '../data/settings.ts'
import { useSettings } from '../services.tsx'
import { seriesColor } from './palette.ts'
import { AXIS, LINE, type PlotData } from './plot-series.ts'
import { Plot, type PlotProps } from './plot.tsx'

interface TimeChartProps extends Omit<PlotProps, 'data'> {
  readonly frame: Frame
  /** One per series of the frame. */
  readonly names: readonly string[]
  readonly unit: Unit
  readonly stacked?: boolean
  /** Opacity of the area below each line, 0 to 1. */
  readonly fill?: number
  readonly min?: number
  readonly max?: number
}

export function TimeChart(props: TimeChartProps): ReactNode {
  const { frame, names, unit, stacked = false, fill = 0, min, max, ...rest } = props
  const { theme } = useSettings()
  const data = useMemo(
    () => plotOf({ frame, names, unit, stacked, fill, min, max, theme }),
    [frame, names, unit, stacked, fill, min, max, theme],
  )
  return <Plot {...rest} data={data} />
}

function plotOf(of: {
  frame: Frame
  names: readonly string[]
  unit: Unit
  stacked: boolean
  fill: number
  min: number | undefined
  max: number | undefined
  theme: Theme
}): PlotData {
  const { frame, names, unit, stacked, fill } = of
  // A line on top of a stack would be that of its highest series, however small it is.
  const style = { ...LINE, fill, ...(stacked ? { stack: 'all', widthPx: 0 } : {}) }
  return {
    times: Array.from(frame.times),
    series: frame.series.map(({ values }, index) => ({
      name: names[index] ?? '',
      color: seriesColor(of.theme, index),
      axis: 'y',
      values: Array.from(values, (value) => (value === value ? value : null)),
      format: (value) => formatValue(value, unit),
      style,
    })),
    axes: [
      {
        ...AXIS,
        key: 'y',
        min: of.min,
        // What is given is the least upper end here: load may be above the count of CPUs.
        softMax: of.max,
        isBinary: unit === 'bytes' || unit === 'bytesPerSecond',
        ticks: (splits) => formatTicks(splits, unit),
      },
    ],
  }
}
