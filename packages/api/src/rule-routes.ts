// Rules, alerts and where alerts go. This server evaluates no rules yet: the answers say truthfully that
// there are none, and refuse the questions that the reference refuses.

import type { FastifyInstance } from 'fastify'
import { sendData } from './answer.ts'
import { badData, invalidParameter } from './api-error.ts'
import { RequestForm, wholeNumber } from './request-form.ts'

export function registerRuleRoutes(app: FastifyInstance): void {
  app.get('/api/v1/rules', async (request, reply) => {
    checkRuleQuestion(new RequestForm(request))
    return sendData(reply, '{"groups":[]}')
  })
  app.get('/api/v1/alerts', async (_request, reply) => sendData(reply, '{"alerts":[]}'))
  app.get('/api/v1/alertmanagers', async (_request, reply) =>
    sendData(reply, '{"activeAlertmanagers":[],"droppedAlertmanagers":[]}'),
  )
}

const TRUTHS: readonly string[] = ['', '1', 't', 'true', '0', 'f', 'false']

function checkRuleQuestion(form: RequestForm): void {
  form.matcherSets()
  const type = form.getFromUrl('type').toLowerCase()
  if (!['', 'alert', 'record'].includes(type))
    throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`)
  const exclude = form.getFromUrl('exclude_alerts').toLowerCase()
  if (!TRUTHS.includes(exclude))
    throw invalidParameter(
      'exclude_alerts',
      `error converting exclude_alerts: strconv.ParseBool: parsing ${JSON.stringify(exclude)}: invalid syntax`,
    )
  checkPage(form.getFromUrl('group_limit'), form.getFromUrl('group_next_token'))
}

function checkPage(limit: string, token: string): void {
  if (limit === '') {
    if (token === '') return
    throw invalidParameter(
      'group_next_token',
      'group_limit needs to be present in order to paginate over the groups',
    )
  }
  const count = wholeNumber(limit)
  if (count === undefined)
    throw invalidParameter(
      'group_limit',
      `group_limit needs to be a valid number: strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`,
    )
  if (count <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0')
  if (token !== '')
    throw badData(
      `invalid parameter "group_next_token": invalid group_next_token '${token}'. were rule groups changed?`,
    )
}
