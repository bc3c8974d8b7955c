// Where dashboards are, below the base.

/** Lists of dashboards longer than this are cut by the server. */
const HITS_MAX = 5000

export const DASHBOARDS_PATH: string = `api/search?type=dash-db&limit=${HITS_MAX}`

export function dashboardJsonPath(uid: string): string {
  return `api/dashboards/uid/${encodeURIComponent(uid)}`
}
