import { firingCount } from '../data/firing-count.ts'
import type { AlertsData } from '../data/api-types.ts'
import { useApi } from './use-api.ts'

const REFRESH_MS = 15_000

/** How many alerts fire; 0 also as long as nobody knows. Asked once for all that show it. */
export function useFiringCount(): number {
  const alerts = useApi<AlertsData>('alerts', {}, { everyMs: REFRESH_MS })
  return firingCount(alerts.data?.data.alerts ?? [])
}
