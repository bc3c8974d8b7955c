// Mail over SMTP. What can go wrong is told by its stage (connect, TLS, AUTH, MAIL, RCPT, DATA), with what to do.
import type { TlsSettings } from '@pharos/base'
import type { ReceiverFieldsByKind } from '@pharos/config'
import { createTransport } from 'nodemailer'
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js'
import type { DialogueLine, IntegrationWorld, SendOutcome, SendStage } from '../integration.ts'
import { DIALOGUE_LINES_MAX, SECRET_FILE_BYTES_MAX } from '../limits.ts'
import { type Notification, oneLine } from '../notification.ts'
import { mailFailure } from './email-errors.ts'

type EmailFields = Readonly<ReceiverFieldsByKind['email']>

/** How long a server may take: to be reached and to greet, and for each answer. */
interface MailPatience {
  readonly connectMs: number
  readonly answerMs: number
}

const PATIENCE: MailPatience = { connectMs: 20_000, answerMs: 60_000 }

interface MailSecrets {
  readonly password: string
  readonly secret: string
}

async function fileText(world: IntegrationWorld, path: string): Promise<string> {
  return new TextDecoder().decode(await world.disk.readFile(path, SECRET_FILE_BYTES_MAX))
}

async function secretsOf(fields: EmailFields, world: IntegrationWorld): Promise<MailSecrets> {
  const read = async (value: string, file: string): Promise<string> =>
    file === '' ? value : (await fileText(world, file)).trim()
  return {
    password: await read(fields.auth_password, fields.auth_password_file),
    secret: await read(fields.auth_secret, fields.auth_secret_file),
  }
}

