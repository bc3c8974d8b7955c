// Trying a rule before it is written: evaluated now, or walked over past days.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import type { RuleSettings } from '@pharos/config'
import { formatShortest, parseDuration } from '@pharos/model'
import { type Backtest, type ExpectedMessage, readRules, type RuleTrial } from '@pharos/rules'
import { answerData } from './answer.ts'
import { badData } from './api-error.ts'
import type { ApiServices } from './api-services.ts'
import { jsonLabels, jsonText, jsonTime } from './json-text.ts'
import { BACKTEST_DAYS_DEFAULT, BACKTEST_DAYS_MAX, BACKTEST_STEPS } from './limits.ts'

const DAY_MS = 86_400_000

export function registerRuleTrialRoutes(app: FastifyInstance, services: ApiServices): void {
  app.post('/api/v1/rules/test', async (request, reply) => {
    const rule = ruleOf(bodyOf(request)['rule'], services)
    const trial = await asRuleError(() => services.ruleTrials.test(rule, services.clock.now()))
    return answerData(reply, trialJson(trial))
  })
  app.post('/api/v1/rules/backtest', async (request, reply) => {
    const body = bodyOf(request)
    const rule = ruleOf(body['rule'], services)
    const days = body['days'] ?? BACKTEST_DAYS_DEFAULT
    if (typeof days !== 'number' || !(days > 0) || days > BACKTEST_DAYS_MAX)
      throw badData(`days: wants a number above 0 and at most ${BACKTEST_DAYS_MAX}`)
    const wantedMs = intervalOf(body['interval'], services)
    // The longer the time, the coarser: a person waits for the answer.
    const stepMs = Math.max(wantedMs, Math.ceil((days * DAY_MS) / BACKTEST_STEPS / 1000) * 1000)
    const endMs = Math.floor(services.clock.now() / stepMs) * stepMs
    const startMs = endMs - Math.floor((days * DAY_MS) / stepMs) * stepMs
    const range = { startMs, endMs, stepMs }
    const { backtest, messages } = await asRuleError(() =>
      services.ruleTrials.backtest(rule, range),
    )
    return answerData(reply, backtestJson(backtest, messages, startMs, endMs))
  })
}

function bodyOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const { body } = request
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body) || Array.isArray(body))
    throw badData('wants a JSON object with the rule, as application/json')
  return body as Readonly<Record<string, unknown>>
}

/** The rule of a request, in the keys of a rule file. JSON is YAML, so the reader of rule files checks it whole. */
function ruleOf(rule: unknown, services: ApiServices): RuleSettings {
  if (typeof rule !== 'object' || rule === null)
    throw badData('rule: wants an object with alert, expr and the other keys of a rule file')
  const text = JSON.stringify({ groups: [{ name: 'trial', rules: [rule] }] })
  let settings: RuleSettings | undefined
  try {
    settings = readRules(text, 'rule', { features: services.features })[0]?.rules[0]
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw badData(
      error.message.replaceAll(/^rule:\d+:\d+: (?:groups\[0\]\.rules\[0\](?:\.|: )?)?/gm, ''),
    )
  }
  if (settings?.kind !== 'alerting') throw badData('rule: wants an alert, this records a series')
  return settings
}

function intervalOf(interval: unknown, services: ApiServices): number {
  if (interval === undefined || interval === '') return services.ruleTrials.intervalMs()
  try {
    const ms = typeof interval === 'string' ? parseDuration(interval) : 0
    if (ms >= 1000) return ms
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
  throw badData('interval: wants a duration of at least 1s')
}

/** What the expression does wrong is the fault of the request. */
async function asRuleError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof UserError && error.code.startsWith('rules/')) throw badData(error.message)
    throw error
  }
}

function trialJson({ alerts, problems }: RuleTrial): string {
  const list = alerts.map(
    ({ labels, annotations, value, state }) =>
      `{"labels":${jsonLabels(labels)},"annotations":${jsonLabels(annotations)},"state":"${state}","value":"${formatShortest(value)}"}`,
  )
  return `{"alerts":[${list.join(',')}],"problems":${JSON.stringify(problems)}}`
}

function backtestJson(
  { episodes, stepMs, steps, problems }: Backtest,
  messages: readonly ExpectedMessage[],
  startMs: number,
  endMs: number,
): string {
  const time = (ms: number | undefined): string => (ms === undefined ? 'null' : jsonTime(ms))
  const list = episodes.map(
    (one) =>
      `{"labels":${jsonLabels(one.labels)},"annotations":${jsonLabels(one.annotations)},"activeAt":${time(one.activeAtMs)},"firedAt":${time(one.firedAtMs)},"endedAt":${time(one.endedAtMs)},"valueMin":"${formatShortest(one.valueMin)}","valueMax":"${formatShortest(one.valueMax)}"}`,
  )
  const told = messages.map(
    (one) =>
      `{"at":${time(one.atMs)},"receiver":${jsonText(one.receiver)},"group":${jsonLabels(one.group)},"firing":${one.firing},"resolved":${one.resolved},"reason":"${one.reason}"}`,
  )
  return `{"start":${time(startMs)},"end":${time(endMs)},"step":${stepMs / 1000},"steps":${steps},"episodes":[${list.join(',')}],"messages":[${told.join(',')}],"problems":${JSON.stringify(problems)}}`
}
