// Annotations in the shape of Grafana's HTTP API: what deployment tools send and dashboards show.
//
// @source  Grafana's HTTP API reference (public documentation), annotations

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import type { JsonObject } from '@pharos/dashboards'
import type { Annotation, AnnotationDraft, AnnotationStore } from '@pharos/dashboards/store'
import { ANNOTATION_HITS_MAX, TAG_HITS_DEFAULT } from './limits.ts'

/** Adds `/api/annotations…`. */
export function registerAnnotationRoutes(app: FastifyInstance, store: AnnotationStore): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof UserError)) throw error
      return reply.code(400).send({ message: error.message })
    })
    registerReading(scope, store)
    registerWriting(scope, store)
  })
}

function registerReading(app: FastifyInstance, store: AnnotationStore): void {
  app.get('/api/annotations', async (request, reply) => {
    const at = request.url.indexOf('?')
    const asked = new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
    const number = (name: string): number | undefined => {
      const text = asked.get(name) ?? ''
      return /^-?\d+$/.test(text) ? Number(text) : undefined
    }
    // Alerts have their own history here.
    if (asked.get('type') === 'alert') return reply.send([])
    const uid = asked.get('dashboardUID') ?? asked.get('dashboardUid') ?? ''
    const found = await store.list({
      fromMs: number('from'),
      toMs: number('to'),
      dashboardUID: uid === '' ? undefined : uid,
      panelId: number('panelId'),
      tags: asked.getAll('tags'),
      matchAny: asked.get('matchAny') === 'true',
      limit: Math.min(ANNOTATION_HITS_MAX, number('limit') || 100),
    })
    return reply.send(found.map(annotationJson))
  })
  app.get('/api/annotations/tags', async (_request, reply) => {
    const counts = new Map<string, number>()
    for (const { tags } of await store.list({ limit: ANNOTATION_HITS_MAX }))
      for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
    const tags = [...counts]
      .map(([tag, count]) => ({ tag, count }))
      .sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1))
    return reply.send({ result: { tags: tags.slice(0, TAG_HITS_DEFAULT) } })
  })
  app.get('/api/annotations/:id', async (request, reply) => {
    const found = await store.get(idIn(request))
    return found === undefined ? notFound(reply) : reply.send(annotationJson(found))
  })
}

function registerWriting(app: FastifyInstance, store: AnnotationStore): void {
  app.post('/api/annotations', async (request, reply) => {
    const { id } = await store.add(draftOf(bodyOf(request)))
    return reply.send({ message: 'Annotation added', id })
  })
  // What tools for Graphite send: `when` in seconds, `data` below `what`.
  app.post('/api/annotations/graphite', async (request, reply) => {
    const { what, data, when, tags } = bodyOf(request)
    const text = [what, data].filter((part) => typeof part === 'string' && part !== '').join('\n')
    const { id } = await store.add({
      text,
      tags: typeof tags === 'string' ? tags.split(/\s+/).filter(Boolean) : textsOf(tags),
      ...(typeof when === 'number' ? { time: Math.round(when * 1000) } : {}),
    })
    return reply.send({ message: 'Graphite annotation added', id })
  })
  for (const method of ['PUT', 'PATCH'] as const)
    app.route({
      method,
      url: '/api/annotations/:id',
      handler: async (request, reply) => {
        const changed = await store.change(idIn(request), draftOf(bodyOf(request)))
        if (changed === undefined) return notFound(reply)
        return reply.send({
          message: method === 'PUT' ? 'Annotation updated' : 'Annotation patched',
        })
      },
    })
  app.delete('/api/annotations/:id', async (request, reply) =>
    (await store.remove(idIn(request)))
      ? reply.send({ message: 'Annotation deleted' })
      : notFound(reply),
  )
}

function draftOf(body: JsonObject): AnnotationDraft {
  const { dashboardUID, panelId, time, timeEnd, tags, text } = body
  return {
    ...(typeof dashboardUID === 'string' ? { dashboardUID } : {}),
    ...(typeof panelId === 'number' ? { panelId } : {}),
    ...(typeof time === 'number' ? { time } : {}),
    ...(typeof timeEnd === 'number' && timeEnd !== 0 ? { timeEnd } : {}),
    ...(tags === undefined || tags === null ? {} : { tags: textsOf(tags) }),
    ...(typeof text === 'string' ? { text } : {}),
  }
}

function textsOf(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new UserError('dashboards/annotation', 'tags want to be a list of texts')
}

function annotationJson(one: Annotation): JsonObject {
  return {
    ...one,
    alertId: 0,
    alertName: '',
    dashboardId: 0,
    userId: 0,
    newState: '',
    prevState: '',
    login: '',
    email: '',
    avatarUrl: '',
    data: {},
  }
}

function idIn(request: FastifyRequest): number {
  return Number((request.params as { id: string }).id)
}

function bodyOf(request: FastifyRequest): JsonObject {
  const { body } = request
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && !Buffer.isBuffer(body))
    // The cast: any object; its keys are checked where they are read.
    return body as JsonObject
  throw new UserError('dashboards/body', 'the body wants to be a JSON object')
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ message: 'Annotation not found' })
}
