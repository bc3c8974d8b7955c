// One dashboard: its JSON from the server, then everything that is seen of it.
import { loadCurrent, type LoadedDashboard, needsMigration } from '@pharos/dashboards'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useLocation, useRoute } from 'wouter'
import { decodedPart } from '../../data/address-part.ts'
import type { StoredDashboard } from '../../data/dashboards-api.ts'
import { EmptyState, ErrorBox, Skeleton } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { ApiError } from '../../data/api.ts'
import { useApi } from '../use-api.ts'
import { dashboardQuery } from './dashboard-query.ts'
import { DashboardView } from './dashboard-view.tsx'

export function DashboardPage(): ReactNode {
  const [, params] = useRoute<{ uid: string; slug?: string }>('/d/:uid/:slug?')
  const { api } = useServices()
  const t = useText()
  const uid = decodedPart(params?.uid ?? '')
  const stored = useQuery(dashboardQuery(api, uid))
  // The panels need it: asked for beside the dashboard and not after it.
  useApi('status/config', {})
  if (stored.data !== undefined) return <Loaded key={uid} uid={uid} stored={stored.data} />
  if (stored.error instanceof ApiError && stored.error.status === 404)
    return (
      <div className="page">
        <EmptyState icon="grid" title={t('dash.notFound')} hint={t('dash.notFoundHint', { uid })} />
      </div>
    )
  return (
    <div className="page">
      {stored.error === null ? (
        <Skeleton rows={6} />
      ) : (
        <ErrorBox error={stored.error} onRetry={() => void stored.refetch()} />
      )}
    </div>
  )
}

function Loaded({ uid, stored }: { uid: string; stored: StoredDashboard }): ReactNode {
  const { loaded, error } = useLoadedDashboard(stored.dashboard)
  if (loaded !== undefined) return <DashboardView uid={uid} stored={stored} loaded={loaded} />
  return (
    <div className="page">
      {error === undefined ? <Skeleton rows={6} /> : <ErrorBox error={error} />}
    </div>
  )
}

/** The code for what older versions wrote is fetched only for a dashboard that has some of it. */
function useLoadedDashboard(json: unknown): {
  loaded: LoadedDashboard | undefined
  error: unknown
} {
  const current = useMemo(() => (needsMigration(json) ? undefined : loadCurrent(json)), [json])
  const [migrated, setMigrated] = useState<{ of: unknown; loaded: LoadedDashboard } | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    if (current !== undefined) return undefined
    let isWanted = true
    import('../../data/load-old-dashboard.ts').then(
      ({ loadOldDashboard }) =>
        isWanted && setMigrated({ of: json, loaded: loadOldDashboard(json) }),
      (fault: unknown) => isWanted && setError(fault),
    )
    return () => {
      isWanted = false
    }
  }, [json, current])
  return { loaded: current ?? (migrated?.of === json ? migrated?.loaded : undefined), error }
}

/** A dashboard that nobody saved yet. */
export function NewDashboardPage(): ReactNode {
  const t = useText()
  const [location] = useLocation()
  const stored = useMemo<StoredDashboard>(
    () => ({
      dashboard: {
        title: t('dash.newTitle'),
        panels: [],
        schemaVersion: 41,
        time: { from: 'now-1h', to: 'now' },
        refresh: '30s',
      },
      meta: {},
    }),
    // The title is that of the moment in which the dashboard was begun.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [],
  )
  const loaded = useMemo(() => loadCurrent(stored.dashboard), [stored])
  return <DashboardView key={location} uid={undefined} stored={stored} loaded={loaded} />
}
