import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { dashboardPath, type DashboardHit, searchDashboards } from '../../../data/dashboards-api.ts'
import { starredDashboards } from '../../../data/starred.ts'
import { ScrollRegion } from '../../../kit/scroll-region.tsx'
import { Fetched } from '../../../kit/states.tsx'
import { useServices, useText } from '../../../services.tsx'
import { numberOption, type PanelProps, textsOption } from '../../../viz/panel-props.ts'
import type { PanelViewProps } from './panel-view-props.ts'

const LIMIT = 10

/** Dashboards: starred ones, or those with a word or tags. */
export function DashListPanel({ plain, fill }: PanelViewProps): ReactNode {
  const t = useText()
  const { api } = useServices()
  const hits = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
  })
  return (
    <ScrollRegion className="panel-list" label={plain.title}>
      <Fetched query={hits}>
        {(all) => {
          const shown = shownHits(all, plain.options, fill)
          if (shown.length === 0) return <p className="no-data">{t('dash.noMatch')}</p>
          return (
            <ul>
              {shown.map(({ uid, title, folderTitle }) => (
                <li key={uid}>
                  <Link href={dashboardPath(uid, title)}>{title}</Link>
                  {plain.options['showFolderNames'] !== false && (
                    <span className="hint">{folderTitle}</span>
                  )}
                </li>
              ))}
            </ul>
          )
        }}
      </Fetched>
    </ScrollRegion>
  )
}

function shownHits(
  hits: readonly DashboardHit[],
  options: PanelProps['options'],
  fill: (text: string) => string,
): DashboardHit[] {
  const limit = numberOption(options, 'maxItems') ?? LIMIT
  const starred = starredDashboards()
  const tags = textsOption(options, 'tags')
  const words = typeof options['query'] === 'string' ? fill(options['query']).toLowerCase() : ''
  const found = new Map<string, DashboardHit>()
  if (options['showStarred'] !== false)
    for (const hit of hits) if (starred.has(hit.uid)) found.set(hit.uid, hit)
  if (options['showSearch'] === true || found.size === 0)
    for (const hit of hits)
      if (hit.title.toLowerCase().includes(words) && tags.every((tag) => hit.tags.includes(tag)))
        found.set(hit.uid, hit)
  return [...found.values()].slice(0, limit)
}
