import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { type Option, Tabs } from '../../kit/segmented.tsx'
import { useServices, useText } from '../../services.tsx'
import { ConfigTab } from './config-tab.tsx'
import { FeaturesTab } from './features-tab.tsx'
import { FlagsTab } from './flags-tab.tsx'
import { RuntimeTab } from './runtime-tab.tsx'
import { TsdbTab } from './tsdb-tab.tsx'

const TABS = {
  '/status': RuntimeTab,
  '/tsdb-status': TsdbTab,
  '/flags': FlagsTab,
  '/config': ConfigTab,
  '/features': FeaturesTab,
}
type Path = keyof typeof TABS

/** One page, five tabs; each tab has the address that the reference gives it. */
export function StatusPage(): ReactNode {
  const t = useText()
  const { isAgent } = useServices()
  const [location, navigate] = useLocation()
  const path = isPath(location) ? location : '/status'
  const Tab = TABS[path]
  const all: Option<Path>[] = [
    { value: '/status', label: t('status.runtime') },
    { value: '/tsdb-status', label: t('status.tsdb') },
    { value: '/flags', label: t('status.flags') },
    { value: '/config', label: t('status.config') },
    { value: '/features', label: t('status.features') },
  ]
  // An agent has no head whose series could be counted.
  const options = isAgent ? all.filter(({ value }) => value !== '/tsdb-status') : all
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('status.title')}</h1>
        <Tabs
          id="status"
          label={t('status.title')}
          value={path}
          options={options}
          onChange={(next) => navigate(next)}
        />
      </div>
      <div id="status-panel" role="tabpanel" aria-labelledby={`status-${path}`}>
        <Tab />
      </div>
    </div>
  )
}

function isPath(text: string): text is Path {
  return Object.hasOwn(TABS, text)
}
