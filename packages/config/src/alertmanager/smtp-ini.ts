// The `[smtp]` section of a grafana.ini, as people already have it, read as `smtp_*` of the global section.
import { quoted, UserError } from '@pharos/base'

export interface SmtpDefaults {
  readonly smarthost: string
  readonly username: string
  readonly password: string
  readonly from: string
  readonly hello: string
  readonly certFile: string
  readonly keyFile: string
  readonly skipVerify: boolean
  /** Undefined leaves it to the port. */
  readonly requireTls: boolean | undefined
}

const KNOWN: readonly string[] = [
  'enabled',
  'host',
  'user',
  'password',
  'cert_file',
  'key_file',
  'skip_verify',
  'from_address',
  'from_name',
  'ehlo_identity',
  'startTLS_policy',
  'enable_tracing',
]

/**
 * Values in one or three double quotes, or in backquotes, may hold `#` and `;`; elsewhere these begin a comment.
 * @throws UserError `config/smtp-ini` when there is no such section, it is switched off, or a key is unknown
 * @source Grafana's documentation, "Configure Grafana", [smtp]
 */
export function readSmtpIni(source: string, file: string): SmtpDefaults {
  const values = new Map<string, string>()
  let isSmtp = false
  let isThere = false
  for (const [i, raw] of source.split(/\r?\n/).entries()) {
    const line = raw.trim()
    const header = /^\[(.*)\]$/.exec(line)
    if (header !== null) {
      isSmtp = header[1] === 'smtp'
      isThere ||= isSmtp
      continue
    }
    if (!isSmtp || line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const equals = line.indexOf('=')
    const key = line.slice(0, Math.max(0, equals)).trim()
    if (!KNOWN.includes(key))
      throw refused(file, i + 1, `unknown key ${quoted(key === '' ? line : key)} in [smtp]`)
    values.set(key, valueOf(line.slice(equals + 1).trim()))
  }
  if (!isThere) throw refused(file, 1, 'wants a section [smtp]')
  const value = (key: string): string => values.get(key) ?? ''
  if (value('enabled') !== 'true')
    throw refused(file, 1, '[smtp] is switched off; set enabled = true')
  const host = value('host') === '' ? 'localhost:25' : value('host')
  const address = value('from_address') === '' ? 'admin@grafana.localhost' : value('from_address')
  const name = value('from_name') === '' ? 'Grafana' : value('from_name')
  return {
    smarthost: /:[0-9]+$/.test(host) ? host : `${host}:25`,
    username: value('user'),
    password: value('password'),
    from: `${JSON.stringify(name)} <${address}>`,
    hello: value('ehlo_identity'),
    certFile: value('cert_file'),
    keyFile: value('key_file'),
    skipVerify: value('skip_verify') === 'true',
    requireTls: tlsPolicy(value('startTLS_policy')),
  }
}

function tlsPolicy(policy: string): boolean | undefined {
  if (policy === 'MandatoryStartTLS') return true
  // Opportunistic is what Grafana does unless told otherwise: without a policy a plain server is fine.
  return false
}

function valueOf(text: string): string {
  const quote = /^("""|"|`)/.exec(text)?.[1]
  if (quote !== undefined) {
    const end = text.indexOf(quote, quote.length)
    if (end > 0) return text.slice(quote.length, end)
  }
  return text.replace(/\s*[#;].*$/, '')
}

function refused(file: string, line: number, why: string): UserError {
  return new UserError('config/smtp-ini', `${file}:${line}: ${why}`)
}
