// Mail: each fault of a server by its stage and with what to do, every way to log in, and what headers cannot be made to hold.
import { simWorld } from '@pharos/base/sim'
import type { IntegrationSettings } from '@pharos/config'
import { createAuthority } from '@pharos/http/testing'
import { expect, test } from 'vitest'
import type { StoredAlert } from '../alert.ts'
import type { DialogueLine, SendOutcome } from '../integration.ts'
import { alertOf, managerWith, notificationOf } from '../testing/recorded.ts'
import { scriptedSmtp, type SmtpScript } from '../testing/scripted-smtp.ts'
import { sendEmail } from './email.ts'

const AUTHORITY = createAuthority()
const CERTIFICATE = AUTHORITY.issue({ name: 'mail', hosts: ['127.0.0.1', 'localhost'] })
const TRUST = `smtp_tls_config: {ca: ${JSON.stringify(AUTHORITY.cert)}}`
const PLAIN = 'smtp_require_tls: false'
const LOGIN = 'smtp_auth_username: me, smtp_auth_password: pw'

interface Try {
  readonly outcome: SendOutcome
  readonly dialogue: readonly DialogueLine[]
}

interface Letter {
  readonly alerts?: readonly StoredAlert[]
  readonly to?: string
  readonly more?: string
  readonly host?: string
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

/** One attempt at a mail. @param global  keys of the global section */
async function mailed(port: number, global: string, letter: Letter = {}): Promise<Try> {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  const manager = await managerWith(
    world,
    `email_configs: [{to: '${letter.to ?? 'ops@example.org'}'${letter.more ?? ''}}]`,
    `smtp_from: pharos@example.org, smtp_smarthost: '${letter.host ?? '127.0.0.1'}:${port}', ${global}`,
  )
  const [settings] = manager.config.receivers[0]!.integrations as readonly IntegrationSettings[]
  if (settings?.kind !== 'email') throw new Error('no mail')
  const dialogue: DialogueLine[] = []
  const notification = notificationOf(manager, letter.alerts, {}, letter.signal)
  const patienceMs = letter.patienceMs ?? 10_000
  const outcome = await sendEmail(
    settings.fields,
    settings.tls,
    notification,
    manager.integrationWorld,
    (line) => dialogue.push(line),
    { connectMs: patienceMs, answerMs: patienceMs },
  )
  await manager.close()
  return { outcome, dialogue }
}

interface Fault {
  readonly name: string
  readonly script: SmtpScript
  readonly global: string
  readonly stage: string
  readonly error: RegExp
  readonly fix: RegExp
  readonly reason?: string
  readonly isHasty?: boolean
}

const answers = (given: NonNullable<SmtpScript['answers']>, more: SmtpScript = {}): SmtpScript => ({
  ...more,
  answers: given,
})

const FAULTS: readonly Fault[] = [
  {
    name: 'a server that says nothing',
    script: answers({ GREETING: 'silence' }),
    global: PLAIN,
    stage: 'connect',
    error: /establish connection to server .*Greeting never received/,
    fix: /port 465 speaks TLS from the start/,
    reason: 'contextDeadlineExceeded',
    isHasty: true,
  },
  {
    name: 'a server that hangs up',
    script: answers({ GREETING: 'close' }),
    global: PLAIN,
    stage: 'connect',
    error: /closed unexpectedly/,
    fix: /force_implicit_tls: true/,
  },
  {
    name: 'a server that is too busy',
    script: answers({ GREETING: '421 4.3.2 too many connections' }),
    global: PLAIN,
    stage: 'connect',
    error: /421 4\.3\.2 too many connections/,
    fix: /may be busy/,
    reason: 'serverError',
  },
  {
    name: 'TLS at once on a port for STARTTLS',
    script: {},
    global: 'smtp_force_implicit_tls: true',
    stage: 'TLS',
    error: /establish TLS connection to server/,
    fix: /force_implicit_tls: false/,
  },
  {
    name: 'STARTTLS that is not offered',
    script: {},
    global: '',
    stage: 'TLS',
    error: /does not advertise the STARTTLS extension/,
    fix: /smtp_require_tls: false/,
  },
  {
    name: 'a certificate of an authority that nobody knows',
    script: { certificate: CERTIFICATE, offers: ['STARTTLS'] },
    global: '',
    stage: 'TLS',
    error: /unable to verify|self.signed|issuer/,
    fix: /ca_file/,
  },
  {
    name: 'a certificate for another name, with TLS at once',
    script: {
      certificate: AUTHORITY.issue({ name: 'x', hosts: ['other.example.org'] }),
      isSecure: true,
    },
    global: `smtp_force_implicit_tls: true, ${TRUST}`,
    stage: 'TLS',
    error: /altnames/,
    fix: /server_name/,
  },
  {
    name: 'a password that is wrong',
    script: answers({ AUTH: '535 5.7.8 authentication failed' }),
    global: `${PLAIN}, ${LOGIN}`,
    stage: 'AUTH',
    error: /^auth .*535 5\.7\.8/,
    fix: /smtp_auth_password/,
    reason: 'authError',
  },
  {
    name: 'a provider that wants a code instead of the password',
    script: answers({ AUTH: '535 Login fail. Authorization code is needed' }),
    global: `${PLAIN}, smtp_auth_username: me@qq.com, smtp_auth_password: pw`,
    stage: 'AUTH',
    error: /535 Login fail/,
    fix: /authorization code/,
    reason: 'authError',
  },
  {
    name: 'a login that breaks off',
    script: answers({ AUTH: 'close' }),
    global: `${PLAIN}, ${LOGIN}`,
    stage: 'AUTH',
    error: /closed unexpectedly/,
    fix: /ended the connection at AUTH/,
    reason: 'authError',
  },
  {
    name: 'a server that wants a login and offers none before TLS',
    script: answers({ MAIL: '530 5.7.0 authentication required' }, { offers: [] }),
    global: PLAIN,
    stage: 'AUTH',
    error: /530 5\.7\.0/,
    fix: /smtp_auth_username/,
    reason: 'authError',
  },
  {
    name: 'a sender that is not allowed',
    script: answers({ MAIL: '553 5.7.1 sender address rejected' }),
    global: PLAIN,
    stage: 'MAIL',
    error: /send MAIL command .*553/,
    fix: /smtp_from/,
    reason: 'clientError',
  },
  {
    name: 'a recipient that is not known',
    script: answers({ RCPT: '550 5.1.1 no such user' }),
    global: PLAIN,
    stage: 'RCPT',
    error: /send RCPT command .*550/,
    fix: /recipient/,
    reason: 'clientError',
  },
  {
    name: 'a greylist',
    script: answers({ RCPT: '451 4.7.1 greylisted, try again later' }),
    global: PLAIN,
    stage: 'RCPT',
    error: /451 4\.7\.1/,
    fix: /greylists/,
    reason: 'serverError',
  },
  {
    name: 'a quota, before the text',
    script: answers({ DATA: '452 4.2.2 over quota' }),
    global: PLAIN,
    stage: 'DATA',
    error: /452 4\.2\.2/,
    fix: /tried again/,
    reason: 'serverError',
  },
  {
    name: 'a text that is taken for spam',
    script: answers({ TEXT: '554 5.7.1 spam' }),
    global: PLAIN,
    stage: 'DATA',
    error: /delivery failure .*554/,
    fix: /spam/,
    reason: 'clientError',
  },
  {
    name: 'a connection that breaks in the middle of the text',
    script: answers({ MIDTEXT: 'close' }),
    global: PLAIN,
    stage: 'DATA',
    // A reset, a broken pipe or an end: whatever the system saw first.
    error: /^delivery failure/,
    fix: /ended the connection at DATA/,
  },
  {
    name: 'a server that takes the text and says nothing',
    script: answers({ TEXT: 'silence' }),
    global: PLAIN,
    stage: 'DATA',
    error: /delivery failure .*Timeout/,
    fix: /did not answer/,
    reason: 'contextDeadlineExceeded',
    isHasty: true,
  },
]

test.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  '%s is told by its stage, with what to do',
  async (_name, fault) => {
    const server = await scriptedSmtp(fault.script)
    const letter: Letter = fault.isHasty === true ? { patienceMs: 300 } : {}
    // Long enough that the text comes in more than one piece.
    const alerts = [alertOf({}, { description: 'x'.repeat(300_000) })]
    const { outcome, dialogue } = await mailed(server.port, fault.global, { ...letter, alerts })
    expect(outcome).toMatchObject({ ok: false, isRetryable: true, stage: fault.stage })
    if (outcome.ok) return
    expect(outcome.error).toMatch(fault.error)
    expect(outcome.fix).toMatch(fault.fix)
    if (fault.reason !== undefined) expect(outcome.reason).toBe(fault.reason)
    expect(server.mails).toEqual([])
    expect(JSON.stringify(dialogue)).not.toContain('pw')
  },
)

