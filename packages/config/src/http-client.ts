// The keys that every HTTP client of the configuration has: who we are, TLS, redirects, proxy, headers.

import type { HttpClientSettings, OAuth2Settings, ProxySettings, TlsSettings } from '@pharos/base'
import { always, filePath, flag, oneOf, secret, text, url } from './codec.ts'
import type { Codec } from './codec.ts'
import { readYaml } from './yaml-tree.ts'
import { list, mapOf, pointer, section } from './section.ts'
import type { Refuse, ShapeOf } from './section.ts'
import { decoded } from './decode-file.ts'

interface BasicAuth {
  username: string
  username_file: string
  username_ref: string
  password: string
  password_file: string
  password_ref: string
}

interface Authorization {
  type: string
  credentials: string
  credentials_file: string
  credentials_ref: string
}

export interface TlsFields {
  ca: string
  cert: string
  key: string
  ca_file: string
  cert_file: string
  key_file: string
  ca_ref: string
  cert_ref: string
  key_ref: string
  server_name: string
  insecure_skip_verify: boolean
  min_version: string
  max_version: string
}

type Secrets = readonly (readonly [string, readonly string[]])[]

interface ProxyFields {
  proxy_url: string
  no_proxy: string
  proxy_from_environment: boolean
  proxy_connect_header: Secrets
}

interface HeaderFields {
  values: readonly string[]
  secrets: readonly string[]
  files: readonly string[]
}

interface OAuth2 extends ProxyFields {
  client_id: string
  client_secret: string
  client_secret_file: string
  client_secret_ref: string
  client_certificate_key_id: string
  client_certificate_key: string
  client_certificate_key_file: string
  client_certificate_key_ref: string
  grant_type: string
  signature_algorithm: string
  iss: string
  audience: string
  claims: readonly (readonly [string, string])[]
  scopes: readonly string[]
  token_url: string
  endpoint_params: readonly (readonly [string, string])[]
  tls_config: TlsFields
}

export interface HttpFields extends ProxyFields {
  basic_auth: BasicAuth | undefined
  authorization: Authorization | undefined
  oauth2: OAuth2 | undefined
  bearer_token: string
  bearer_token_file: string
  tls_config: TlsFields
  follow_redirects: boolean
  enable_http2: boolean
  http_headers: readonly (readonly [string, HeaderFields])[]
}

const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const
const tlsVersion = (): Codec<string> =>
  oneOf(TLS_VERSIONS, '', (value) => `unknown TLS version: ${value}`) as Codec<string>

export const tlsSection: Codec<TlsFields> = section<TlsFields>(
  {
    ca: text(),
    cert: text(),
    key: secret(),
    ca_file: filePath(),
    cert_file: filePath(),
    key_file: filePath(),
    ca_ref: text(),
    cert_ref: text(),
    key_ref: text(),
    server_name: text(),
    insecure_skip_verify: always(flag()),
    min_version: tlsVersion(),
    max_version: tlsVersion(),
  },
  { check: checkTls },
)

function checkTls(tls: Partial<TlsFields>, refuse: Refuse): void {
  const given = (...values: (string | undefined)[]): number => values.filter(Boolean).length
  if (given(tls.ca, tls.ca_file, tls.ca_ref) > 1)
    refuse('at most one of ca, ca_file & ca_ref must be configured')
  if (given(tls.cert, tls.cert_file, tls.cert_ref) > 1)
    refuse('at most one of cert, cert_file & cert_ref must be configured')
  if (given(tls.key, tls.key_file, tls.key_ref) > 1)
    refuse('at most one of key and key_file must be configured')
  const hasCert = given(tls.cert, tls.cert_file, tls.cert_ref) > 0
  const hasKey = given(tls.key, tls.key_file, tls.key_ref) > 0
  const both = 'must be configured when a client'
  if (hasCert && !hasKey) refuse(`exactly one of key or key_file ${both} certificate is configured`)
  if (hasKey && !hasCert) refuse(`exactly one of cert or cert_file ${both} key is configured`)
  if (tls.min_version && tls.max_version && tls.min_version > tls.max_version)
    refuse(
      'tls_config.max_version must be greater than or equal to tls_config.min_version if both are specified',
    )
}

const PROXY_SHAPE: ShapeOf<ProxyFields> = {
  proxy_url: url(),
  no_proxy: text(),
  proxy_from_environment: flag(),
  proxy_connect_header: mapOf(list(secret())),
}

