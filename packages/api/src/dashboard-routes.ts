// The part of Grafana's HTTP API that tools for dashboards use: dashboards, folders, search, versions, import.
//
// @source  Grafana's HTTP API reference (public documentation), shapes of version 11

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import { type JsonObject, withInputs } from '@pharos/dashboards'
import {
  type DashboardStore,
  slugOf,
  type StoredDashboard,
  uidOfPath,
} from '@pharos/dashboards/store'
import { DASHBOARD_BODY_BYTES, SEARCH_HITS_DEFAULT, SEARCH_HITS_MAX } from './limits.ts'

export interface DashboardServices {
  readonly store: DashboardStore
  /** '' or `/prefix`, in front of the addresses of pages. */
  readonly prefix: string
}

const STATUS: Readonly<Record<string, number>> = {
  'dashboards/version': 412,
  'dashboards/too-large': 413,
  'dashboards/read-only': 400,
}

/** Adds `/api/dashboards/…`, `/api/search` and `/api/folders…`. */
export function registerDashboardRoutes(app: FastifyInstance, services: DashboardServices): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof UserError)) throw error
      const code = STATUS[error.code] ?? 400
      const status = error.code === 'dashboards/version' ? 'version-mismatch' : 'bad-data'
      return reply.code(code).send({ status, message: error.message })
    })
    registerSearch(scope, services)
    registerDashboards(scope, services)
    registerVersions(scope, services)
    registerFolders(scope, services)
  })
}

function registerSearch(app: FastifyInstance, { store, prefix }: DashboardServices): void {
  app.get('/api/search', async (request, reply) => {
    const asked = queryOf(request)
    const text = asked.get('query')?.toLowerCase() ?? ''
    const tags = asked.getAll('tag')
    const uids = [...asked.getAll('dashboardUIDs'), ...asked.getAll('dashboardUID')]
    const folders = [...asked.getAll('folderUIDs'), ...asked.getAll('folderUid')]
    const limit = Math.min(SEARCH_HITS_MAX, Number(asked.get('limit')) || SEARCH_HITS_DEFAULT)
    const page = Math.max(1, Number(asked.get('page')) || 1)
    const type = asked.get('type') ?? ''
    const hits: JsonObject[] = []
    if (type !== 'dash-db' && uids.length === 0 && tags.length === 0) {
      for (const folder of await store.folders())
        if (folder.toLowerCase().includes(text))
          hits.push({ ...folderJson(folder, prefix), type: 'dash-folder', tags: [] })
    }
    if (type !== 'dash-folder') {
      for (const one of await store.list()) {
        const isMeant =
          one.title.toLowerCase().includes(text) &&
          tags.every((tag) => one.tags.includes(tag)) &&
          (uids.length === 0 || uids.includes(one.uid)) &&
          (folders.length === 0 ||
            folders.includes(one.folder === '' ? 'general' : uidOfPath(one.folder)))
        if (isMeant) hits.push(hitJson(one, prefix))
      }
    }
    return reply.send(hits.slice((page - 1) * limit, page * limit))
  })
  app.get('/api/dashboards/tags', async (_request, reply) => {
    const counts = new Map<string, number>()
    for (const { tags } of await store.list())
      for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
    return reply.send(
      [...counts]
        .map(([term, count]) => ({ term, count }))
        .sort((a, b) => (a.term < b.term ? -1 : 1)),
    )
  })
  // Ours: files that could not be read, for the list page.
  app.get('/api/dashboards/problems', async (_request, reply) => reply.send(await store.problems()))
}

