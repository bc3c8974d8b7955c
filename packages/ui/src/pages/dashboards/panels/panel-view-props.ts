import type { PanelProps } from '../../../viz/panel-props.ts'

/** What kinds of panels that are loaded when a dashboard has them are drawn from. */
export interface RareProps {
  readonly plain: PanelProps
  readonly onZoom: ((fromMs: number, toMs: number) => void) | undefined
  readonly fill: (text: string) => string
  readonly formatBound: (value: number) => string
  readonly formatCount: (value: number) => string
}
