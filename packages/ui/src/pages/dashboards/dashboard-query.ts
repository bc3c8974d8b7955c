import type { Api } from '../../data/api.ts'
import { fetchDashboard, type StoredDashboard } from '../../data/dashboards-api.ts'
import type { AskedQuery } from '../use-api.ts'

/** A dashboard of the server, by its uid. */
export function dashboardQuery(api: Api, uid: string): AskedQuery<StoredDashboard> {
  return {
    queryKey: ['dashboard', uid],
    queryFn: ({ signal }) => fetchDashboard(api, uid, signal),
    retry: false,
    staleTime: Infinity,
  }
}
