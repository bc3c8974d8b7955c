import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { dashboardPath, searchDashboards } from '../../data/dashboards-api.ts'
import { starredDashboards } from '../../data/starred.ts'
import { Icon } from '../../kit/icon.tsx'
import { useServices, useText } from '../../services.tsx'

/** The dashboards that a person marked in this browser; nothing when there are none. */
export function StarredDashboards(): ReactNode {
  const t = useText()
  const { api } = useServices()
  const [starred] = useState(starredDashboards)
  const { data = [] } = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
    enabled: starred.size > 0,
  })
  const shown = data.filter(({ uid }) => starred.has(uid))
  if (shown.length === 0) return null
  return (
    <section className="starred" aria-label={t('overview.starred')}>
      {shown.map(({ uid, title }) => (
        <Link key={uid} href={dashboardPath(uid, title)} className="card">
          <Icon name="star" size={14} />
          <span>{title}</span>
        </Link>
      ))}
    </section>
  )
}
