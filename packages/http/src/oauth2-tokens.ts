// Access tokens of OAuth 2.0: fetched when the first request needs one, kept until shortly before they end, and
// fetched once however many requests wait.

import { messageOf, OutsideError, quoted } from '@pharos/base'
import type { Clock, OAuth2Settings } from '@pharos/base'
import type { HttpClient, HttpResponse } from './http-client.ts'
import { signedJwt } from './json-web-token.ts'
import { TOKEN_BODY_BYTES_MAX, TOKEN_EARLY_MS } from './limits.ts'
import type { HttpCredentials } from './request-bytes.ts'
import type { SettingFiles } from './setting-files.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

interface Token {
  readonly credentials: HttpCredentials
  /** Monotonic ms. */
  readonly freshUntilMs: number
  /** What it was asked for with: another secret in the file wants another token. */
  readonly secret: string
}

export class OAuth2Tokens {
  readonly #settings: OAuth2Settings
  readonly #client: HttpClient
  readonly #files: SettingFiles
  readonly #clock: Clock
  #token: Token | undefined
  #fetching: Promise<Token> | undefined

  /** @param client  carries the token endpoint's own TLS and proxy */
  constructor(settings: OAuth2Settings, client: HttpClient, files: SettingFiles, clock: Clock) {
    this.#settings = settings
    this.#client = client
    this.#files = files
    this.#clock = clock
  }

  /** @throws OutsideError `http/oauth2` when the endpoint refuses, or what the client throws */
  async credentials(timeoutMs: number): Promise<HttpCredentials> {
    const { clientSecret, clientSecretFile, jwt, grantType } = this.#settings
    const secret =
      grantType === JWT_BEARER
        ? await this.#files.either(jwt.key, jwt.keyFile)
        : await this.#files.secret(clientSecret, clientSecretFile)
    const known = this.#token
    if (known?.secret === secret && known.freshUntilMs > this.#clock.monotonicMs())
      return known.credentials
    this.#fetching ??= this.#fetched(secret, timeoutMs).finally(() => (this.#fetching = undefined))
    this.#token = await this.#fetching
    return this.#token.credentials
  }

  async #fetched(secret: string, timeoutMs: number): Promise<Token> {
    const { grantType } = this.#settings
    let response: HttpResponse
    try {
      response =
        grantType === JWT_BEARER
          ? await this.#post(jwtForm(this.#settings, secret, this.#clock.now()), timeoutMs)
          : await this.#clientCredentials(secret, timeoutMs)
    } catch (error) {
      const code = error instanceof OutsideError ? error.code : 'http/oauth2'
      throw new OutsideError(code, `oauth2: cannot fetch token: ${messageOf(error)}`, {
        cause: error,
      })
    }
    const body = new TextDecoder().decode(response.body)
    response.release()
    const answer = fieldsOf(body)
    const accessToken = answer.get('access_token') ?? ''
    if (response.status < 200 || response.status > 299 || accessToken === '') {
      throw new OutsideError('http/oauth2', refusalText(response, answer))
    }
    const lifeMs = Number(answer.get('expires_in') ?? 0) * 1_000
    return {
      secret,
      credentials: {
        kind: 'scheme',
        scheme: schemeOf(answer.get('token_type') ?? ''),
        credentials: accessToken,
      },
      freshUntilMs:
        lifeMs > 0 ? this.#clock.monotonicMs() + lifeMs - TOKEN_EARLY_MS : Number.POSITIVE_INFINITY,
    }
  }

  /** First with the client's name and secret in the header, as the standard prefers, then in the form. */
  async #clientCredentials(secret: string, timeoutMs: number): Promise<HttpResponse> {
    const { clientId, scopes, endpointParams } = this.#settings
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (scopes.length > 0) form.set('scope', scopes.join(' '))
    for (const [name, value] of endpointParams) form.set(name, value)
    const first = await this.#post(form, timeoutMs, {
      kind: 'basic',
      username: formEncoded(clientId),
      password: formEncoded(secret),
    })
    if (first.status >= 200 && first.status <= 299) return first
    first.release()
    form.set('client_id', clientId)
    if (secret !== '') form.set('client_secret', secret)
    return await this.#post(form, timeoutMs)
  }

  #post(
    form: URLSearchParams,
    timeoutMs: number,
    credentials?: HttpCredentials,
  ): Promise<HttpResponse> {
    return this.#client.request({
      url: this.#settings.tokenUrl,
      method: 'POST',
      headers: [
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Accept', 'application/json'],
      ],
      body: new TextEncoder().encode(form.toString()),
      timeoutMs,
      maxBodyBytes: TOKEN_BODY_BYTES_MAX,
      ...(credentials === undefined ? {} : { credentials }),
    })
  }
}

function jwtForm(settings: OAuth2Settings, key: string, nowMs: number): URLSearchParams {
  const { jwt, scopes, tokenUrl, endpointParams } = settings
  const issuedAt = Math.floor(nowMs / 1_000)
  const claims = {
    ...Object.fromEntries(jwt.claims),
    iss: jwt.issuer === '' ? settings.clientId : jwt.issuer,
    aud: jwt.audience === '' ? tokenUrl : jwt.audience,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    iat: issuedAt,
    exp: issuedAt + 3_600,
  }
  const assertion = signedJwt(claims, { key, keyId: jwt.keyId, algorithm: jwt.algorithm })
  const form = new URLSearchParams({ grant_type: JWT_BEARER, assertion })
  for (const [name, value] of endpointParams) form.set(name, value)
  return form
}

/** The fields of a JSON answer, or of a form, which some old endpoints send. */
function fieldsOf(body: string): ReadonlyMap<string, string> {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return new Map(new URLSearchParams(body))
  }
  if (typeof parsed !== 'object' || parsed === null) return new Map()
  return new Map(
    Object.entries(parsed).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  )
}

/** What the endpoint says about itself, never the whole answer: it may repeat what it was sent. */
function refusalText(response: HttpResponse, answer: ReadonlyMap<string, string>): string {
  const error = answer.get('error')
  if (error !== undefined) {
    const description = answer.get('error_description')
    return `oauth2: ${quoted(error)}${description === undefined ? '' : ` ${quoted(description)}`}`
  }
  if (response.status >= 200 && response.status <= 299)
    return 'oauth2: server response missing access_token'
  return `oauth2: cannot fetch token: ${response.statusText}`
}

/** `bearer` is written as every server knows it. */
function schemeOf(tokenType: string): string {
  if (tokenType === '' || tokenType.toLowerCase() === 'bearer') return 'Bearer'
  return tokenType
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
