// A client of etcd's v3 API over its JSON gateway, and of the built-in registry, which speaks the same. A call
// goes to the endpoint that answered last; one that cannot be reached is left for the next, once around.

import { messageOf, OutsideError, UserError } from '@pharos/base'
import type { Clock, Net, TlsClientOptions } from '@pharos/base'
import { createHttpClient } from '@pharos/http'
import type { HttpClient } from '@pharos/http'
import {
  isLeaseGone,
  isUnauthenticated,
  isUnreachable,
  refusalOf,
  throwStreamError,
} from './etcd-errors.ts'
import {
  base64Of,
  headerOf,
  jsonObject,
  keyValueOf,
  listAt,
  numberAt,
  objectAt,
  prefixEnd,
  textAt,
} from './etcd-wire.ts'
import type { JsonObject, KeyValue, ResponseHeader } from './etcd-wire.ts'
import { watchPrefix } from './etcd-watch.ts'
import type { WatchOptions } from './etcd-watch.ts'
import { ANSWER_BYTES_MAX, CALL_TIMEOUT_MS } from './limits.ts'

export interface EtcdClientOptions {
  readonly net: Net
  readonly clock: Clock
  /** `http://127.0.0.1:2379`, `https://…` or `host:port`; tried in turn. */
  readonly endpoints: readonly string[]
  /** Asked at each log-in, so that a rotated password is taken up. */
  readonly credentials?: () => Promise<{ readonly username: string; readonly password: string }>
  /** Asked at each call, so that rotated files are taken up. For https endpoints. */
  readonly tls?: () => Promise<TlsClientOptions>
  /** A client that knows TLS, proxies and headers by itself; it is closed with this one. */
  readonly http?: HttpClient
  /** What a bare `host:port` means; http when missing, https when there is `tls`. */
  readonly isSecure?: boolean
  /** One call on one endpoint, ms. */
  readonly timeoutMs?: number
}

