// What a dashboard's page asks for first, asked while its code is still on its way.
import type { QueryClient } from '@tanstack/react-query'
import type { Api } from '../../data/api.ts'
import { fetchDashboard, type StoredDashboard } from '../../data/dashboards-api.ts'
import { apiQuery, type AskedQuery } from '../use-api.ts'

/** A dashboard of the server, by its uid. */
export function dashboardQuery(api: Api, uid: string): AskedQuery<StoredDashboard> {
  return {
    queryKey: ['dashboard', uid],
    queryFn: ({ signal }) => fetchDashboard(api, uid, signal),
    retry: false,
    staleTime: Infinity,
  }
}

/** @param path  `/d/:uid` or `/d/:uid/:slug` */
export function askDashboardAhead(api: Api, queries: QueryClient, path: string): void {
  void queries.prefetchQuery(dashboardQuery(api, decodeURIComponent(path.split('/')[2] ?? '')))
  void queries.prefetchQuery(apiQuery(api, 'status/config', {}))
}
