// One message to be sent: the alerts, the reason, and the texts that templates make of them.
import { messageOf } from '@pharos/base'
import { Labels } from '@pharos/model'
import { TemplateError } from '@pharos/template'
import { sha256 } from './digest.ts'
import type { GoJson } from './go-json.ts'
import type { StoredAlert } from './alert.ts'
import type { NotificationTemplates } from './notification-template.ts'
import { type NotificationData, notificationData, templateDot } from './template-data.ts'

interface NotificationParts {
  readonly groupKey: string
  readonly alerts: readonly StoredAlert[]
  readonly data: NotificationData
  readonly templates: NotificationTemplates
  readonly nowMs: number
  readonly signal: AbortSignal
  /** What the integration kept with the last message to this group. */
  readonly kept: Readonly<Record<string, string>>
  /** The same for every attempt at this message, also after a restart. */
  readonly id: string
}

export class Notification {
  readonly groupKey: string
  readonly alerts: readonly StoredAlert[]
  readonly data: NotificationData
  readonly nowMs: number
  readonly signal: AbortSignal
  readonly kept: Readonly<Record<string, string>>
  readonly id: string
  /** Templates that failed; what they were for was written plainly. */
  readonly templateErrors: string[] = []
  readonly #templates: NotificationTemplates
  readonly #escape: ((value: string) => string) | undefined
  #dot: ReturnType<typeof templateDot> | undefined

  /** @param escape  for the values of labels and annotations, so that a channel does not read markup in them */
  constructor(parts: NotificationParts, escape?: (value: string) => string) {
    this.groupKey = parts.groupKey
    this.alerts = parts.alerts
    this.data = parts.data
    this.nowMs = parts.nowMs
    this.signal = parts.signal
    this.kept = parts.kept
    this.id = parts.id
    this.#templates = parts.templates
    this.#escape = escape
  }

  /** The same message for a channel in which some characters are markup. */
  escapedBy(escape: (value: string) => string): Notification {
    return new Notification({ ...this.parts(), kept: this.kept }, escape)
  }

  parts(): NotificationParts {
    return {
      groupKey: this.groupKey,
      alerts: this.alerts,
      data: this.data,
      templates: this.#templates,
      nowMs: this.nowMs,
      signal: this.signal,
      kept: this.kept,
      id: this.id,
    }
  }

  /** With fewer alerts, as receivers with a limit want it. */
  truncated(count: number): Notification {
    const { data } = this
    const alerts = this.alerts.slice(0, count)
    const fewer = notificationData(alerts, {
      receiver: '',
      reason: data.reason,
      groupLabels: data.groupLabels,
      routeLabels: data.routeLabels,
      externalUrl: data.externalUrl,
      nowMs: this.nowMs,
    })
    const parts = { ...this.parts(), alerts, data: { ...fewer, receiver: data.receiver } }
    return new Notification(parts, this.#escape)
  }

  /** A text for people. When its template fails, the alerts are listed plainly: silence would be worse. */
  text(template: string): string {
    return this.#lenient(template, 'text')
  }

  /** The same as a page; values are escaped for the place where they stand. */
  html(template: string): string {
    return this.#lenient(template, 'html')
  }

  /** An address, a key, a number: nothing that could be replaced. @throws TemplateError */
  exact(template: string): string {
    return this.#expand(template, 'text')
  }

  /** Values inside a structure; each text is a template. @throws TemplateError */
  structure(value: GoJson, read: (text: string) => GoJson | undefined): GoJson {
    if (typeof value === 'string') {
      const text = this.exact(value)
      const inner = read(text)
      return inner === undefined || typeof inner === 'string' ? text : inner
    }
    if (Array.isArray(value))
      return (value as readonly GoJson[]).map((one) => this.structure(one, read))
    if (typeof value !== 'object' || value === null) return value
    return new Map(
      Object.entries(value as { readonly [key: string]: GoJson }).map(
        ([key, one]) => [this.exact(key), this.structure(one, read)] as const,
      ),
    )
  }

  /** For systems that know an incident by a key of limited length. */
  get keyHash(): string {
    return sha256(this.groupKey)
  }

  get isFiring(): boolean {
    return this.data.status === 'firing'
  }

  /** Most keys hold no action, and a dot of many alerts is dear. */
  #expand(template: string, format: 'text' | 'html'): string {
    if (!template.includes('{{')) return template
    return this.#templates.expand(template, this.#theDot(), format)
  }

  #theDot(): ReturnType<typeof templateDot> {
    this.#dot ??= templateDot(
      this.#escape === undefined ? this.data : escaped(this.data, this.#escape),
    )
    return this.#dot
  }

  #lenient(template: string, format: 'text' | 'html'): string {
    try {
      return this.#expand(template, format)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      this.templateErrors.push(messageOf(error))
      const plain = plainText(this.data, messageOf(error))
      return format === 'text' ? plain : `<pre>${htmlText(plain)}</pre>`
    }
  }
}

function escaped(data: NotificationData, escape: (value: string) => string): NotificationData {
  const pairs = (list: NotificationData['commonLabels']) =>
    list.map(([name, value]) => [name, escape(value)] as const)
  return {
    ...data,
    groupLabels: mapped(data.groupLabels, escape),
    commonLabels: pairs(data.commonLabels),
    commonAnnotations: pairs(data.commonAnnotations),
    alerts: data.alerts.map((alert) => ({
      ...alert,
      labels: mapped(alert.labels, escape),
      annotations: mapped(alert.annotations, escape),
    })),
  }
}

function mapped(labels: Labels, escape: (value: string) => string): Labels {
  return Labels.of([...labels].map(([name, value]) => [name, escape(value)] as const))
}

/** Alerts in a plain list, for when a template cannot be carried out. */
function plainText(data: NotificationData, why: string): string {
  const lines = data.alerts
    .slice(0, 20)
    .map(
      ({ status, labels, annotations }) =>
        `${status} ${labels.toString()} ${annotations.toString()}`,
    )
  const rest = data.alerts.length > 20 ? [`… and ${data.alerts.length - 20} more`] : []
  return [
    `[${data.status.toUpperCase()}] ${data.alerts.length} alerts`,
    ...lines,
    ...rest,
    `(template failed: ${why})`,
  ].join('\n')
}

function htmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
}

/** Text on one line: a header or an address cannot hold more. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\0]+/g, ' ').trim()
}

const MARK = '…'

/** At most so many characters, the last one a mark when some are left out. @source Alertmanager notify.TruncateInRunes */
export function truncatedText(text: string, most: number): string {
  const characters = Array.from(text)
  if (characters.length <= most) return text
  if (most <= 3) return characters.slice(0, most).join('')
  return characters.slice(0, most - 1).join('') + MARK
}

/** At most so many bytes of UTF-8. @source Alertmanager notify.TruncateInBytes */
export function truncatedBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  if (most < 3) return '.'.repeat(most)
  let bytes = 0
  let kept = ''
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > most - 3) break
    kept += character
  }
  return kept + MARK
}
