import type { ReactNode } from 'react'
import { useText } from '../../services.tsx'
import { FiringNote } from './firing-note.tsx'
import { FirstSteps } from './first-steps.tsx'
import { StarredDashboards } from './starred-dashboards.tsx'
import { HostSection } from './host-section.tsx'
import { Tiles } from './tiles.tsx'

export function OverviewPage(): ReactNode {
  const t = useText()
  return (
    <div className="page">
      <h1 className="sr-only">{t('nav.overview')}</h1>
      <FiringNote />
      <Tiles />
      <StarredDashboards />
      <FirstSteps />
      <HostSection />
    </div>
  )
}