test('nobody there, and a name without an address', async () => {
  const server = await scriptedSmtp()
  const gone = await mailed(1, PLAIN)
  expect(gone.outcome).toMatchObject({ stage: 'connect', fix: /nothing listens/ })
  const nameless = await mailed(server.port, PLAIN, { host: 'no-such-host.invalid' })
  expect(nameless.outcome).toMatchObject({ stage: 'connect', fix: /the name has no address/ })
})

test('text in plain to a port with TLS does not wait for ever', async () => {
  const server = await scriptedSmtp({ certificate: CERTIFICATE, isSecure: true })
  const { outcome } = await mailed(server.port, PLAIN, { patienceMs: 300 })
  expect(outcome).toMatchObject({ stage: 'connect', fix: /port 465 speaks TLS from the start/ })
})

test('a greylisted mail is taken the second time, and then once', async () => {
  const server = await scriptedSmtp(answers({ RCPT: ['451 4.7.1 later', '250 ok'] }))
  expect((await mailed(server.port, PLAIN)).outcome.ok).toBe(false)
  expect((await mailed(server.port, PLAIN)).outcome.ok).toBe(true)
  expect(server.mails.length).toBe(1)
  expect(server.mails[0]).toContain('Message-ID: <message-1@am.test>')
})

test('what was confirmed is delivered, also when the server hangs up right after', async () => {
  const server = await scriptedSmtp(answers({ QUIT: 'close' }))
  expect((await mailed(server.port, PLAIN)).outcome).toEqual({ ok: true })
})

