// What an SMTP failure means for people: at which stage, and what to do.
import { messageOf } from '@pharos/base'
import type { ReceiverFieldsByKind } from '@pharos/config'
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js'
import type { FailureReason, SendOutcome, SendStage } from '../integration.ts'

interface SmtpError {
  readonly code?: unknown
  readonly command?: unknown
  readonly response?: unknown
  readonly responseCode?: unknown
}

interface Diagnosis {
  readonly stage: SendStage
  readonly what: string
  readonly fix: string
}

/** The reference's words for each stage, so that searches find the same advice. */
const WORDS: Readonly<Record<SendStage, string>> = {
  connect: 'establish connection to server',
  TLS: 'establish TLS connection to server',
  AUTH: 'auth',
  MAIL: 'send MAIL command',
  RCPT: 'send RCPT command',
  DATA: 'delivery failure',
  request: 'send',
  template: 'template',
}

/**
 * @param thrown  what nodemailer threw
 * @param stage   what the dialogue had come to
 */
export function mailFailure(
  thrown: unknown,
  fields: Readonly<ReceiverFieldsByKind['email']>,
  options: SMTPTransport.Options,
  stage: SendStage,
): SendOutcome {
  const error = (thrown ?? {}) as SmtpError
  const message = messageOf(thrown)
  const responseCode = typeof error.responseCode === 'number' ? error.responseCode : 0
  const found = diagnosis({ error, message, responseCode, stage, fields, options })
  return {
    ok: false,
    // A 5xx may be about this hour (greylists, quotas) as well as for ever; the reference tries again, and so do we.
    isRetryable: true,
    reason: reasonOf(found.stage, responseCode, error),
    error: `${WORDS[found.stage]} (${fields.smarthost}): ${found.what}`,
    stage: found.stage,
    fix: found.fix,
  }
}

function reasonOf(stage: SendStage, responseCode: number, error: SmtpError): FailureReason {
  if (error.code === 'EABORT') return 'contextCanceled'
  if (error.code === 'ETIMEDOUT') return 'contextDeadlineExceeded'
  if (stage === 'AUTH') return 'authError'
  if (responseCode >= 500) return 'clientError'
  return responseCode >= 400 ? 'serverError' : 'other'
}

/** A failure and all that is known around it. */
interface MailFault {
  readonly error: SmtpError
  readonly message: string
  /** 0: the server said nothing. */
  readonly responseCode: number
  readonly stage: SendStage
  readonly fields: Readonly<ReceiverFieldsByKind['email']>
  readonly options: SMTPTransport.Options
}

const REFUSED: Readonly<Partial<Record<SendStage, string>>> = {
  MAIL: 'the server does not let this sender in: smtp_from must be an address of the account in smtp_auth_username',
  RCPT: 'the server does not take mail for this recipient: check `to`, and whether the account may send to other domains',
  DATA: 'the server refused the message itself: it may be too large, or taken for spam',
}

function diagnosis(fault: MailFault): Diagnosis {
  const { error, message, responseCode, fields } = fault
  const command = typeof error.command === 'string' ? error.command : ''
  // The connection broke or nobody answered: the dialogue says what it was about.
  const isLost = command === 'CONN' || command === ''
  const stage = isLost ? fault.stage : (stageOf(command, error) ?? fault.stage)
  if (responseCode === 530)
    return {
      stage: 'AUTH',
      what: message,
      fix: 'the server wants a login, or TLS before it: set smtp_auth_username and smtp_auth_password',
    }
  if (stage === 'connect' || stage === 'TLS') return connectionDiagnosis(fault, command)
  if (isLost && responseCode === 0) return { stage, what: message, fix: lostFix(error, stage) }
  if (responseCode >= 400 && responseCode < 500)
    return {
      stage,
      what: message,
      fix: 'the server puts it off, as greylists do with senders they do not know: it is tried again',
    }
  return { stage, what: message, fix: REFUSED[stage] ?? authFix(message, fields) }
}

function stageOf(command: string, error: SmtpError): SendStage | undefined {
  if (command.startsWith('AUTH') || error.code === 'EAUTH') return 'AUTH'
  if (command.startsWith('MAIL FROM')) return 'MAIL'
  if (command.startsWith('RCPT TO')) return 'RCPT'
  if (command.startsWith('DATA') || error.code === 'EMESSAGE') return 'DATA'
  return undefined
}

function lostFix(error: SmtpError, stage: SendStage): string {
  const what = error.code === 'ETIMEDOUT' ? 'did not answer' : 'ended the connection'
  return `the server ${what} at ${stage} without a reason: its own log may have one; the mail is sent again`
}

function connectionDiagnosis(fault: MailFault, command: string): Diagnosis {
  const { error, message, fields, options } = fault
  if (/certificate|self.signed|altnames|CERT_/i.test(message))
    return {
      stage: 'TLS',
      what: message,
      fix: 'the certificate is not trusted: set smtp_tls_config.ca_file, or server_name when it is for another name',
    }
  const isTls =
    fault.stage === 'TLS' ||
    error.code === 'ETLS' ||
    /STARTTLS/.test(command) ||
    /SSL|TLS|wrong version/i.test(message)
  if (
    isTls &&
    /STARTTLS|not support|command not/i.test(message + command) &&
    options.secure !== true
  )
    return {
      stage: 'TLS',
      what: `'require_tls' is true (default) but ${JSON.stringify(fields.smarthost)} does not advertise the STARTTLS extension: ${message}`,
      fix: 'use the port with TLS (465) and force_implicit_tls: true, or set smtp_require_tls: false for a server on this machine',
    }
  if (isTls)
    return {
      stage: 'TLS',
      what: message,
      fix:
        options.secure === true
          ? 'the server speaks no TLS at once on this port: 465 does, 587 and 25 want STARTTLS (force_implicit_tls: false)'
          : 'TLS could not be agreed on: check smtp_tls_config and the port',
    }
  if (/Greeting never received|closed unexpectedly|ECONNRESET/i.test(message) && command === 'CONN')
    return {
      stage: 'connect',
      what: message,
      fix:
        options.secure === true
          ? 'connected, but no greeting: is this a port for STARTTLS? set force_implicit_tls: false'
          : 'connected, but no greeting: port 465 speaks TLS from the start; set force_implicit_tls: true for other such ports',
    }
  if (fault.responseCode >= 400)
    return {
      stage: 'connect',
      what: message,
      fix: 'the server takes no mail from this machine now: it may be busy, or the address may be on a list',
    }
  return { stage: 'connect', what: message, fix: connectFix(message) }
}

function connectFix(message: string): string {
  if (/ECONNREFUSED/.test(message))
    return 'nothing listens there: check host and port of smtp_smarthost'
  if (/ENOTFOUND|EAI_AGAIN|EDNS/.test(message))
    return 'the name has no address: check the host of smtp_smarthost'
  return 'no connection in time: many providers block port 25; try 465 or 587'
}

function authFix(message: string, fields: Readonly<ReceiverFieldsByKind['email']>): string {
  if (/^(?:Missing credentials|Unknown authentication)/i.test(message))
    return 'the server offers no way to log in that fits: PLAIN and LOGIN want a password, CRAM-MD5 a secret'
  const isForTokens = /@(?:qq|foxmail|163|126|gmail|outlook)\.com$/i.test(fields.auth_username)
  return isForTokens
    ? 'this provider wants an authorization code made in its web mail settings, not the password of the account'
    : 'check smtp_auth_username and smtp_auth_password; many providers want a password made for applications'
}