interface CallOptions {
  /** For all endpoints together, ms; `timeoutMs` of the client for each when missing. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface KeyRange {
  readonly header: ResponseHeader
  readonly keys: readonly KeyValue[]
}

export class EtcdClient {
  readonly #options: EtcdClientOptions
  readonly #http: HttpClient
  readonly #endpoints: readonly string[]
  #preferred = 0
  #token = ''

  /** @throws UserError `registry/endpoint` */
  constructor(options: EtcdClientOptions) {
    this.#options = options
    this.#http = options.http ?? createHttpClient(options)
    const isSecure = options.isSecure ?? options.tls !== undefined
    this.#endpoints = options.endpoints.map((text) => endpointUrl(text, isSecure))
    if (this.#endpoints.length === 0)
      throw new UserError('registry/endpoint', 'a registry wants at least one endpoint')
  }

  /** Where the last call went. */
  get endpoint(): string {
    return this.#endpoints[this.#preferred]!
  }

  close(): void {
    this.#http.close()
  }

  /** All keys that begin with `prefix`, in the order of their bytes, as they were at one revision. */
  async list(prefix: string, options: CallOptions = {}): Promise<KeyRange> {
    const body = { key: base64Of(prefix), range_end: base64Of(prefixEnd(prefix)) }
    const answer = await this.call('/v3/kv/range', body, options)
    return { header: headerOf(answer), keys: listAt(answer, 'kvs').map(keyValueOf) }
  }

  async get(key: string, options: CallOptions = {}): Promise<KeyValue | undefined> {
    const answer = await this.call('/v3/kv/range', { key: base64Of(key) }, options)
    const [found] = listAt(answer, 'kvs')
    return found === undefined ? undefined : keyValueOf(found)
  }

  /** Returns the revision of the change. */
  async put(key: string, value: string, lease = '0', options: CallOptions = {}): Promise<number> {
    const body = { key: base64Of(key), value: base64Of(value), lease }
    return headerOf(await this.call('/v3/kv/put', body, options)).revision
  }

  /**
   * Puts when the key's last change is that of `modRevision`; 0: when there is no such key.
   * @returns the revision of the change, 0 when there was none
   */
  async putIf(
    key: string,
    modRevision: number,
    value: string,
    lease: string,
    options: CallOptions = {},
  ): Promise<number> {
    const name = base64Of(key)
    const compare = { target: 'MOD', result: 'EQUAL', key: name, mod_revision: String(modRevision) }
    return this.#putWhen(compare, { key: name, value: base64Of(value), lease }, options)
  }

  /**
   * Puts while another key has a value: only who holds that one may.
   * @returns the revision of the change, 0 when there was none
   */
  async putWhile(
    holder: { readonly key: string; readonly value: string },
    key: string,
    value: string,
    lease: string,
    options: CallOptions = {},
  ): Promise<number> {
    const compare = {
      target: 'VALUE',
      result: 'EQUAL',
      key: base64Of(holder.key),
      value: base64Of(holder.value),
    }
    return this.#putWhen(compare, { key: base64Of(key), value: base64Of(value), lease }, options)
  }

  /** Returns how many keys were deleted. */
  async delete(key: string, options: CallOptions = {}): Promise<number> {
    const answer = await this.call('/v3/kv/deleterange', { key: base64Of(key) }, options)
    return numberAt(answer, 'deleted')
  }

  /** Returns the lease's id and the TTL that was granted, s: at least 2 on etcd with its default times. */
  async grantLease(
    ttlSeconds: number,
    options: CallOptions = {},
  ): Promise<{ readonly id: string; readonly ttlSeconds: number }> {
    const body = { TTL: String(Math.ceil(ttlSeconds)) }
    const answer = await this.call('/v3/lease/grant', body, options)
    return { id: textAt(answer, 'ID'), ttlSeconds: numberAt(answer, 'TTL') }
  }

  /** Returns the new TTL, s; 0 when there is no such lease any more. */
  async keepLease(id: string, options: CallOptions = {}): Promise<number> {
    const answer = await this.call('/v3/lease/keepalive', { ID: id }, options)
    return numberAt(objectAt(answer, 'result'), 'TTL')
  }

  /** Ends a lease; its keys go with it. A lease that is gone already is fine. */
  async revokeLease(id: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.call('/v3/lease/revoke', { ID: id }, options)
    } catch (error) {
      if (!isLeaseGone(error)) throw error
    }
  }

  /** Remaining and granted TTL, s; -1 remaining when the lease is gone. */
  async leaseTime(
    id: string,
    options: CallOptions = {},
  ): Promise<{ readonly remaining: number; readonly granted: number }> {
    const answer = await this.call('/v3/lease/timetolive', { ID: id }, options)
    return { remaining: numberAt(answer, 'TTL'), granted: numberAt(answer, 'grantedTTL') }
  }

