// web.config.file: TLS, headers and users of a server.

import { messageOf, OutsideError, quoted, UserError } from '@pharos/base'
import type { Disk } from '@pharos/base'
import { always, count, duration, filePath, flag, leaf, oneOf, secret, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { readText } from './config-file.ts'
import { decoded } from './decode-file.ts'
import { pathPattern } from './glob.ts'
import { list, mapOf, section } from './section.ts'
import type { Refuse } from './section.ts'
import { readYaml } from './yaml-tree.ts'

export type ClientAuth =
  | 'NoClientCert'
  | 'RequestClientCert'
  | 'RequireAnyClientCert'
  | 'VerifyClientCertIfGiven'
  | 'RequireAndVerifyClientCert'

const WEB_ROLES = ['viewer', 'editor', 'admin'] as const
type WebRole = (typeof WEB_ROLES)[number]

export interface WebTlsSettings {
  /** PEM texts; '' when the file is used. */
  readonly cert: string
  readonly key: string
  readonly clientCa: string
  readonly certFile: string
  readonly keyFile: string
  readonly clientCaFile: string
  readonly clientAuth: ClientAuth
  readonly clientAllowedSans: readonly string[]
  /** Go's names; empty means the defaults. */
  readonly cipherSuites: readonly string[]
  readonly curves: readonly string[]
  readonly minVersion: string
  readonly maxVersion: string
}

export interface WebSettings {
  /** Undefined: plain HTTP. */
  readonly tls: WebTlsSettings | undefined
  readonly http2: boolean
  readonly headers: readonly (readonly [string, string])[]
  /** Name to bcrypt hash. Empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>
  /** Ours: by user; who is not here is an admin. */
  readonly roles: ReadonlyMap<string, WebRole>
  /** One request each `intervalMs` after a burst; 0: no limit. */
  readonly rateLimit: { readonly burst: number; readonly intervalMs: number }
  /** Ours: paths that answer without a password; a `*` at the end stands for anything. */
  readonly unauthenticatedPaths: readonly string[]
}

const VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const

const GCM_128 = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']

const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...GCM_128,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
]

const AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const

/** Headers that a file may set, with their allowed values where these are few. */
const HEADERS = new Map<string, readonly string[]>([
  ['Strict-Transport-Security', []],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', []],
  ['Content-Security-Policy', []],
])

const version = (absent: (typeof VERSIONS)[number]): Codec<string> =>
  oneOf(VERSIONS, absent, (word) => `unknown TLS version: ${word}`) as Codec<string>

interface TlsServerFields {
  cert: string
  key: string
  client_ca: string
  cert_file: string
  key_file: string
  client_auth_type: string
  client_ca_file: string
  cipher_suites: readonly string[]
  curve_preferences: readonly string[]
  min_version: string
  max_version: string
  prefer_server_cipher_suites: boolean
  client_allowed_sans: readonly string[]
}

interface WebFields {
  tls_server_config: TlsServerFields
  http_server_config: { http2: boolean; headers: readonly (readonly [string, string])[] }
  rate_limit: { burst: number; interval: number }
  basic_auth_users: readonly (readonly [string, string])[]
  user_roles: readonly (readonly [string, WebRole])[]
  unauthenticated_paths: readonly string[]
}

const tlsServerSection = section<TlsServerFields>(
  {
    cert: text(),
    key: secret(),
    client_ca: text(),
    cert_file: filePath(),
    key_file: filePath(),
    client_auth_type: oneOf(
      AUTH_TYPES,
      '',
      (word) => `invalid ClientAuth: ${word}`,
    ) as Codec<string>,
    client_ca_file: filePath(),
    cipher_suites: list(oneOf(CIPHERS, '', (word) => `unknown cipher: ${word}`)),
    curve_preferences: list(
      oneOf(
        ['CurveP256', 'CurveP384', 'CurveP521', 'X25519'],
        '',
        (word) => `unknown curve: ${word}`,
      ) as Codec<string>,
    ),
    min_version: version('TLS12'),
    max_version: version('TLS13'),
    prefer_server_cipher_suites: always(flag(true)),
    client_allowed_sans: list(text()),
  },
  { check: checkTlsServer },
)

/** Whether any key asks for TLS. A key that did not decode does too. */
function asksForTls(tls: Partial<TlsServerFields>): boolean {
  const keys = [
    'cert',
    'cert_file',
    'key',
    'key_file',
    'client_ca',
    'client_ca_file',
    'client_auth_type',
  ] as const
  return keys.some((key) => tls[key] !== '')
}

function checkTlsServer(tls: Partial<TlsServerFields>, refuse: Refuse): void {
  if (!asksForTls(tls)) return
  if (tls.cert_file === '' && tls.cert === '') refuse('missing one of cert or cert_file')
  if (tls.key_file === '' && tls.key === '') refuse('missing one of key or key_file')
  const auth = tls.client_auth_type
  if ((tls.client_ca || tls.client_ca_file) && (auth === '' || auth === 'NoClientCert'))
    refuse("client CA's have been configured without a Client Auth Policy")
}

