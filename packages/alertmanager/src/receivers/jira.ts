// Jira: one issue for each group, found again by a label, updated, closed and opened again.
import { parseLooseYaml, type ReceiverFieldsByKind } from '@pharos/config'
import { compareText } from '@pharos/model'
import { type GoJson, jsonBody } from '../go-json.ts'
import type { SendOutcome } from '../integration.ts'
import { type Notification, truncatedText } from '../notification.ts'
import { failed, JSON_TYPE, jsonObject, outcomeOf, type Send, type Sender } from './sender.ts'

type JiraFields = Readonly<ReceiverFieldsByKind['jira']>

interface FoundIssue {
  readonly key: string
  readonly isDone: boolean
}

class JiraApi {
  readonly #base: string
  readonly #sender: Sender
  readonly #signal: AbortSignal

  constructor(fields: JiraFields, sender: Sender, signal: AbortSignal) {
    this.#base = fields.api_url.replace(/\/$/, '')
    this.#sender = sender
    this.#signal = signal
  }

  path(path: string): string {
    return `${this.#base}/${path}`
  }

  async ask(
    method: string,
    url: string,
    body?: GoJson,
  ): Promise<{ readonly outcome: SendOutcome; readonly told: Readonly<Record<string, unknown>> }> {
    const answer = await this.#sender.request({
      method,
      url,
      ...(body === undefined ? {} : { body: jsonBody(body) }),
      contentType: JSON_TYPE,
      headers: [['Accept-Language', 'en']],
      signal: this.#signal,
    })
    return { outcome: outcomeOf(answer, [429]), told: jsonObject(answer.text) ?? {} }
  }
}

function searchUrl(fields: JiraFields, api: JiraApi): string {
  const isCloud =
    fields.api_type === 'cloud' ||
    (fields.api_type === 'auto' && new URL(fields.api_url).host.endsWith('atlassian.net'))
  if (!isCloud) return api.path('search')
  return api.path('search/jql').replace('/rest/api/2/', '/rest/api/3/')
}

function searchText(fields: JiraFields, notification: Notification): string {
  const quoted = (text: string): string => JSON.stringify(text)
  const parts: string[] = []
  if (fields.wont_fix_resolution !== '')
    parts.push(`(resolution is EMPTY or resolution != ${quoted(fields.wont_fix_resolution)}) and `)
  const minutes = Math.floor(fields.reopen_duration / 60_000)
  const reopens = notification.isFiring && fields.reopen_transition !== '' && minutes > 0
  parts.push(
    reopens
      ? `(resolutiondate is EMPTY OR resolutiondate >= -${minutes}m) and `
      : 'statusCategory != Done and ',
  )
  const project = quoted(notification.exact(fields.project))
  const label = quoted(`ALERT{${notification.keyHash}}`)
  parts.push(`project=${project} and labels=${label} order by status ASC,resolutiondate DESC`)
  return parts.join('')
}

function firstIssue(told: Readonly<Record<string, unknown>>): FoundIssue | undefined {
  const issues = told['issues']
  if (!Array.isArray(issues) || issues.length === 0) return undefined
  const issue = issues[0] as {
    readonly key?: unknown
    readonly fields?: { readonly status?: { readonly statusCategory?: { readonly key?: unknown } } }
  }
  if (typeof issue.key !== 'string') return undefined
  return { key: issue.key, isDone: issue.fields?.status?.statusCategory?.key === 'done' }
}

/** What Jira takes as a description: text, or with version 3 of its API a document that the template writes. */
function description(fields: JiraFields, notification: Notification): GoJson {
  const text = truncatedText(notification.text(fields.description.template), 32_767)
  if (!/\/3\/*$/.test(new URL(fields.api_url).pathname)) return text === '' ? undefined : text
  const document = jsonObject(text)
  // The checked text of a document; anything else is wrapped into one.
  if (document !== undefined) return document as GoJson
  return {
    type: 'doc',
    version: 1,
    content: [{ type: 'paragraph', content: [{ type: 'text', text: text.trim() || '-' }] }],
  }
}

function issueBody(fields: JiraFields, notification: Notification, isUpdate: boolean): GoJson {
  const labels = [
    ...fields.labels.map((label) => notification.exact(label)),
    `ALERT{${notification.keyHash}}`,
  ].sort(compareText)
  const priority = notification.text(fields.priority)
  const body = new Map<string, GoJson>([
    ['project', { key: notification.exact(fields.project) }],
    ['issuetype', { name: notification.exact(fields.issue_type) }],
    ['labels', labels],
  ])
  if (!isUpdate || fields.summary.enable_update)
    body.set('summary', truncatedText(notification.text(fields.summary.template), 255))
  if (!isUpdate || fields.description.enable_update)
    body.set('description', description(fields, notification))
  if (priority !== '') body.set('priority', { name: priority })
  for (const [name, value] of fields.fields)
    body.set(name, notification.structure(value, parseLooseYaml))
  return { fields: body }
}

async function transition(api: JiraApi, issue: FoundIssue, name: string): Promise<SendOutcome> {
  const url = api.path(`issue/${issue.key}/transitions`)
  const { outcome, told } = await api.ask('GET', url)
  if (!outcome.ok) return outcome
  const all = Array.isArray(told['transitions']) ? told['transitions'] : []
  const found = (all as readonly { readonly id?: unknown; readonly name?: unknown }[]).find(
    (one) => one.name === name,
  )
  if (typeof found?.id !== 'string')
    return failed('clientError', `can't find transition ${name} for issue ${issue.key}`, false)
  return (await api.ask('POST', url, { transition: { id: found.id } })).outcome
}

/** @source Alertmanager 0.34 notify/jira; REST API v2 and v3 */
export const sendJira: Send<'jira'> = async (fields, notification, sender) => {
  const api = new JiraApi(fields, sender, notification.signal)
  const search = await api.ask('POST', searchUrl(fields, api), {
    fields: ['status'],
    jql: searchText(fields, notification),
    maxResults: 2,
  })
  if (!search.outcome.ok)
    return {
      ...search.outcome,
      error: `failed to look up existing issues: ${search.outcome.error}`,
    }
  const issue = firstIssue(search.told)
  if (issue === undefined && !notification.isFiring) return { ok: true }
  const body = issueBody(fields, notification, issue !== undefined)
  const written =
    issue === undefined
      ? await api.ask('POST', api.path('issue'), body)
      : await api.ask('PUT', api.path(`issue/${issue.key}`), body)
  if (!written.outcome.ok || issue === undefined) return written.outcome
  const isWrong = notification.isFiring === issue.isDone
  const name = notification.isFiring ? fields.reopen_transition : fields.resolve_transition
  return isWrong && name !== '' ? transition(api, issue, name) : written.outcome
}
