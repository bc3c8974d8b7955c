// History, acknowledgements and comments: what only we have.
import type { FastifyInstance } from 'fastify'
import type { AlertManager } from '../alert-manager.ts'
import { HISTORY_TYPES, type HistoryEntry, type HistoryQuery } from '../history.ts'
import {
  allOf,
  bad,
  bodyOf,
  fieldsOf,
  lastOf,
  listOf,
  matchersOf,
  parsedTime,
  type Query,
  queryOf,
  requiredText,
  sendJson,
  textOf,
  timeText,
} from './answers.ts'

const LIMIT_DEFAULT = 100
const LIMIT_MAX = 1000

function historyQuery(query: Query): HistoryQuery {
  const types = allOf(query, 'type')
  const unknown = types.find((type) => !HISTORY_TYPES.some((known) => known === type))
  if (unknown !== undefined) throw bad(`type: wants one of ${HISTORY_TYPES.join(', ')}`)
  const limit = lastOf(query, 'limit') === '' ? LIMIT_DEFAULT : Number(lastOf(query, 'limit'))
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw bad(`limit: wants a whole number from 1 to ${LIMIT_MAX}`)
  const cursor = lastOf(query, 'cursor')
  if (!/^\d*$/.test(cursor)) throw bad('cursor: wants what nextCursor said')
  const time = (name: string, absent: number): number =>
    lastOf(query, name) === '' ? absent : parsedTime(lastOf(query, name), name)
  return {
    types,
    matchers: matchersOf(query, 'filter'),
    fingerprint: lastOf(query, 'fingerprint'),
    receiver: lastOf(query, 'receiver'),
    startMs: time('start', 0),
    endMs: time('end', Number.POSITIVE_INFINITY),
    beforeId: cursor === '' ? Number.POSITIVE_INFINITY : Number(cursor),
    limit,
  }
}

function entryJson(entry: HistoryEntry): Readonly<Record<string, unknown>> {
  const { id, atMs, labels, type, ...others } = entry
  return { id: String(id), at: timeText(atMs), type, labels: labels.toObject(), ...others }
}

const COLUMNS = [
  'at',
  'type',
  'labels',
  'fingerprint',
  'receiver',
  'integration',
  'firing',
  'resolved',
  'reason',
  'by',
  'text',
  'silenceID',
  'error',
]

/** A cell that a spreadsheet takes as text, never as a formula. */
function csvCell(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

function csv(entries: readonly HistoryEntry[]): string {
  const rows = entries.map((entry) => {
    const cells: Readonly<Record<string, unknown>> = {
      ...entryJson(entry),
      labels: entry.labels.toString(),
    }
    return COLUMNS.map((name) => csvCell(cells[name])).join(',')
  })
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`
}

function fingerprints(manager: AlertManager, list: readonly unknown[]): string[] {
  if (list.length === 0) throw bad('fingerprints: wants at least one')
  return list.map((one) => {
    if (typeof one !== 'string' || manager.alerts.get(one) === undefined)
      throw bad(`fingerprints: no alert ${JSON.stringify(one)}`)
    return one
  })
}

export function registerHistoryRoutes(scope: FastifyInstance, manager: AlertManager): void {
  scope.get('/history', async (request, reply) => {
    const query = queryOf(request)
    const wanted = historyQuery(query)
    const entries = manager.history.query(wanted)
    if (lastOf(query, 'format') === 'csv')
      return reply
        .header('Content-Type', 'text/csv; charset=utf-8')
        .header('Content-Disposition', 'attachment; filename="alert-history.csv"')
        .send(csv(entries))
    const isMore = entries.length === wanted.limit
    return sendJson(reply, {
      entries: entries.map(entryJson),
      ...(isMore ? { nextCursor: String(entries.at(-1)!.id) } : {}),
    })
  })
  scope.post('/alerts/ack', async (request, reply) => {
    const fields = fieldsOf(bodyOf(request), 'body')
    const mode = textOf(fields, 'mode') === '' ? 'ack' : textOf(fields, 'mode')
    if (mode !== 'ack' && mode !== 'mute') throw bad('mode: wants ack or mute')
    const by = requiredText(fields, 'by')
    const comment = textOf(fields, 'comment')
    const wanted = fingerprints(manager, listOf(fields, 'fingerprints'))
    for (const fingerprint of wanted) {
      await manager.remarks.acknowledge(fingerprint, { by, comment, mode })
      const { labels } = manager.alerts.get(fingerprint)!
      manager.history.add({ type: 'acked', labels, fingerprint, by, text: comment, reason: mode })
    }
    return sendJson(reply, { acked: wanted.length })
  })
  scope.delete('/alerts/ack', async (request, reply) => {
    const fields = fieldsOf(bodyOf(request), 'body')
    const by = requiredText(fields, 'by')
    let unacked = 0
    for (const fingerprint of fingerprints(manager, listOf(fields, 'fingerprints'))) {
      if (!(await manager.remarks.takeBack(fingerprint))) continue
      unacked++
      const { labels } = manager.alerts.get(fingerprint)!
      manager.history.add({ type: 'unacked', labels, fingerprint, by })
    }
    return sendJson(reply, { unacked })
  })
  scope.post('/alerts/comments', async (request, reply) => {
    const fields = fieldsOf(bodyOf(request), 'body')
    const [fingerprint] = fingerprints(manager, [textOf(fields, 'fingerprint')])
    const by = requiredText(fields, 'by')
    const text = requiredText(fields, 'text')
    await manager.remarks.comment(fingerprint!, { by, text })
    const { labels } = manager.alerts.get(fingerprint!)!
    manager.history.add({ type: 'commented', labels, fingerprint: fingerprint!, by, text })
    return sendJson(reply, {})
  })
}