function checkProxy(proxy: Partial<ProxyFields>, refuse: Refuse): void {
  const { proxy_url, no_proxy, proxy_from_environment, proxy_connect_header } = proxy
  if ((proxy_connect_header?.length ?? 0) > 0 && !proxy_from_environment && proxy_url === '')
    refuse(
      'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured',
    )
  if (proxy_from_environment && proxy_url)
    refuse('if proxy_from_environment is configured, proxy_url must not be configured')
  if (proxy_from_environment && no_proxy)
    refuse('if proxy_from_environment is configured, no_proxy must not be configured')
  else if (proxy_url === '' && no_proxy)
    refuse('if no_proxy is configured, proxy_url must also be configured')
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const oauth2Section: Codec<OAuth2> = section(
  {
    client_id: text(),
    client_secret: secret(),
    client_secret_file: filePath(),
    client_secret_ref: text(),
    client_certificate_key_id: text(),
    client_certificate_key: secret(),
    client_certificate_key_file: filePath(),
    client_certificate_key_ref: text(),
    grant_type: text(),
    signature_algorithm: text(),
    iss: text(),
    audience: text(),
    claims: mapOf(text()),
    scopes: list(text()),
    token_url: text(),
    endpoint_params: mapOf(text()),
    tls_config: tlsSection,
    ...PROXY_SHAPE,
  },
  {
    check(oauth2, refuse) {
      checkProxy(oauth2, refuse)
      if (oauth2.client_id === '') refuse('oauth2 client_id must be configured')
      if (oauth2.token_url === '') refuse('oauth2 token_url must be configured')
      const tail = 'must be configured using grant-type='
      if (oauth2.grant_type === JWT_BEARER) {
        const keys = [
          oauth2.client_certificate_key,
          oauth2.client_certificate_key_file,
          oauth2.client_certificate_key_ref,
        ]
        const names =
          'client_certificate_key, client_certificate_key_file & client_certificate_key_ref'
        if (keys.filter(Boolean).length > 1)
          refuse(`at most one of oauth2 ${names} ${tail}${JWT_BEARER}`)
        if (!['', 'RS256', 'RS384', 'RS512'].includes(oauth2.signature_algorithm ?? ''))
          refuse('valid signature algorithms are RS256, RS384 and RS512', 'signature_algorithm')
      } else {
        const secrets = [oauth2.client_secret, oauth2.client_secret_file, oauth2.client_secret_ref]
        const names = 'client_secret, client_secret_file & client_secret_ref'
        if (secrets.filter(Boolean).length > 1)
          refuse(`at most one of oauth2 ${names} ${tail}client_credentials`)
      }
    },
  },
)

/** Names that the transport or the protocol sets itself. */
const RESERVED_HEADERS = new Set(
  [
    'Authorization Host Content-Encoding Content-Length Content-Type User-Agent Connection',
    'Keep-Alive Proxy-Authenticate Proxy-Authorization Www-Authenticate Accept-Encoding',
    'X-Prometheus-Remote-Write-Version X-Prometheus-Remote-Read-Version',
    'X-Prometheus-Scrape-Timeout-Seconds X-Amz-Date X-Amz-Security-Token X-Amz-Content-Sha256',
  ]
    .join(' ')
    .split(' '),
)

/** `content-type` to `Content-Type`. */
function canonicalHeader(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}

/** In the order in which the reference shows them. Spread into every section with an HTTP client. */
export const HTTP_SHAPE: ShapeOf<HttpFields> = {
  basic_auth: pointer(
    section<BasicAuth>({
      username: text(),
      username_file: filePath(),
      username_ref: text(),
      password: secret(),
      password_file: filePath(),
      password_ref: text(),
    }),
  ),
  authorization: pointer(
    section<Authorization>({
      type: text(),
      credentials: secret(),
      credentials_file: filePath(),
      credentials_ref: text(),
    }),
  ),
  oauth2: pointer(oauth2Section),
  bearer_token: secret(),
  bearer_token_file: filePath(),
  tls_config: tlsSection,
  follow_redirects: always(flag(true)),
  enable_http2: always(flag(true)),
  ...PROXY_SHAPE,
  http_headers: mapOf(
    section<HeaderFields>({
      values: list(text()),
      secrets: list(secret()),
      files: list(filePath()),
    }),
    (name, refuse) => {
      const canonical = canonicalHeader(name)
      if (RESERVED_HEADERS.has(canonical))
        refuse(`setting header ${JSON.stringify(canonical)} is not allowed`)
    },
  ),
}

/** What may not stand together. */
export function checkHttp(http: Partial<HttpFields>, refuse: Refuse): void {
  const { basic_auth, authorization, oauth2 } = http
  const bearer = Boolean(http.bearer_token) || Boolean(http.bearer_token_file)
  if (http.bearer_token && http.bearer_token_file)
    refuse('at most one of bearer_token & bearer_token_file must be configured')
  if ((basic_auth ?? oauth2) !== undefined && bearer)
    refuse('at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured')
  if (basic_auth !== undefined) {
    const { username, username_file, username_ref, password, password_file, password_ref } =
      basic_auth
    if ([username, username_file, username_ref].filter(Boolean).length > 1)
      refuse(
        'at most one of basic_auth username, username_file & username_ref must be configured',
        'basic_auth',
      )
    if ([password, password_file, password_ref].filter(Boolean).length > 1)
      refuse(
        'at most one of basic_auth password, password_file & password_ref must be configured',
        'basic_auth',
      )
  }
  if (authorization !== undefined) {
    const { credentials, credentials_file, credentials_ref } = authorization
    if (bearer) refuse('authorization is not compatible with bearer_token & bearer_token_file')
    if ([credentials, credentials_file, credentials_ref].filter(Boolean).length > 1)
      refuse(
        'at most one of authorization credentials & credentials_file must be configured',
        'authorization',
      )
    if (authorization.type?.trim().toLowerCase() === 'basic')
      refuse(
        'authorization type cannot be set to "basic", use "basic_auth" instead',
        'authorization',
        'type',
      )
  }
  const ways = [basic_auth, authorization, oauth2].filter((way) => way !== undefined)
  if (ways.length > 1)
    refuse('at most one of basic_auth, oauth2 & authorization must be configured')
  checkProxy(http, refuse)
}

/** The old bearer keys become an authorization, whose type is Bearer when not said otherwise. */
export function normaliseHttp<T extends HttpFields>(http: T): T {
  const { bearer_token, bearer_token_file } = http
  let authorization = http.authorization
  if (authorization !== undefined) {
    authorization = { ...authorization, type: authorization.type.trim() || 'Bearer' }
  } else if (bearer_token !== '' || bearer_token_file !== '') {
    authorization = {
      type: 'Bearer',
      credentials: bearer_token,
      credentials_file: bearer_token_file,
      credentials_ref: '',
    }
  }
  return { ...http, authorization, bearer_token: '', bearer_token_file: '' }
}

export function httpClientSettings(http: HttpFields): HttpClientSettings {
  const { basic_auth, authorization, tls_config } = http
  return {
    basicAuth: basic_auth && {
      username: basic_auth.username,
      usernameFile: basic_auth.username_file,
      password: basic_auth.password,
      passwordFile: basic_auth.password_file,
    },
    authorization: authorization && {
      type: authorization.type,
      credentials: authorization.credentials,
      credentialsFile: authorization.credentials_file,
    },
    oauth2: http.oauth2 && oauth2Settings(http.oauth2),
    followRedirects: http.follow_redirects,
    headers: http.http_headers.map(([name, { values, secrets, files }]) => ({
      name,
      values: [...values, ...secrets],
      files,
    })),
    tls: tlsSettings(tls_config),
    proxy: proxySettings(http),
  }
}

export function tlsSettings(tls: TlsFields): TlsSettings {
  return {
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    caFile: tls.ca_file,
    certFile: tls.cert_file,
    keyFile: tls.key_file,
    serverName: tls.server_name,
    insecureSkipVerify: tls.insecure_skip_verify,
    // The section lets no other text through.
    minVersion: tls.min_version as TlsSettings['minVersion'],
    maxVersion: tls.max_version as TlsSettings['maxVersion'],
  }
}

function proxySettings(proxy: ProxyFields): ProxySettings {
  return {
    url: proxy.proxy_url,
    noProxy: proxy.no_proxy,
    fromEnvironment: proxy.proxy_from_environment,
    connectHeaders: proxy.proxy_connect_header,
  }
}

function oauth2Settings(oauth2: OAuth2): OAuth2Settings {
  return {
    clientId: oauth2.client_id,
    clientSecret: oauth2.client_secret,
    clientSecretFile: oauth2.client_secret_file,
    tokenUrl: oauth2.token_url,
    scopes: oauth2.scopes,
    endpointParams: oauth2.endpoint_params,
    tls: tlsSettings(oauth2.tls_config),
    proxy: proxySettings(oauth2),
    grantType: oauth2.grant_type,
    jwt: {
      key: oauth2.client_certificate_key,
      keyFile: oauth2.client_certificate_key_file,
      keyId: oauth2.client_certificate_key_id,
      algorithm: oauth2.signature_algorithm,
      issuer: oauth2.iss,
      audience: oauth2.audience,
      claims: oauth2.claims,
    },
  }
}

const httpSection: Codec<HttpFields> = section<HttpFields>(HTTP_SHAPE, {
  check: checkHttp,
  normalise: normaliseHttp,
})

/**
 * Reads an HTTP client file (`--http.config.file`).
 * @throws ConfigErrors with every mistake
 * @source prometheus/common config.LoadHTTPConfig
 */
export function loadHttpConfig(
  fileText: string,
  options: { readonly file: string; readonly baseDirectory: string },
): HttpClientSettings {
  const tree = readYaml(fileText, options.file)
  const http = decoded(httpSection, tree, options.file)
  return httpClientSettings(httpSection.inDirectory(http, options.baseDirectory))
}
