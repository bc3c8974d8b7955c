// Silences, as the reference's API has them.
import { UserError } from '@pharos/base'
import { AlertMatcher, type MatchType } from '@pharos/model'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { AlertManager } from '../alert-manager.ts'
import { type Silence, type SilenceState, silenceState } from '../silence.ts'
import {
  AlertApiError,
  bad,
  bodyOf,
  type Fields,
  fieldsOf,
  flagOf,
  labelsOf,
  listOf,
  matchersOf,
  queryOf,
  requiredText,
  sendJson,
  switchOf,
  textOf,
  timeOf,
  timeText,
} from './answers.ts'

function silenceJson(silence: Silence, nowMs: number): Readonly<Record<string, unknown>> {
  return {
    id: silence.id,
    status: { state: silenceState(silence, nowMs) },
    updatedAt: timeText(silence.updatedAtMs),
    annotations: silence.annotations.toObject(),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: timeText(silence.endsAtMs),
    matchers: silence.matcherSets.flat().map((one) => ({
      isEqual: !one.isNegative,
      isRegex: one.isRegex,
      name: one.name,
      value: one.value,
    })),
    startsAt: timeText(silence.startsAtMs),
  }
}

function matcherType(isEqual: boolean, isRegex: boolean): MatchType {
  if (isRegex) return isEqual ? '=~' : '!~'
  return isEqual ? '=' : '!='
}

function matcherOf(value: unknown): AlertMatcher {
  const fields = fieldsOf(value, 'matcher')
  const type = matcherType(flagOf(fields, 'isEqual', true), flagOf(fields, 'isRegex', false))
  return new AlertMatcher(type, requiredText(fields, 'name'), textOf(fields, 'value'))
}

/** Whether a silence has each of some matchers, as they stand. @source Alertmanager api/v2 */
export function hasMatchers(silence: Silence, wanted: readonly AlertMatcher[]): boolean {
  const own = silence.matcherSets.flat()
  return wanted.every((one) => own.some((matcher) => matcher.equals(one)))
}

const ORDER: readonly SilenceState[] = ['active', 'pending', 'expired']

/** Active ones by their end, pending ones by their start, then those that ended, the last one first. */
function compareSilences(a: Silence, b: Silence, nowMs: number): number {
  const state = silenceState(a, nowMs)
  const byState = ORDER.indexOf(state) - ORDER.indexOf(silenceState(b, nowMs))
  if (byState !== 0) return byState
  if (state === 'active') return a.endsAtMs - b.endsAtMs
  return state === 'pending' ? a.startsAtMs - b.startsAtMs : b.endsAtMs - a.endsAtMs
}

async function post(manager: AlertManager, fields: Fields, reply: FastifyReply): Promise<unknown> {
  const nowMs = manager.options.clock.now()
  const startsAtMs = timeOf(fields, 'startsAt') ?? nowMs
  const endsAtMs = timeOf(fields, 'endsAt')
  if (endsAtMs === undefined) throw bad('endsAt is required')
  if (endsAtMs <= startsAtMs)
    throw bad('failed to create silence: start time must be before end time')
  if (endsAtMs < nowMs) throw bad("failed to create silence: end time can't be in the past")
  const matchers = listOf(fields, 'matchers').map(matcherOf)
  if (matchers.length === 0) throw bad('matchers is required')
  try {
    const silenceID = await manager.silences.set({
      id: textOf(fields, 'id'),
      matcherSets: [matchers],
      startsAtMs,
      endsAtMs,
      createdBy: requiredText(fields, 'createdBy'),
      comment: requiredText(fields, 'comment'),
      annotations: labelsOf(fields, 'annotations'),
    })
    return sendJson(reply, { silenceID })
  } catch (error) {
    if (error instanceof UserError && error.code === 'alertmanager/silence-not-found')
      throw new AlertApiError(error.code, error.message, 404)
    throw error
  }
}

export function registerSilenceRoutes(scope: FastifyInstance, manager: AlertManager): void {
  const { clock } = manager.options
  scope.get('/silences', async (request, reply) => {
    const query = queryOf(request)
    const matchers = matchersOf(query, 'filter')
    const nowMs = clock.now()
    const shown = new Set(ORDER.filter((state) => switchOf(query, state)))
    const found = manager.silences
      .all()
      .filter((one) => shown.has(silenceState(one, nowMs)) && hasMatchers(one, matchers))
      .sort((a, b) => compareSilences(a, b, nowMs))
    return sendJson(
      reply,
      found.map((one) => silenceJson(one, nowMs)),
    )
  })
  scope.post('/silences', async (request, reply) =>
    post(manager, fieldsOf(bodyOf(request), 'silence'), reply),
  )
  scope.get<{ Params: { id: string } }>('/silence/:id', async (request, reply) => {
    const silence = manager.silences.get(request.params.id)
    if (silence === undefined) return reply.code(404).send()
    return sendJson(reply, silenceJson(silence, clock.now()))
  })
  scope.delete<{ Params: { id: string } }>('/silence/:id', async (request, reply) => {
    if (manager.silences.get(request.params.id) === undefined) return reply.code(404).send()
    try {
      await manager.silences.expire(request.params.id)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new AlertApiError(error.code, `silence ${request.params.id} already expired`, 500)
    }
    return reply.code(200).send()
  })
}
