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

/** @param thrown  what nodemailer threw */
export function mailFailure(
  thrown: unknown,
  fields: Readonly<ReceiverFieldsByKind['email']>,
  options: SMTPTransport.Options,
): SendOutcome {
  const error = (thrown ?? {}) as SmtpError
  const message = messageOf(thrown)
  const { stage, what, fix } = diagnosis(error, message, fields, options)
  const responseCode = typeof error.responseCode === 'number' ? error.responseCode : 0
  return {
    ok: false,
    // A 5xx may be about this hour (greylists, quotas) as well as for ever; the reference tries again, and so do we.
    isRetryable: true,
    reason: reasonOf(stage, responseCode, error),
    error: `${WORDS[stage]} (${fields.smarthost}): ${what}`,
    stage,
    fix,
  }
}

function reasonOf(stage: SendStage, responseCode: number, error: SmtpError): FailureReason {
  if (stage === 'AUTH') return 'authError'
  if (error.code === 'ETIMEDOUT') return 'contextDeadlineExceeded'
  if (responseCode >= 500) return 'clientError'
  return responseCode >= 400 ? 'serverError' : 'other'
}

function diagnosis(
  error: SmtpError,
  message: string,
  fields: Readonly<ReceiverFieldsByKind['email']>,
  options: SMTPTransport.Options,
): Diagnosis {
  const command = typeof error.command === 'string' ? error.command : ''
  if (/^AUTH|^API$/.test(command) || error.code === 'EAUTH')
    return { stage: 'AUTH', what: message, fix: authFix(message, fields) }
  if (/MAIL FROM/.test(command))
    return {
      stage: 'MAIL',
      what: message,
      fix: 'the server does not let this sender in: smtp_from must be an address of the account in smtp_auth_username',
    }
  if (/RCPT TO/.test(command))
    return {
      stage: 'RCPT',
      what: message,
      fix: 'the server does not take mail for this recipient: check `to`, and whether the account may send to other domains',
    }
  if (/^DATA|^EMESSAGE/.test(command) || error.code === 'EMESSAGE')
    return {
      stage: 'DATA',
      what: message,
      fix: 'the server refused the message itself: it may be too large, or taken for spam',
    }
  return connectionDiagnosis(error, message, command, fields, options)
}

function connectionDiagnosis(
  error: SmtpError,
  message: string,
  command: string,
  fields: Readonly<ReceiverFieldsByKind['email']>,
  options: SMTPTransport.Options,
): Diagnosis {
  if (/certificate|self.signed|altnames|CERT_/i.test(message))
    return {
      stage: 'TLS',
      what: message,
      fix: 'the certificate is not trusted: set smtp_tls_config.ca_file, or server_name when it is for another name',
    }
  const isTls =
    error.code === 'ETLS' || /STARTTLS/.test(command) || /SSL|TLS|wrong version/i.test(message)
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
  if (
    /Greeting never received|Unexpected socket close|ECONNRESET/i.test(message) &&
    command === 'CONN'
  )
    return {
      stage: 'connect',
      what: message,
      fix:
        options.secure === true
          ? 'connected, but no greeting: is this a port for STARTTLS? set force_implicit_tls: false'
          : 'connected, but no greeting: port 465 speaks TLS from the start; set force_implicit_tls: true for other such ports',
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
