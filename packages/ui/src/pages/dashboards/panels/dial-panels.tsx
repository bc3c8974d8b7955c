import type { ReactNode } from 'react'
import { BarGaugeView } from '../../../viz/bar-gauge-view.tsx'
import { GaugeView } from '../../../viz/gauge-view.tsx'
import { StatView } from '../../../viz/stat-view.tsx'
import type { RareProps } from './rare-props.ts'

export function GaugePanel({ plain }: RareProps): ReactNode {
  return <GaugeView {...plain} />
}

export function BarGaugePanel({ plain }: RareProps): ReactNode {
  return <BarGaugeView {...plain} />
}

export function StatPanel({ plain }: RareProps): ReactNode {
  return <StatView {...plain} />
}
