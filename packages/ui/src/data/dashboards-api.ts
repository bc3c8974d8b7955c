// Dashboards on the server, through the part of Grafana's HTTP API that it speaks.
import type { JsonObject } from '@pharos/dashboards'
import type { Api } from './api.ts'
import { dashboardJsonPath, DASHBOARDS_PATH } from './dashboard-paths.ts'

export interface DashboardHit {
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
  readonly folderTitle?: string
  readonly folderUid?: string
  readonly type: string
  readonly url?: string
}

export interface DashboardMeta {
  readonly version?: number
  readonly slug?: string
  readonly folderTitle?: string
  readonly folderUid?: string
  readonly canSave?: boolean
  readonly provisioned?: boolean
  readonly provisionedExternalId?: string
  readonly created?: string
  readonly updated?: string
  readonly updatedBy?: string
}

export interface StoredDashboard {
  readonly dashboard: JsonObject
  readonly meta: DashboardMeta
}

export interface SavedDashboard {
  readonly uid: string
  readonly version: number
  readonly slug?: string
  readonly url?: string
}

interface DashboardVersion {
  readonly version: number
  readonly created: string
  readonly createdBy?: string
  readonly message?: string
}

export async function searchDashboards(api: Api, signal?: AbortSignal): Promise<DashboardHit[]> {
  return api.json('GET', DASHBOARDS_PATH, undefined, signal)
}

export async function fetchDashboard(
  api: Api,
  uid: string,
  signal?: AbortSignal,
): Promise<StoredDashboard> {
  return api.json('GET', dashboardJsonPath(uid), undefined, signal)
}

/**
 * @throws ApiError 412 when somebody else saved meanwhile; `overwrite` saves all the same
 */
export async function saveDashboard(
  api: Api,
  save: {
    readonly dashboard: JsonObject
    readonly message: string
    readonly overwrite: boolean
    readonly folderUid?: string | undefined
  },
): Promise<SavedDashboard> {
  return api.json('POST', 'api/dashboards/db', save)
}

export async function deleteDashboard(api: Api, uid: string): Promise<void> {
  await api.json('DELETE', dashboardJsonPath(uid))
}

export async function listVersions(
  api: Api,
  uid: string,
  signal?: AbortSignal,
): Promise<DashboardVersion[]> {
  const path = `${dashboardJsonPath(uid)}/versions`
  const answer = await api.json<DashboardVersion[] | { versions: DashboardVersion[] }>(
    'GET',
    path,
    undefined,
    signal,
  )
  // Newer versions of the API wrap the list.
  return 'versions' in answer ? answer.versions : answer
}

export async function fetchVersion(
  api: Api,
  uid: string,
  version: number,
  signal?: AbortSignal,
): Promise<JsonObject> {
  const path = `${dashboardJsonPath(uid)}/versions/${version}`
  const { data } = await api.json<{ data: JsonObject }>('GET', path, undefined, signal)
  return data
}

/** The path of a dashboard's page. */
export function dashboardPath(uid: string, title: string): string {
  const slug = slugOf(title)
  return `/d/${encodeURIComponent(uid)}${slug === '' ? '' : `/${slug}`}`
}

/** A title as it stands in an address: `Node Exporter / Full` is `node-exporter-full`. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
}