const bcryptHash = (): Codec<string> =>
  leaf({
    wants: 'a bcrypt hash',
    absent: '',
    zero: '',
    decode(s) {
      if (s.text.length < 59)
        throw new UserError(
          'config/web',
          'crypto/bcrypt: hashedSecret too short to be a bcrypted password',
        )
      if (!s.text.startsWith('$2'))
        throw new UserError('config/web', "crypto/bcrypt: bcrypt hashes must start with '$2'")
      return s.text
    },
    show: () => '<secret>',
  })

const headerValues = mapOf(text())

const webSection = section<WebFields>(
  {
    tls_server_config: tlsServerSection,
    http_server_config: section<WebFields['http_server_config']>(
      { http2: always(flag(true)), headers: headerValues },
      {
        check({ headers }, refuse) {
          for (const [name, value] of headers ?? []) {
            const allowed = HEADERS.get(name)
            if (allowed === undefined)
              refuse(`HTTP header ${quoted(name)} can not be configured`, 'headers', name)
            else if (allowed.length > 0 && !allowed.includes(value)) {
              const wants = `["${allowed.join('" "')}"]`
              refuse(
                `invalid value for ${name}. Expected one of: ${wants}, but got: ${quoted(value)}`,
                'headers',
                name,
              )
            }
          }
        },
      },
    ),
    rate_limit: section<WebFields['rate_limit']>({ burst: count(), interval: duration() }),
    basic_auth_users: mapOf(bcryptHash()),
    user_roles: mapOf(oneOf(WEB_ROLES, 'viewer') as Codec<WebRole>),
    unauthenticated_paths: list(text()),
  },
  {
    check(fields, refuse) {
      checkRoles(fields, refuse)
      const { tls_server_config: tls, http_server_config: http } = fields
      // An unknown cipher is undefined here and has been refused already.
      const ciphers: readonly (string | undefined)[] = tls?.cipher_suites ?? []
      if (ciphers.length === 0 || ciphers.includes(undefined)) return
      if (http?.http2 !== true || tls?.min_version === 'TLS13') return
      if (!ciphers.some((cipher) => cipher !== undefined && GCM_128.includes(cipher)))
        refuse(
          'http2: TLSConfig.CipherSuites is missing an HTTP/2-required AES_128_GCM_SHA256 cipher ' +
            `(need at least one of ${GCM_128.join(' or ')})`,
          'tls_server_config',
          'cipher_suites',
        )
    },
  },
)

function checkRoles(
  { basic_auth_users: users, user_roles: roles }: Partial<WebFields>,
  refuse: Refuse,
): void {
  const names = new Set(users?.map(([name]) => name))
  for (const [name] of roles ?? [])
    if (!names.has(name))
      refuse(`${quoted(name)} is not among basic_auth_users`, 'user_roles', name)
}

/**
 * Reads a web.config file; an empty one is plain HTTP for everybody.
 * @throws ConfigErrors with every mistake
 * @source exporter-toolkit web.Validate
 */
export function loadWebConfig(
  fileText: string,
  options: { readonly file: string; readonly baseDirectory: string },
): WebSettings {
  const fields = webSection.inDirectory(
    decoded(webSection, readYaml(fileText, options.file), options.file),
    options.baseDirectory,
  )
  const { tls_server_config: tls, http_server_config: http, rate_limit } = fields
  return {
    tls: asksForTls(tls) ? webTls(tls) : undefined,
    http2: http.http2,
    headers: http.headers,
    users: new Map(fields.basic_auth_users),
    roles: new Map(fields.user_roles),
    rateLimit: { burst: rate_limit.burst, intervalMs: rate_limit.interval },
    unauthenticatedPaths: fields.unauthenticated_paths,
  }
}

function webTls(tls: TlsServerFields): WebTlsSettings {
  // The second name of RequireAnyClientCert is kept for old files.
  const auth = tls.client_auth_type.replace(/^RequireClientCert$/, 'RequireAnyClientCert')
  return {
    cert: tls.cert,
    key: tls.key,
    clientCa: tls.client_ca,
    certFile: tls.cert_file,
    keyFile: tls.key_file,
    clientCaFile: tls.client_ca_file,
    clientAuth: (auth === '' ? 'NoClientCert' : auth) as ClientAuth,
    clientAllowedSans: tls.client_allowed_sans,
    cipherSuites: tls.cipher_suites,
    curves: tls.curve_preferences,
    minVersion: tls.min_version,
    maxVersion: tls.max_version,
  }
}

/**
 * What `promtool check web-config` says: the words for both streams, and whether the file is valid.
 * @source cmd/promtool CheckWebConfig
 */
export async function checkWebConfig(
  file: string,
  disk: Disk,
): Promise<{ readonly isValid: boolean; readonly output: string; readonly errors: string }> {
  try {
    const { tls } = loadWebConfig(await readText(disk, file), {
      file,
      baseDirectory: pathPattern(file).directory,
    })
    const named = [tls?.certFile, tls?.keyFile, tls?.clientCaFile]
    for (const path of named) {
      if (path && (await disk.stat(path)) === undefined)
        throw new UserError('config/missing-file', `open ${path}: no such file or directory`)
    }
    return { isValid: true, output: `${file} SUCCESS\n`, errors: '' }
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof OutsideError)) throw error
    return { isValid: false, output: '', errors: `${file} FAILED: ${messageOf(error)}\n` }
  }
}