  /**
   * Watches the keys below a prefix until the stream ends, which it does for many reasons: list again then.
   * @throws OutsideError `registry/compacted` when the start revision is forgotten, `registry/watch`, `http/…`, `net/…`
   */
  async watch(prefix: string, options: WatchOptions): Promise<void> {
    await this.#login(options.signal === undefined ? {} : { signal: options.signal })
    const endpoint = this.endpoint
    try {
      await watchPrefix(
        this.#http,
        { endpoint, token: this.#token, tls: await this.#tls(endpoint) },
        prefix,
        options,
      )
    } catch (error) {
      if (isUnauthenticated(error)) this.#token = ''
      // The next round tries the next one: this endpoint may be up and yet cut off from its peers.
      else if (isUnreachable(error)) this.#leave(endpoint)
      throw error
    }
  }

  /**
   * One call of the gateway.
   * @throws EtcdError when the registry refuses; OutsideError `registry/unreachable` when no endpoint answers
   */
  async call(path: string, body: JsonObject, options: CallOptions = {}): Promise<JsonObject> {
    await this.#login(options)
    try {
      return await this.#callAny(path, body, options)
    } catch (error) {
      if (!isUnauthenticated(error) || this.#options.credentials === undefined) throw error
      // A token lives five minutes, or until etcd restarts.
      this.#token = ''
      await this.#login(options)
      return await this.#callAny(path, body, options)
    }
  }

  async #putWhen(compare: JsonObject, put: JsonObject, options: CallOptions): Promise<number> {
    const body = { compare: [compare], success: [{ request_put: put }] }
    const answer = await this.call('/v3/kv/txn', body, options)
    return answer['succeeded'] === true ? headerOf(answer).revision : 0
  }

  async #login(options: CallOptions): Promise<void> {
    if (this.#options.credentials === undefined || this.#token !== '') return
    const { username, password } = await this.#options.credentials()
    const body = { name: username, password }
    this.#token = textAt(await this.#callAny('/v3/auth/authenticate', body, options), 'token')
  }

  async #callAny(path: string, body: JsonObject, options: CallOptions): Promise<JsonObject> {
    const failures: string[] = []
    const endMs = this.#options.clock.monotonicMs() + (options.timeoutMs ?? Infinity)
    for (let tries = 0; tries < this.#endpoints.length; tries++) {
      const endpoint = this.endpoint
      // A silent endpoint must leave time for the others.
      const shareMs = (endMs - this.#options.clock.monotonicMs()) / (this.#endpoints.length - tries)
      const timeoutMs = Math.min(this.#options.timeoutMs ?? CALL_TIMEOUT_MS, Math.max(1, shareMs))
      try {
        return await this.#callOne(endpoint, path, body, { ...options, timeoutMs })
      } catch (error) {
        if (!isUnreachable(error) || options.signal?.aborted === true) throw error
        failures.push(messageOf(error))
        this.#leave(endpoint)
      }
    }
    throw new OutsideError('registry/unreachable', failures.join('; '))
  }

  async #callOne(
    endpoint: string,
    path: string,
    body: JsonObject,
    options: CallOptions,
  ): Promise<JsonObject> {
    const response = await this.#http.request({
      url: endpoint + path,
      method: 'POST',
      headers: [
        ['Content-Type', 'application/json'],
        // etcd wants the bare token; our client's `credentials` would put a scheme in front of it.
        ...(this.#token === '' ? [] : [['Grpc-Metadata-Token', this.#token] as const]),
      ],
      body: new TextEncoder().encode(JSON.stringify(body)),
      maxBodyBytes: ANSWER_BYTES_MAX,
      followRedirects: false,
      timeoutMs: options.timeoutMs ?? CALL_TIMEOUT_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(await this.#tls(endpoint)),
    })
    const text = new TextDecoder().decode(response.body)
    response.release()
    if (response.status !== 200) throw refusalOf(response.status, response.statusText, text)
    const answer = jsonObject(text)
    throwStreamError(answer)
    return answer
  }

  async #tls(endpoint: string): Promise<{ readonly tls?: TlsClientOptions }> {
    if (!endpoint.startsWith('https:') || this.#options.tls === undefined) return {}
    return { tls: await this.#options.tls() }
  }

  #leave(endpoint: string): void {
    if (this.endpoint === endpoint) this.#preferred = (this.#preferred + 1) % this.#endpoints.length
  }
}

/**
 * @param isSecure  a bare `host:port` is then reached by https
 * @throws UserError `registry/endpoint`
 */
function endpointUrl(text: string, isSecure: boolean): string {
  const url = text.includes('://') ? text : `${isSecure ? 'https' : 'http'}://${text}`
  if (/^https?:\/\/[^/?#\s]+\/?$/.test(url)) return url.replace(/\/$/, '')
  throw new UserError(
    'registry/endpoint',
    `registry endpoint ${JSON.stringify(text)} wants a form like http://127.0.0.1:2379`,
  )
}
