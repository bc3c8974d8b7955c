import type { Exemplar } from '../../../data/exemplars.ts'
import type { PanelProps } from '../../../viz/panel-props.ts'

/** What the view of a kind of panel is drawn from. Each kind is loaded when a dashboard has it. */
export interface PanelViewProps {
  readonly plain: PanelProps
  readonly exemplars: readonly Exemplar[]
  readonly onZoom: ((fromMs: number, toMs: number) => void) | undefined
  readonly onZoomOut: (() => void) | undefined
  readonly fill: (text: string) => string
  readonly formatBound: (value: number) => string
  readonly formatCount: (value: number) => string
}
