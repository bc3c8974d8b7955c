import type { ReactNode } from 'react'
import { BarGaugeView } from '../../../viz/bar-gauge-view.tsx'
import { GaugeView } from '../../../viz/gauge-view.tsx'
import { StatView } from '../../../viz/stat-view.tsx'
import type { PanelViewProps } from './panel-view-props.ts'

export function GaugePanel({ plain }: PanelViewProps): ReactNode {
  return <GaugeView {...plain} />
}

export function BarGaugePanel({ plain }: PanelViewProps): ReactNode {
  return <BarGaugeView {...plain} />
}

export function StatPanel({ plain }: PanelViewProps): ReactNode {
  return <StatView {...plain} />
}