function registerDashboards(app: FastifyInstance, { store, prefix }: DashboardServices): void {
  app.get('/api/dashboards/uid/:uid', async (request, reply) => {
    const one = await store.get(uidIn(request))
    return one === undefined
      ? notFound(reply)
      : reply.send({ meta: metaJson(one, prefix), dashboard: dashboardJson(one) })
  })
  // Ours: the file as it lies there, byte for byte.
  app.get('/api/dashboards/uid/:uid/file', async (request, reply) => {
    const one = await store.get(uidIn(request))
    return one === undefined ? notFound(reply) : reply.type('application/json').send(one.text)
  })
  app.delete('/api/dashboards/uid/:uid', async (request, reply) => {
    const uid = uidIn(request)
    const one = await store.get(uid)
    if (one === undefined || !(await store.remove(uid))) return notFound(reply)
    return reply.send({ title: one.title, message: `Dashboard ${one.title} deleted`, uid })
  })
  app.post('/api/dashboards/db', { bodyLimit: DASHBOARD_BODY_BYTES }, async (request, reply) => {
    const body = bodyOf(request)
    const dashboard = objectIn(body, 'dashboard')
    const saved = await store.save({
      dashboard: withoutId(dashboard),
      folder: await folderOf(store, body['folderUid'], body['folderUID']),
      message: typeof body['message'] === 'string' ? body['message'] : '',
      isOverwriting: body['overwrite'] === true,
    })
    return reply.send(savedJson(saved, prefix))
  })
  app.post(
    '/api/dashboards/import',
    { bodyLimit: DASHBOARD_BODY_BYTES },
    async (request, reply) => {
      const body = bodyOf(request)
      const given = Array.isArray(body['inputs']) ? (body['inputs'] as unknown[]) : []
      const chosen = new Map(
        given.flatMap((one) => {
          const { name, value } = one as { name?: unknown; value?: unknown }
          return typeof name === 'string' && typeof value === 'string'
            ? [[name, value] as const]
            : []
        }),
      )
      const saved = await store.save({
        dashboard: withoutId(withInputs(objectIn(body, 'dashboard'), chosen)),
        folder: await folderOf(store, body['folderUid'], body['folderUID']),
        message: 'imported',
        isOverwriting: body['overwrite'] === true,
      })
      return reply.send({
        ...savedJson(saved, prefix),
        title: saved.title,
        imported: true,
        importedUrl: pageOf(saved, prefix),
        importedUri: `db/${slugOf(saved.title)}`,
        pluginId: '',
        revision: saved.version,
      })
    },
  )
}

function registerVersions(app: FastifyInstance, { store, prefix }: DashboardServices): void {
  app.get('/api/dashboards/uid/:uid/versions', async (request, reply) => {
    const uid = uidIn(request)
    const versions = await store.versions(uid)
    if (versions.length === 0) return notFound(reply)
    return reply.send(
      versions.map(({ version, createdMs, message }) => ({
        id: version,
        uid,
        version,
        parentVersion: version - 1,
        restoredFrom: 0,
        created: new Date(createdMs).toISOString(),
        createdBy: '',
        message,
      })),
    )
  })
  app.get('/api/dashboards/uid/:uid/versions/:version', async (request, reply) => {
    const { version } = request.params as { version: string }
    const text = await store.versionText(uidIn(request), Number(version))
    if (text === undefined) return notFound(reply)
    return reply.send({
      uid: uidIn(request),
      version: Number(version),
      data: JSON.parse(text) as unknown,
    })
  })
  app.post('/api/dashboards/uid/:uid/restore', async (request, reply) => {
    const uid = uidIn(request)
    const version = Number(bodyOf(request)['version'])
    const text = await store.versionText(uid, version)
    if (text === undefined) return notFound(reply)
    const saved = await store.save({
      // The cast: it was an object when it was kept.
      dashboard: { ...(JSON.parse(text) as JsonObject), uid },
      message: `restored from version ${version}`,
      isOverwriting: true,
    })
    return reply.send(savedJson(saved, prefix))
  })
}

function registerFolders(app: FastifyInstance, { store, prefix }: DashboardServices): void {
  app.get('/api/folders', async (_request, reply) =>
    reply.send((await store.folders()).map((folder) => folderJson(folder, prefix))),
  )
  app.get('/api/folders/:uid', async (request, reply) => {
    const uid = uidIn(request)
    if (uid === 'general') return reply.send({ id: 0, uid: 'general', title: 'General', url: '' })
    const folder = (await store.folders()).find((one) => uidOfPath(one) === uid)
    return folder === undefined ? notFound(reply) : reply.send(folderJson(folder, prefix))
  })
  app.post('/api/folders', async (request, reply) => {
    const { title } = bodyOf(request)
    const folder = await store.makeFolder(typeof title === 'string' ? title : '')
    return reply.send(folderJson(folder, prefix))
  })
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

function uidIn(request: FastifyRequest): string {
  return (request.params as { uid: string }).uid
}

function bodyOf(request: FastifyRequest): JsonObject {
  const { body } = request
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && !Buffer.isBuffer(body))
    // The cast: any object; its keys are checked where they are read.
    return body as JsonObject
  throw new UserError('dashboards/body', 'the body wants to be a JSON object')
}

