// Rule files changed over HTTP, with the paths of Mimir's ruler. Off unless the server allows it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import { answerData, type Payload } from './answer.ts'
import { ApiError, badData } from './api-error.ts'
import type { ApiServices, RuleFiles } from './api-services.ts'
import { jsonText } from './json-text.ts'

interface Named {
  readonly namespace: string
  readonly group?: string
}

interface OfNamespace {
  Params: Named
}

export function registerRuleFileRoutes(app: FastifyInstance, services: ApiServices): void {
  const files = (): RuleFiles => {
    if (services.ruleFiles === undefined)
      throw new ApiError(
        'unavailable',
        'changing rules by HTTP is off; --web.enable-rules-api allows it',
      )
    return services.ruleFiles
  }
  app.get('/api/v1/rule-namespaces', async (_request, reply) => {
    const known = services.ruleFiles
    const names = known === undefined ? [] : await known.namespaces()
    return answerData(
      reply,
      `{"enabled":${known !== undefined},"directory":${jsonText(known?.directory ?? '')},"namespaces":${JSON.stringify(names)}}`,
    )
  })
  app.get<OfNamespace>('/api/v1/rules/:namespace', async (request, reply) => {
    const { namespace } = request.params
    const groups = await asBadData(() => files().groups(namespace))
    if (groups.size === 0) throw new ApiError('not_found', 'no rule groups found')
    const items = [...groups.values()].map((text) => text.trimEnd().replaceAll('\n', '\n      '))
    return yaml(reply, `${JSON.stringify(namespace)}:\n    - ${items.join('\n    - ')}\n`)
  })
  app.get<OfNamespace>('/api/v1/rules/:namespace/:group', async (request, reply) => {
    const { namespace, group = '' } = request.params
    const text = (await asBadData(() => files().groups(namespace))).get(group)
    if (text === undefined) throw new ApiError('not_found', 'group does not exist')
    return yaml(reply, text)
  })
  app.post<OfNamespace>('/api/v1/rules/:namespace', async (request, reply) => {
    await asBadData(() => files().put(request.params.namespace, textOf(request)))
    await services.reload()
    return accepted(reply)
  })
  const remove = async (
    request: FastifyRequest<OfNamespace>,
    reply: FastifyReply,
  ): Promise<FastifyReply | Payload> => {
    const { namespace, group } = request.params
    if (!(await asBadData(() => files().delete(namespace, group))))
      throw new ApiError(
        'not_found',
        group === undefined ? 'no rule groups found' : 'group does not exist',
      )
    await services.reload()
    return accepted(reply)
  }
  app.delete<OfNamespace>('/api/v1/rules/:namespace', remove)
  app.delete<OfNamespace>('/api/v1/rules/:namespace/:group', remove)
}

function textOf({ body }: FastifyRequest): string {
  if (Buffer.isBuffer(body)) return body.toString('utf8')
  if (typeof body === 'string') return body
  if (typeof body === 'object' && body !== null && !(body instanceof URLSearchParams))
    return JSON.stringify(body)
  throw badData('wants one rule group, as YAML')
}

function yaml(reply: FastifyReply, text: string): FastifyReply | Payload {
  return reply.type('application/yaml; charset=utf-8').send(text)
}

function accepted(reply: FastifyReply): FastifyReply | Payload {
  return answerData(reply.code(202), 'null')
}

/** Whatever is wrong with names and files is the fault of the request. */
async function asBadData<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof ApiError) throw error
    throw badData(error.message)
  }
}