test('one recipient of two refused: the other has it, and it is not sent again', async () => {
  const server = await scriptedSmtp(answers({ RCPT: ['250 ok', '550 no such user'] }))
  const { outcome } = await mailed(server.port, PLAIN, { to: 'a@example.org, b@example.org' })
  expect(outcome).toEqual({ ok: true })
  expect(server.verbs.filter((verb) => verb === 'RCPT').length).toBe(2)
  expect(server.mails.length).toBe(1)
})

test('a notification that is due again ends the attempt', async () => {
  const server = await scriptedSmtp(answers({ TEXT: 'silence' }))
  const due = new AbortController()
  const sending = mailed(server.port, PLAIN, { signal: due.signal })
  const patience = setInterval(() => {
    if (server.verbs.includes('DATA')) due.abort(new Error('due again'))
  }, 10)
  const { outcome } = await sending
  clearInterval(patience)
  expect(outcome).toMatchObject({ ok: false, stage: 'DATA' })
})

const LOGINS: readonly (readonly [string, boolean, string[], string, string])[] = [
  ['PLAIN over TLS at once', true, ['PLAIN'], LOGIN, 'PLAIN'],
  ['LOGIN after STARTTLS', false, ['LOGIN'], LOGIN, 'LOGIN'],
  [
    'CRAM-MD5 with a secret',
    false,
    ['PLAIN', 'CRAM-MD5'],
    'smtp_auth_username: me, smtp_auth_secret: pw',
    'CRAM-MD5',
  ],
  ['CRAM-MD5 where nothing else is offered', true, ['CRAM-MD5'], LOGIN, 'CRAM-MD5'],
  ['PLAIN on behalf of somebody', false, ['PLAIN'], `${LOGIN}, smtp_auth_identity: me`, 'PLAIN'],
]

