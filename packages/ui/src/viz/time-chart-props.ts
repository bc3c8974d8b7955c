import type { Unit } from '../data/format.ts'
import type { Frame } from '../data/frame.ts'
import type { CursorStore } from './chart-cursor.ts'

export interface TimeChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly title: string
  readonly frame: Frame
  /** One per series of the frame. */
  readonly names: readonly string[]
  readonly unit: Unit
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
  readonly cursor: CursorStore
  readonly stacked?: boolean
  /** Opacity of the area below each line, 0 to 1. */
  readonly fill?: number
  readonly min?: number
  readonly max?: number
  readonly hidden?: ReadonlySet<number>
  /** The series that the legend points at. */
  readonly highlight?: number | undefined
  readonly group?: string
  readonly onZoom?: (startMs: number, endMs: number) => void
  readonly onZoomOut?: () => void
}
