// Reading values off a chart: with the pointer, the keyboard, or a screen reader.
import type { ReactNode } from 'react'
import { ChartTooltip, type TooltipProps } from './chart-tooltip.tsx'
import { CursorSlider, type CursorSliderProps } from './cursor-slider.tsx'

export interface ChartReadingProps extends TooltipProps, CursorSliderProps {}

export function ChartReading(props: ChartReadingProps): ReactNode {
  return (
    <>
      <ChartTooltip {...props} />
      <CursorSlider {...props} />
    </>
  )
}
