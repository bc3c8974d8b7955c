// A client that does what `http_config` says: who we are, TLS, proxy, headers, redirects. Everything that is secret
// goes to the host it was configured for and to no other.

import type {
  Clock,
  Disk,
  HttpClientSettings,
  Net,
  TlsClientOptions,
  TlsSettings,
} from '@pharos/base'
import { UserError } from '@pharos/base'
import type { BufferPool } from './body-buffer.ts'
import { deadlineError, labelled, requestLabel } from './client-errors.ts'
import { Http1Client } from './http-client.ts'
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts'
import { REQUEST_TIMEOUT_MS_DEFAULT } from './limits.ts'
import { OAuth2Tokens } from './oauth2-tokens.ts'
import { proxyChoice } from './proxy-choice.ts'
import { requestTarget } from './request-bytes.ts'
import type { HttpCredentials } from './request-bytes.ts'
import { SettingFiles } from './setting-files.ts'
import type { HttpStreamRequest } from './stream-request.ts'

interface ConfiguredWorld {
  readonly net: Net
  readonly clock: Clock
  /** For secrets and certificates in files. */
  readonly disk: Disk
  readonly buffers?: BufferPool
}

export class ConfiguredClient implements HttpClient {
  readonly #settings: HttpClientSettings
  readonly #plain: Http1Client
  readonly #files: SettingFiles
  readonly #tls: ClientTls
  readonly #clock: Clock
  readonly #tokens: OAuth2Tokens | undefined
  readonly #tokenClient: HttpClient | undefined
  /** Nothing is added to a request but TLS options that do not change. */
  readonly #isFixed: boolean
  /** What is added to every request, once it is known. */
  #always: Pick<Ours, 'tls'> | undefined

