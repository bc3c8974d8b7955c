// From a request's target to a connection: straight, through a unix socket, to a proxy, or through its tunnel.

import type { Connection, Net, TlsClientOptions } from '@pharos/base'
import { messageOf, OutsideError } from '@pharos/base'
import { dialError } from './client-errors.ts'
import { authorizationValue, requestBytes } from './request-bytes.ts'
import type { RequestTarget } from './request-bytes.ts'

/** A proxy that was chosen for a target. */
export interface HttpProxy {
  /** Its URL, taken apart. */
  readonly at: RequestTarget
  /** For CONNECT only; the proxy's own credentials come from its URL. */
  readonly connectHeaders: readonly (readonly [string, string])[]
}

interface DialOptions {
  readonly tls: TlsClientOptions | undefined
  readonly socketPath: string | undefined
  readonly proxy: HttpProxy | undefined
  readonly signal: AbortSignal
}

/** @throws OutsideError `net/…` with Go's words, or the signal's reason */
export async function dialled(
  net: Net,
  target: RequestTarget,
  options: DialOptions,
): Promise<Connection> {
  const { signal, proxy, socketPath } = options
  const tls = options.tls ?? {}
  let connection: Connection
  try {
    signal.throwIfAborted()
    if (proxy !== undefined) {
      connection = await viaProxy(net, target, proxy, tls, signal)
    } else {
      const { host, port } = target
      connection = await net.connect({
        host,
        port,
        signal,
        ...(socketPath === undefined ? {} : { socketPath }),
        ...(target.secure ? { tls } : {}),
      })
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw proxy === undefined
      ? dialError(error, target.host, target.port)
      : proxyError(error, proxy)
  }
  if (signal.aborted) {
    connection.destroy()
    throw signal.reason
  }
  return connection
}

async function viaProxy(
  net: Net,
  target: RequestTarget,
  proxy: HttpProxy,
  tls: TlsClientOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const { host, port, secure } = proxy.at
  const { serverName: _ofTheTarget, ...proxyTls } = tls
  const tlsOfProxy = secure ? { tls: proxyTls } : {}
  if (!target.secure)
    return await net.connect({ host, port, signal, behind: target.host, ...tlsOfProxy })
  const request = connectBytes(target, proxy)
  return await net.connect({
    host: target.host,
    port: target.port,
    tls,
    signal,
    tunnel: { host, port, request, ...tlsOfProxy },
  })
}

function connectBytes(target: RequestTarget, proxy: HttpProxy): Uint8Array {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  const authority = `${host}:${target.port}`
  const headers = [...proxy.connectHeaders, ...proxyAuthorization(proxy)]
  return requestBytes('CONNECT', { ...target, path: authority, authority }, headers, undefined)
}

function proxyAuthorization(proxy: HttpProxy): (readonly [string, string])[] {
  const { credentials } = proxy.at
  return credentials === undefined
    ? []
    : [['Proxy-Authorization', authorizationValue(credentials)] as const]
}

/** What a proxy wants to read: the whole URL, and who asks. Over a tunnel it reads nothing. */
export function asProxied(
  target: RequestTarget,
  proxy: HttpProxy | undefined,
): { readonly target: RequestTarget; readonly headers: readonly (readonly [string, string])[] } {
  if (proxy === undefined || target.secure) return { target, headers: [] }
  const path = `http://${target.authority}${target.path}`
  return { target: { ...target, path }, headers: proxyAuthorization(proxy) }
}

function proxyError(error: unknown, proxy: HttpProxy): OutsideError {
  const refused = error instanceof OutsideError && error.code === 'net/proxy'
  // Go names the step that failed; a proxy that answers with a refusal speaks for itself.
  if (refused) return new OutsideError('net/proxy', messageOf(error), { cause: error })
  const dial = dialError(error, proxy.at.host, proxy.at.port)
  return new OutsideError(dial.code, `proxyconnect tcp: ${dial.message}`, { cause: error })
}