test.each(LOGINS)('mail goes out with %s', async (_name, isSecure, offered, login, used) => {
  const server = await scriptedSmtp({
    isSecure,
    certificate: CERTIFICATE,
    account: { user: 'me', password: 'pw' },
    offers: [`AUTH ${offered.join(' ')}`, ...(isSecure ? [] : ['STARTTLS'])],
  })
  const force = isSecure ? ', smtp_force_implicit_tls: true' : ''
  const { outcome, dialogue } = await mailed(server.port, `${login}, ${TRUST}${force}`)
  expect(outcome).toEqual({ ok: true })
  expect(server.logins).toEqual([`${used} over TLS`])
  expect(server.mails.length).toBe(1)
  const said = JSON.stringify(dialogue)
  expect(said).not.toContain(Buffer.from('pw').toString('base64'))
  expect(said).not.toContain(Buffer.from('\0me\0pw').toString('base64'))
  const wrong = await mailed(server.port, `${login.replace(': pw', ': other')}, ${TRUST}${force}`)
  expect(wrong.outcome).toMatchObject({ ok: false, stage: 'AUTH', reason: 'authError' })
})

const NASTY =
  'x\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script> =?UTF-8?Q?=0D=0ACc:_e@e?='

test('no label makes a header, a recipient or a tag', async () => {
  const server = await scriptedSmtp()
  const { outcome, dialogue } = await mailed(server.port, PLAIN, {
    alerts: [alertOf({ instance: NASTY, alertname: NASTY }, { summary: NASTY })],
    more: `, headers: {Subject: 's {{ .CommonLabels.instance }}', X-Where: '{{ .CommonLabels.instance }}', Reply-To: '{{ .CommonLabels.instance }}'}, text: '{{ .CommonAnnotations.summary }}'`,
  })
  expect(outcome).toEqual({ ok: true })
  const head = server.mails[0]!.split('\r\n\r\n', 1)[0]!
  expect(head).not.toMatch(/^(?:bcc|cc):/im)
  expect(dialogue.filter((line) => line.text.startsWith('RCPT'))).toEqual([
    { from: 'client', text: 'RCPT TO:<ops@example.org>' },
  ])
  const page = server.mails[0]!.replace(/=\r\n/g, '')
  expect(page.slice(page.indexOf('text/html'))).not.toContain('<script>')
  const aimed = await mailed(server.port, PLAIN, {
    alerts: [alertOf({ team: 'a@example.org>\r\nRCPT TO:<evil@example.org' })],
    to: '{{ .CommonLabels.team }}',
  })
  expect(aimed.outcome).toMatchObject({ ok: false, isRetryable: false, stage: 'template' })
  expect(server.mails.length).toBe(1)
})

test('a mail leads to the alert, to a silence for just this one, and to what its annotations name', async () => {
  const server = await scriptedSmtp()
  await mailed(server.port, PLAIN, {
    alerts: [
      alertOf({ path: '/"a"' }, { runbook_url: 'http://wiki/disk', dashboard_url: 'javascript:x' }),
      alertOf({ instance: 'gone' }, {}, true),
    ],
  })
  const page = server.mails[0]!.replace(/=\r\n/g, '').replaceAll('=3D', '=')
  const links = [...page.matchAll(/href="([^"]*)"[^>]*>([^<]*)/g)].map(([, url, text]) => [
    text,
    url,
  ])
  const filter =
    '%7balertname=%22DiskFull%22,instance=%22db-1%3a9100%22,path=%22%2f%5c%22a%5c%22%22%7d'
  expect(links).toEqual([
    ['View in Alertmanager', 'http://am/#/alerts?receiver=team'],
    ['Acknowledge or comment', `http://am/#/alerts?filter=${filter}`],
    ['Silence', `http://am/#/silences/new?filter=${filter}`],
    ['Source', 'http://prom/graph?g0.expr=up'],
    ['Runbook', 'http://wiki/disk'],
    ['Dashboard', '#ZgotmplZ'],
    ['Source', 'http://prom/graph?g0.expr=up'],
    ['Sent by Alertmanager', 'http://am'],
  ])
})