function objectIn(body: JsonObject, key: string): JsonObject {
  const value = body[key]
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject
  throw new UserError('dashboards/body', `the body wants an object under ${JSON.stringify(key)}`)
}

/** The number that a database gave it elsewhere means nothing here. */
function withoutId(dashboard: JsonObject): JsonObject {
  return 'id' in dashboard ? { ...dashboard, id: null } : dashboard
}

async function folderOf(
  store: DashboardStore,
  ...uids: readonly unknown[]
): Promise<string | undefined> {
  const uid = uids.find((one) => typeof one === 'string' && one !== '')
  if (uid === undefined) return undefined
  if (uid === 'general') return ''
  return (
    (await store.folders()).find((folder) => uidOfPath(folder) === uid) ?? String(uid as string)
  )
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ message: 'Dashboard not found', status: 'not-found' })
}

function dashboardJson(one: StoredDashboard): unknown {
  const json = JSON.parse(one.text) as JsonObject
  const inner = json['dashboard']
  const dashboard = typeof inner === 'object' && inner !== null ? (inner as JsonObject) : json
  // A file that was exported for others asks for a data source: it is ours, also when nobody imported it here.
  const isAsking = '__inputs' in dashboard || one.text.includes('${DS_')
  const filled = isAsking ? withInputs(dashboard) : dashboard
  return { ...filled, uid: one.uid, version: one.version }
}

function pageOf({ uid, title }: StoredDashboard, prefix: string): string {
  return `${prefix}/d/${uid}/${encodeURIComponent(slugOf(title))}`
}

function savedJson(one: StoredDashboard, prefix: string): JsonObject {
  return {
    id: idOf(one.uid),
    uid: one.uid,
    url: pageOf(one, prefix),
    status: 'success',
    version: one.version,
    slug: slugOf(one.title),
    folderUid: one.folder === '' ? '' : uidOfPath(one.folder),
  }
}

function hitJson(one: StoredDashboard, prefix: string): JsonObject {
  return {
    id: idOf(one.uid),
    uid: one.uid,
    title: one.title,
    uri: `db/${slugOf(one.title)}`,
    url: pageOf(one, prefix),
    slug: '',
    type: 'dash-db',
    tags: one.tags,
    isStarred: false,
    sortMeta: 0,
    ...(one.folder === ''
      ? {}
      : {
          folderUid: uidOfPath(one.folder),
          folderTitle: one.folder,
          folderUrl: `${prefix}/dashboards`,
        }),
  }
}

function folderJson(folder: string, prefix: string): JsonObject {
  const uid = uidOfPath(folder)
  return {
    id: idOf(uid),
    uid,
    title: folder,
    url: `${prefix}/dashboards/f/${uid}/${encodeURIComponent(slugOf(folder))}`,
  }
}

function metaJson(one: StoredDashboard, prefix: string): JsonObject {
  return {
    type: 'db',
    canSave: true,
    canEdit: true,
    canAdmin: true,
    canStar: false,
    canDelete: !one.isReadOnly,
    slug: slugOf(one.title),
    url: pageOf(one, prefix),
    updated: new Date(one.modifiedMs).toISOString(),
    version: one.version,
    hasAcl: false,
    isFolder: false,
    folderUid: one.folder === '' ? '' : uidOfPath(one.folder),
    folderTitle: one.folder === '' ? 'General' : one.folder,
    provisioned: one.isReadOnly,
    provisionedExternalId: one.path,
  }
}

/** Tools want a number; the same for the same uid. */
function idOf(uid: string): number {
  let hash = 17
  for (const letter of uid) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) & 0x7fffffff
  return hash || 1
}
