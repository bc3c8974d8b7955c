// A contact point while it is written.
import type { ContactPoint, Integration } from './alertmanager-types.ts'

/** What providers want, so that nobody has to look it up. */
export const MAIL_PRESETS: readonly {
  readonly name: string
  readonly smarthost: string
  readonly isImplicit: boolean
}[] = [
  { name: 'QQ', smarthost: 'smtp.qq.com:465', isImplicit: true },
  { name: '163', smarthost: 'smtp.163.com:465', isImplicit: true },
  { name: 'Gmail', smarthost: 'smtp.gmail.com:587', isImplicit: false },
  { name: 'Outlook', smarthost: 'smtp.office365.com:587', isImplicit: false },
]

export type TlsMode = 'starttls' | 'implicit' | 'none'

export interface ContactDraft {
  readonly name: string
  readonly kind: string
  readonly to: string
  readonly from: string
  readonly smarthost: string
  readonly user: string
  readonly password: string
  readonly tls: TlsMode
  readonly url: string
  /** Of any other kind: the keys of the file, as JSON. */
  readonly json: string
}

export const KINDS = [
  'email',
  'webhook',
  'dingtalk',
  'feishu',
  'wecom',
  'slack',
  'telegram',
  'discord',
  'msteamsv2',
  'pagerduty',
  'wechat',
] as const

export const NEW_CONTACT: ContactDraft = {
  name: '',
  kind: 'email',
  to: '',
  from: '',
  smarthost: '',
  user: '',
  password: '',
  tls: 'starttls',
  url: '',
  json: '{}',
}

/** The first integration of a contact point; the others stay as they are. */
export function contactDraftOf({ name, integrations }: ContactPoint): ContactDraft {
  const first = integrations[0]
  if (first === undefined) return { ...NEW_CONTACT, name }
  const text = (key: string): string => {
    const value = first.settings[key]
    return typeof value === 'string' ? value : ''
  }
  return {
    name,
    kind: first.kind,
    to: text('to'),
    from: text('from'),
    smarthost: text('smarthost'),
    user: text('auth_username'),
    password: text('auth_password'),
    tls:
      first.settings['force_implicit_tls'] === true
        ? 'implicit'
        : first.settings['require_tls'] === false
          ? 'none'
          : 'starttls',
    url: text('url'),
    json: JSON.stringify(first.settings, null, 2),
  }
}

/** @throws SyntaxError when the JSON of the settings is none */
export function contactPointOf(
  draft: ContactDraft,
  before: ContactPoint | undefined,
): ContactPoint {
  const integrations = [
    integrationOf(draft, before?.integrations[0]),
    ...(before?.integrations.slice(1) ?? []),
  ]
  return { name: draft.name, integrations }
}

function integrationOf(draft: ContactDraft, before: Integration | undefined): Integration {
  const kept = before?.kind === draft.kind ? before.settings : {}
  if (draft.kind === 'webhook') return { kind: draft.kind, settings: { ...kept, url: draft.url } }
  if (draft.kind !== 'email')
    return {
      kind: draft.kind,
      settings: JSON.parse(draft.json) as Readonly<Record<string, unknown>>,
    }
  const settings: Record<string, unknown> = {
    ...kept,
    to: draft.to,
    from: draft.from,
    smarthost: draft.smarthost,
  }
  const some = (key: string, value: string) => {
    if (value === '') delete settings[key]
    else settings[key] = value
  }
  some('auth_username', draft.user)
  some('auth_password', draft.password)
  settings['require_tls'] = draft.tls === 'starttls'
  if (draft.tls === 'implicit') settings['force_implicit_tls'] = true
  else delete settings['force_implicit_tls']
  return { kind: 'email', settings }
}
