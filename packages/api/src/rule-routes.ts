// Rules, alerts and where alerts go.

import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { compareText, formatExponent } from '@pharos/model'
import { answerData } from './answer.ts'
import type { AlertStatus, ApiServices, RuleGroupStatus, RuleStatus } from './api-services.ts'
import { badData, invalidParameter } from './api-error.ts'
import { jsonLabels, jsonText, jsonTime } from './json-text.ts'
import { RequestForm, wholeNumber } from './request-form.ts'

export function registerRuleRoutes(app: FastifyInstance, services: ApiServices): void {
  app.get('/api/v1/rules', async (request, reply) =>
    answerData(reply, rulesJson(services.ruleGroups(), new RequestForm(request))),
  )
  app.get('/api/v1/alerts', async (_request, reply) => {
    const alerts = sorted(services.ruleGroups())
      .flatMap((group) => group.rules)
      .flatMap((rule) => rule.alerts)
    return answerData(reply, `{"alerts":[${alerts.map(alertJson).join(',')}]}`)
  })
  app.get('/api/v1/alertmanagers', async (_request, reply) =>
    answerData(reply, alertmanagersJson(services.alertmanagers())),
  )
}

function alertmanagersJson(found: ReturnType<ApiServices['alertmanagers']>): string {
  const list = (urls: readonly string[]): string =>
    `[${urls.map((url) => `{"url":${jsonText(url)}}`).join(',')}]`
  return `{"activeAlertmanagers":${list(found.active)},"droppedAlertmanagers":${list(found.dropped)}}`
}

/** Groups in the reference's order, with the rules that the question is about. */
function rulesJson(groups: readonly RuleGroupStatus[], form: RequestForm): string {
  const isWanted = ruleFilter(form)
  const withAlerts = !excludesAlerts(form)
  const limit = pageLimit(form)
  const [names, files] = [form.all('rule_group[]'), form.all('file[]')]
  const found: string[] = []
  let next = ''
  for (const group of fromToken(sorted(groups), form.getFromUrl('group_next_token'))) {
    if (names.length > 0 && !names.includes(group.name)) continue
    if (files.length > 0 && !files.includes(group.file)) continue
    const rules = group.rules.filter(isWanted)
    if (rules.length === 0) continue
    if (limit !== undefined && found.length === limit) {
      next = tokenOf(group)
      break
    }
    found.push(groupJson(group, rules, withAlerts))
  }
  const token = next === '' ? '' : `,"groupNextToken":${jsonText(next)}`
  return `{"groups":[${found.join(',')}]${token}}`
}

function sorted(groups: readonly RuleGroupStatus[]): readonly RuleGroupStatus[] {
  return [...groups].sort((a, b) => compareText(a.file, b.file) || compareText(a.name, b.name))
}

/** @source Prometheus 3.14, web/api/v1 getRuleGroupNextToken */
function tokenOf({ file, name }: RuleGroupStatus): string {
  return createHash('sha1').update(`${file};${name}`).digest('hex')
}

function fromToken(groups: readonly RuleGroupStatus[], token: string): readonly RuleGroupStatus[] {
  if (token === '') return groups
  const at = groups.findIndex((group) => tokenOf(group) === token)
  if (at >= 0) return groups.slice(at)
  throw badData(
    `invalid parameter "group_next_token": invalid group_next_token '${token}'. were rule groups changed?`,
  )
}

function ruleFilter(form: RequestForm): (rule: RuleStatus) => boolean {
  const sets = form.matcherSets()
  const names = form.all('rule_name[]')
  const type = form.getFromUrl('type').toLowerCase()
  if (!['', 'alert', 'record'].includes(type))
    throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`)
  return (rule) =>
    (type === '' || (type === 'alert') === (rule.kind === 'alerting')) &&
    (names.length === 0 || names.includes(rule.name)) &&
    (sets.length === 0 ||
      sets.some((set) => set.every((matcher) => matcher.matches(rule.labels.get(matcher.name)))))
}

function excludesAlerts(form: RequestForm): boolean {
  const exclude = form.getFromUrl('exclude_alerts').toLowerCase()
  if (!TRUTHS.includes(exclude))
    throw invalidParameter(
      'exclude_alerts',
      `error converting exclude_alerts: strconv.ParseBool: parsing ${JSON.stringify(exclude)}: invalid syntax`,
    )
  return ['1', 't', 'true'].includes(exclude)
}

const TRUTHS: readonly string[] = ['', '1', 't', 'true', '0', 'f', 'false']

function pageLimit(form: RequestForm): number | undefined {
  const limit = form.getFromUrl('group_limit')
  if (limit === '') {
    if (form.getFromUrl('group_next_token') === '') return undefined
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
  return count
}

function groupJson(
  group: RuleGroupStatus,
  rules: readonly RuleStatus[],
  withAlerts: boolean,
): string {
  const parts = rules.map((rule) => ruleJson(rule, withAlerts))
  return `{"name":${jsonText(group.name)},"file":${jsonText(group.file)},"rules":[${parts.join(',')}],"interval":${group.intervalMs / 1000},"limit":${group.limit},"evaluationTime":${group.evaluationMs / 1000},"lastEvaluation":${jsonTime(group.lastEvaluationMs)}}`
}

function ruleJson(rule: RuleStatus, withAlerts: boolean): string {
  const lastError = rule.lastError === '' ? '' : `,"lastError":${jsonText(rule.lastError)}`
  const end = `"health":"${rule.health}"${lastError},"evaluationTime":${rule.evaluationMs / 1000},"lastEvaluation":${jsonTime(rule.lastEvaluationMs)},"type":"${rule.kind}"}`
  const name = `"name":${jsonText(rule.name)},"query":${jsonText(rule.query)}`
  const labels = `"labels":${jsonLabels(rule.labels)}`
  if (rule.kind === 'recording') return `{${name},${labels},${end}`
  const alerts = withAlerts ? `[${rule.alerts.map(alertJson).join(',')}]` : 'null'
  const times = `"duration":${rule.forMs / 1000},"keepFiringFor":${rule.keepFiringForMs / 1000}`
  return `{"state":"${rule.state}",${name},${times},${labels},"annotations":${jsonLabels(rule.annotations)},"alerts":${alerts},${end}`
}

function alertJson(alert: AlertStatus): string {
  const kept =
    alert.keepFiringSinceMs === undefined
      ? ''
      : `,"keepFiringSince":${jsonTime(alert.keepFiringSinceMs)}`
  return `{"labels":${jsonLabels(alert.labels)},"annotations":${jsonLabels(alert.annotations)},"state":"${alert.state}","activeAt":${jsonTime(alert.activeAtMs)}${kept},"value":"${formatExponent(alert.value)}"}`
}