async function tlsOptions(
  tls: TlsSettings,
  host: string,
  world: IntegrationWorld,
): Promise<SMTPTransport.Options['tls']> {
  const read = async (text: string, file: string): Promise<string | undefined> =>
    file === '' ? text || undefined : fileText(world, file)
  const isAddress = /^[\d.]+$|:/.test(host)
  const serverName = tls.serverName === '' && !isAddress ? host : tls.serverName
  const [ca, cert, key] = [
    await read(tls.ca, tls.caFile),
    await read(tls.cert, tls.certFile),
    await read(tls.key, tls.keyFile),
  ]
  return {
    // An address is no name to ask for, RFC 6066; the certificate is held against it all the same.
    ...(serverName === '' ? {} : { servername: serverName }),
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

/** `host:port`, an IPv6 host without its brackets. */
function addressOf(smarthost: string): { readonly host: string; readonly port: number } {
  const at = smarthost.lastIndexOf(':')
  return {
    host: smarthost.slice(0, at).replace(/^\[|\]$/g, '') || 'localhost',
    port: Number(smarthost.slice(at + 1)),
  }
}

async function transportOptions(
  fields: EmailFields,
  tls: TlsSettings,
  world: IntegrationWorld,
  patience: MailPatience,
): Promise<SMTPTransport.Options> {
  const { host, port } = addressOf(fields.smarthost)
  const secure = fields.force_implicit_tls ?? port === 465
  const { password, secret } = await secretsOf(fields, world)
  const auth = authOf(fields, password, secret)
  return {
    host,
    port,
    secure,
    requireTLS: !secure && fields.require_tls === true,
    // Without the demand TLS is still used when it is offered, as Grafana does and nobody is worse off.
    name: fields.hello,
    tls: await tlsOptions(tls, host, world),
    connectionTimeout: patience.connectMs,
    greetingTimeout: patience.connectMs,
    socketTimeout: patience.answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...auth,
  }
}

type Login = Pick<SMTPTransport.Options, 'auth' | 'authMethod' | 'customAuth'>

/** A secret alone is for CRAM-MD5; a password is for whatever the server offers. */
function authOf(fields: EmailFields, password: string, secret: string): Login {
  if (fields.auth_username === '') return {}
  const user = fields.auth_username
  if (password === '' && secret !== '')
    return { auth: { user, pass: secret }, authMethod: 'CRAM-MD5' }
  if (fields.auth_identity !== '') return identifiedAuth(fields.auth_identity, user, password)
  return { auth: { user, pass: password } }
}

/** PLAIN on behalf of somebody else, which nodemailer does not do by itself. @source RFC 4616 */
function identifiedAuth(identity: string, user: string, pass: string): Login {
  const words = Buffer.from([identity, user, pass].join('\0')).toString('base64')
  return {
    auth: { type: 'custom', method: 'IDENTIFIED', user, pass },
    customAuth: {
      IDENTIFIED: async (session) => {
        const answer = await session.sendCommand(`AUTH PLAIN ${words}`)
        if (answer.status >= 200 && answer.status < 300) return
        session.reject(new Error(`Invalid login: ${answer.response}`))
      },
    },
  }
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()\\]+$/

/** Addresses of a list; a name may stand before `<…>`. @throws Error with the reference's words */
function addressesOf(list: string): { readonly name: string; readonly address: string }[] {
  return splitAddresses(oneLine(list)).map((part) => {
    const match = /^(.*)<([^<>]*)>$/.exec(part)
    const address = (match?.[2] ?? part).trim()
    const name = (match?.[1] ?? '').trim().replace(/^"(.*)"$/, '$1')
    if (!ADDRESS.test(address)) throw new AddressMistake(`no mail address: ${JSON.stringify(part)}`)
    return { name, address }
  })
}

class AddressMistake extends Error {}

/** At commas that are not in quotes. */
function splitAddresses(list: string): string[] {
  return (list.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((part) => part.trim()).filter(Boolean)
}

function headersOf(notification: Notification, fields: EmailFields): Map<string, string> {
  const headers = new Map(
    fields.headers.map(([name, value]) => [name, oneLine(notification.text(value))] as const),
  )
  if (fields.threading.enabled) {
    const date = new Date(notification.nowMs).toISOString().slice(0, 10)
    const day = fields.threading.thread_by_date === 'none' ? '' : date
    const root = `<alert-${notification.keyHash.slice(0, 16)}-${day}@alertmanager>`
    headers.set('References', root)
    headers.set('In-Reply-To', root)
  }
  return headers
}

const DEFAULT_SUBJECT = '{{ template "email.default.subject" . }}'

type Mail = Parameters<ReturnType<typeof createTransport>['sendMail']>[0]

function mailOf(fields: EmailFields, notification: Notification, world: IntegrationWorld): Mail {
  const from = addressesOf(notification.exact(fields.from))
  if (from.length !== 1)
    throw new AddressMistake(`must be exactly one 'from' address (got: ${from.length})`)
  const to = addressesOf(notification.exact(fields.to))
  const headers = headersOf(notification, fields)
  const subject = headers.get('Subject') ?? oneLine(notification.text(DEFAULT_SUBJECT))
  const shownTo = headers.get('To')
  const shownFrom = headers.get('From')
  for (const name of ['Subject', 'To', 'From']) headers.delete(name)
  const id = headers.get('Message-Id') ?? `<${notification.id}@${world.hostName}>`
  headers.delete('Message-Id')
  return {
    envelope: { from: from[0]!.address, to: to.map((one) => one.address) },
    from: shownFrom === undefined ? from[0]! : addressesOf(shownFrom),
    to: shownTo === undefined ? to : addressesOf(shownTo),
    subject,
    messageId: id,
    date: new Date(world.clock.now()),
    textEncoding: 'quoted-printable',
    headers: [...headers].map(([key, value]) => ({ key, value })),
    ...(fields.text === '' ? {} : { text: notification.text(fields.text) }),
    ...(fields.html === '' ? {} : { html: notification.html(fields.html) }),
  }
}

interface SmtpLog {
  readonly tnx?: string
}

/** nodemailer tells everything to a logger; lines of the dialogue are those of client and server. */
function dialogueLogger(hear: (line: DialogueLine) => void): object {
  const note = (entry: SmtpLog, message: string, ...args: unknown[]): void => {
    const from = entry.tnx === 'server' || entry.tnx === 'client' ? entry.tnx : undefined
    if (from === undefined) return
    const text = args.reduce<string>((all, arg) => all.replace(/%[sd]/, String(arg)), message)
    hear({ from, text: text.replace(/^(AUTH PLAIN ).*/, '$1<secret>') })
  }
  return {
    level: () => {},
    trace: note,
    debug: note,
    info: note,
    warn: note,
    error: note,
    fatal: note,
  }
}

const STAGES: readonly (readonly [RegExp, SendStage])[] = [
  [/^STARTTLS/, 'TLS'],
  [/^AUTH/, 'AUTH'],
  [/^MAIL FROM/, 'MAIL'],
  [/^RCPT TO/, 'RCPT'],
  [/^DATA/, 'DATA'],
]

/** Listens to a dialogue: a connection that breaks does not say what it was about. */
class Dialogue {
  stage: SendStage = 'connect'
  readonly #hear: ((line: DialogueLine) => void) | undefined
  #lines = 0

  constructor(hear: ((line: DialogueLine) => void) | undefined) {
    this.#hear = hear
  }

  note(line: DialogueLine): void {
    if (line.from === 'client')
      this.stage = STAGES.find(([pattern]) => pattern.test(line.text))?.[1] ?? this.stage
    if (++this.#lines <= DIALOGUE_LINES_MAX) this.#hear?.(line)
  }
}

/** @source Alertmanager 0.34 notify/email; RFC 5321 */
export async function sendEmail(
  fields: EmailFields,
  tls: TlsSettings,
  notification: Notification,
  world: IntegrationWorld,
  hear?: (line: DialogueLine) => void,
  patience: MailPatience = PATIENCE,
): Promise<SendOutcome> {
  let mail: Mail
  try {
    mail = mailOf(fields, notification, world)
  } catch (error) {
    if (!(error instanceof AddressMistake)) throw error
    return {
      ok: false,
      isRetryable: false,
      reason: 'clientError',
      error: error.message,
      stage: 'template',
      fix: 'check to, from and the labels that their templates use',
    }
  }
  const options = await transportOptions(fields, tls, world, patience)
  const dialogue = new Dialogue(hear)
  const transport = createTransport({
    ...options,
    logger: dialogueLogger((line) => dialogue.note(line)) as never,
    debug: true,
  })
  try {
    const sent = await transport.sendMail({ ...mail, signal: notification.signal })
    if (sent.rejected.length === 0) return { ok: true }
    // Some got it: sending again would tell them twice.
    world.log.warn('mail was refused for some recipients', { refused: sent.rejected.join(', ') })
    return { ok: true }
  } catch (error) {
    return mailFailure(error, fields, options, dialogue.stage)
  } finally {
    transport.close()
  }
}
