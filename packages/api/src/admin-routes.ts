// Administration of the store: hiding series, making that final, taking it back, and snapshots. Codes and texts are the
// reference's; `undelete_series` is ours.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import { FOR_ADMINS } from '@pharos/http'
import { goQuote, type Matcher } from '@pharos/model'
import { parseSelector } from '@pharos/promql'
import { answerData, type Payload } from './answer.ts'
import { ApiError, badData, invalidParameter } from './api-error.ts'
import type { ApiServices, StoreAdministration } from './api-services.ts'
import { jsonText } from './json-text.ts'
import { MAX_TIME_MS, MIN_TIME_MS, RequestForm } from './request-form.ts'

type Answer = (
  store: StoreAdministration,
  form: RequestForm,
  reply: FastifyReply,
) => Promise<FastifyReply | Payload>

export function registerAdminRoutes(app: FastifyInstance, services: ApiServices): void {
  const change = (name: string, answer: Answer): void => {
    app.route({
      method: ['POST', 'PUT'],
      url: `/api/v1/admin/tsdb/${name}`,
      config: FOR_ADMINS,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const { administration } = services
        if (!services.enableAdminApi || administration === undefined)
          throw new ApiError('unavailable', 'admin APIs disabled')
        return answer(administration, new RequestForm(request), reply)
      },
    })
  }
  change('delete_series', async (store, form, reply) => {
    const texts = selectorTexts(form)
    const fromMs = form.timeOr('start', MIN_TIME_MS)
    const toMs = form.timeOr('end', MAX_TIME_MS)
    await store.deleteSeries(texts.map(selectorOf), fromMs, toMs)
    return reply.code(204).send()
  })
  change('undelete_series', async (store, form, reply) => {
    const count = await store.undeleteSeries(selectorTexts(form).map(selectorOf))
    if (count === 0)
      throw new ApiError(
        'not_found',
        'no deletion with these matchers can be taken back: it was never made, or its files were rewritten since',
      )
    return reply.code(204).send()
  })
  change('clean_tombstones', async (store, _form, reply) => {
    await store.cleanTombstones()
    return reply.code(204).send()
  })
  change('snapshot', async (store, form, reply) => {
    const name = await store.snapshot(truthOf('skip_head', form.get('skip_head')))
    return answerData(reply, `{"name":${jsonText(name)}}`)
  })
}

function selectorTexts(form: RequestForm): string[] {
  const texts = form.all('match[]')
  if (texts.length === 0) throw badData('no match[] parameter provided')
  return texts
}

function selectorOf(text: string): readonly Matcher[] {
  try {
    return parseSelector(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw invalidParameter('match[]', error.message)
  }
}

const TRUE: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE: readonly string[] = ['', '0', 'f', 'F', 'false', 'FALSE', 'False']

/** What Go's strconv.ParseBool takes; a missing parameter is false. */
function truthOf(name: string, text: string): boolean {
  if (TRUE.includes(text)) return true
  if (FALSE.includes(text)) return false
  throw invalidParameter(
    name,
    `unable to parse boolean: strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`,
  )
}