  constructor(settings: HttpClientSettings, world: ConfiguredWorld) {
    this.#settings = settings
    this.#clock = world.clock
    this.#files = new SettingFiles(world.disk, world.clock)
    this.#tls = new ClientTls(settings.tls, this.#files)
    const proxyFor = proxyChoice(settings.proxy, world.net)
    this.#plain = new Http1Client({ ...world, ...(proxyFor === undefined ? {} : { proxyFor }) })
    const { oauth2, tls, basicAuth, authorization, headers } = settings
    const isOpen = basicAuth === undefined && authorization === undefined && headers.length === 0
    const hasNoFiles = tls.caFile === '' && tls.certFile === '' && tls.keyFile === ''
    this.#isFixed = isOpen && hasNoFiles && oauth2 === undefined
    if (oauth2 === undefined) return
    const transport = { tls: oauth2.tls, proxy: oauth2.proxy }
    this.#tokenClient = new ConfiguredClient({ ...ONLY_TRANSPORT, ...transport }, world)
    this.#tokens = new OAuth2Tokens(oauth2, this.#tokenClient, this.#files, world.clock)
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const same = request.credentials ?? request.privateHeaders ?? request.tls
    if (this.#always === undefined || same !== undefined) return this.#requestAnew(request)
    const { followRedirects } = this.#settings
    return this.#plain.request({ followRedirects, ...request, ...this.#always })
  }

  async #requestAnew(request: HttpRequest): Promise<HttpResponse> {
    const startMs = this.#clock.monotonicMs()
    const timeoutMs = request.timeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT
    const label = (): string => requestLabel(request.method ?? 'GET', request.url)
    const ours = await this.#ours(request, timeoutMs).catch((error: unknown) => {
      throw labelled(label(), error)
    })
    if (this.#isFixed && request.tls === undefined && ours.tls !== undefined) {
      this.#always = { tls: ours.tls }
    }
    const leftMs = timeoutMs - (this.#clock.monotonicMs() - startMs)
    if (leftMs <= 0) throw labelled(label(), deadlineError())
    return await this.#plain.request({
      followRedirects: this.#settings.followRedirects,
      ...request,
      ...ours,
      timeoutMs: leftMs,
    })
  }

  async stream(request: HttpStreamRequest): Promise<void> {
    const timeoutMs = request.headTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT
    await this.#plain.stream({ ...request, ...(await this.#ours(request, timeoutMs)) })
  }

  close(): void {
    this.#plain.close()
    this.#tokenClient?.close()
  }

  /** What the settings add to a request. */
  async #ours(request: HttpRequest | HttpStreamRequest, timeoutMs: number): Promise<Ours> {
    const { headers } = this.#settings
    const credentials = request.credentials ?? (await this.#credentials(request.url, timeoutMs))
    const privateHeaders = [...(request.privateHeaders ?? [])]
    for (const { name, values, files } of headers) {
      for (const value of values) privateHeaders.push([name, value])
      for (const path of files) privateHeaders.push([name, await this.#files.secret('', path)])
    }
    return {
      ...(credentials === undefined ? {} : { credentials }),
      ...(privateHeaders.length === 0 ? {} : { privateHeaders }),
      ...(/^https:/i.test(request.url) || this.#settings.followRedirects
        ? { tls: request.tls ?? (await this.#tls.options()) }
        : {}),
    }
  }

  /** A name in the URL goes before one in the settings, as in the reference. */
  async #credentials(url: string, timeoutMs: number): Promise<HttpCredentials | undefined> {
    const { basicAuth, authorization } = this.#settings
    const files = this.#files
    if (basicAuth === undefined && authorization === undefined && this.#tokens === undefined)
      return undefined
    if (url.includes('@') && requestTarget(url).credentials !== undefined) return undefined
    if (this.#tokens !== undefined) return await this.#tokens.credentials(timeoutMs)
    if (basicAuth !== undefined) {
      const { username, usernameFile, password, passwordFile } = basicAuth
      return {
        kind: 'basic',
        username: await files.secret(username, usernameFile),
        password: await files.secret(password, passwordFile),
      }
    }
    const { type, credentials, credentialsFile } = authorization!
    return {
      kind: 'scheme',
      scheme: type,
      credentials: await files.secret(credentials, credentialsFile),
    }
  }
}

type Ours = Pick<HttpRequest, 'credentials' | 'privateHeaders' | 'tls'>

/** The settings as the network takes them; the same object for as long as no file has changed. */
class ClientTls {
  readonly #settings: TlsSettings
  readonly #files: SettingFiles
  #known: TlsClientOptions | undefined

  constructor(settings: TlsSettings, files: SettingFiles) {
    this.#settings = settings
    this.#files = files
  }

  async options(): Promise<TlsClientOptions> {
    const { caFile, certFile, keyFile } = this.#settings
    const known = this.#known
    if (known !== undefined && caFile === '' && certFile === '' && keyFile === '') return known
    const [ca, cert, key] = await Promise.all([
      this.#files.either(this.#settings.ca, caFile),
      this.#files.either(this.#settings.cert, certFile),
      this.#files.either(this.#settings.key, keyFile),
    ])
    const isKnown =
      known !== undefined &&
      (known.ca ?? '') === ca &&
      (known.cert ?? '') === cert &&
      (known.key ?? '') === key
    if (!isKnown) this.#known = this.#made(ca, cert, key)
    return this.#known!
  }

  #made(ca: string, cert: string, key: string): TlsClientOptions {
    const { serverName, insecureSkipVerify, minVersion, maxVersion, caFile } = this.#settings
    // The TLS library takes any text for a list of no authorities.
    if (ca !== '' && !ca.includes('-----BEGIN CERTIFICATE-----'))
      throw new UserError('http/tls', `unable to use specified CA cert ${caFile || 'of ca'}`)
    return {
      insecureSkipVerify,
      ...(serverName === '' ? {} : { serverName }),
      ...(ca === '' ? {} : { ca }),
      ...(cert === '' ? {} : { cert }),
      ...(key === '' ? {} : { key }),
      ...(minVersion === '' ? {} : { minVersion: TLS_VERSIONS[minVersion] }),
      ...(maxVersion === '' ? {} : { maxVersion: TLS_VERSIONS[maxVersion] }),
    }
  }
}

const TLS_VERSIONS = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const

const ONLY_TRANSPORT = {
  basicAuth: undefined,
  authorization: undefined,
  oauth2: undefined,
  followRedirects: true,
  headers: [],
}
