import * as nodeDns from 'node:dns'
import * as nodeNet from 'node:net'
import * as nodeTls from 'node:tls'
import { messageOf, OutsideError } from '../errors.ts'
import { resolve } from './resolver.ts'
import { openTunnel } from './proxy-tunnel.ts'
import type {
  Connection,
  ConnectionEvents,
  ConnectOptions,
  Net,
  ProxyTunnel,
  TlsClientOptions,
} from '../net.ts'

/** Plain sockets read into one buffer for all connections: the kernel fills it and we hand it on in one turn. */
const READ_BUFFER_BYTES = 256 * 1024

/** TLS settings that are kept ready; parsing certificates anew for each connection costs milliseconds. */
const MAX_CONTEXTS = 100

/** Sockets of this machine. An abort stops connecting; once connected, the owner calls `destroy`. */
export function createRealNet(): Net {
  const readBuffer = new Uint8Array(READ_BUFFER_BYTES)
  const contexts = new TlsContexts()
  return {
    connect: (options) =>
      options.tunnel === undefined
        ? connect(options, readBuffer, contexts)
        : connectThrough(options, options.tunnel, contexts),
    resolve,
    proxyEnvironment,
  }
}

/** @source golang.org/x/net/http/httpproxy FromEnvironment */
function proxyEnvironment(): { http: string; https: string; noProxy: string } {
  const value = (name: string): string => process.env[name] || process.env[name.toLowerCase()] || ''
  // In a CGI program HTTP_PROXY is a header of the visitor's choice.
  const isCgi = (process.env['REQUEST_METHOD'] ?? '') !== ''
  return {
    http: isCgi ? '' : value('HTTP_PROXY'),
    https: value('HTTPS_PROXY'),
    noProxy: value('NO_PROXY'),
  }
}

class TlsContexts {
  readonly #contexts = new Map<string, nodeTls.SecureContext>()
  #roots: string[] | undefined

  /** @throws OutsideError `net/tls` when a PEM text cannot be read */
  for(tls: TlsClientOptions): nodeTls.SecureContext {
    const key = JSON.stringify([tls.ca, tls.cert, tls.key, tls.minVersion, tls.maxVersion])
    let context = this.#contexts.get(key)
    if (context === undefined) {
      context = this.#make(tls)
      if (this.#contexts.size >= MAX_CONTEXTS) this.#contexts.clear()
      this.#contexts.set(key, context)
    }
    return context
  }

  #make(tls: TlsClientOptions): nodeTls.SecureContext {
    try {
      return nodeTls.createSecureContext({
        // Without a CA of its own the reference trusts what the system trusts.
        ca: tls.ca ?? (this.#roots ??= systemRoots()),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
        ...(tls.minVersion !== undefined && { minVersion: tls.minVersion }),
        ...(tls.maxVersion !== undefined && { maxVersion: tls.maxVersion }),
      })
    } catch (error) {
      throw new OutsideError('net/tls', `tls: certificate or key: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
}

function systemRoots(): string[] {
  return [
    ...new Set([
      ...nodeTls.getCACertificates('bundled'),
      ...nodeTls.getCACertificates('system'),
      ...nodeTls.getCACertificates('extra'),
    ]),
  ]
}

function connect(
  options: ConnectOptions,
  readBuffer: Uint8Array,
  contexts: TlsContexts,
): Promise<Connection> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted(options, signal.reason))
      return
    }
    const connection = new RealConnection()
    let socket: nodeNet.Socket
    const settle = (): void => {
      socket.off('error', onError)
      signal?.removeEventListener('abort', onAbort)
    }
    const onError = (error: Error): void => {
      settle()
      socket.on('error', () => {}) // Late errors of a socket that was given up have no owner.
      socket.destroy()
      reject(netError(options, error))
    }
    const onAbort = (): void => onError(aborted(options, signal!.reason))
    try {
      socket =
        options.tls === undefined
          ? nodeNet.connect({
              ...addressOf(options),
              noDelay: true,
              onread: connection.onRead(readBuffer),
            })
          : nodeTls.connect({
              ...addressOf(options),
              ...tlsOptions(options.host, options.tls),
              secureContext: contexts.for(options.tls),
            })
    } catch (error) {
      reject(error instanceof OutsideError ? error : netError(options, error as Error))
      return
    }
    socket.on('error', onError)
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () => {
      settle()
      connection.own(socket, (error) => netError(options, error))
      resolve(connection)
    })
  })
}

/** To the proxy, through its tunnel, and then TLS with the host behind it. */
async function connectThrough(
  options: ConnectOptions,
  tunnel: ProxyTunnel,
  contexts: TlsContexts,
): Promise<Connection> {
  const { signal, host } = options
  if (signal?.aborted) throw aborted(options, signal.reason)
  const proxy = allowedAddress(tunnel.host, tunnel.port, options.isAllowed)
  const outer =
    tunnel.tls === undefined
      ? nodeNet.connect({ ...proxy, noDelay: true })
      : nodeTls.connect({
          ...proxy,
          ...tlsOptions(tunnel.host, tunnel.tls),
          secureContext: contexts.for(tunnel.tls),
        })
  const onAbort = (): void => {
    outer.destroy(aborted(options, signal!.reason))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  outer.on('error', () => {}) // Each step below listens for itself; what comes between them ends the next one.
  try {
    await ready(outer, tunnel.tls === undefined ? 'connect' : 'secureConnect')
    await openTunnel(outer, tunnel.request)
  } catch (error) {
    outer.destroy()
    throw netError({ ...proxy, ...(tunnel.tls && { tls: tunnel.tls }) }, error as Error)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  return await secured(outer, options, host, contexts)
}

async function secured(
  outer: nodeNet.Socket,
  options: ConnectOptions,
  host: string,
  contexts: TlsContexts,
): Promise<Connection> {
  const { signal } = options
  const onAbort = (): void => {
    outer.destroy()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  let inner: nodeTls.TLSSocket | undefined
  try {
    const tls = options.tls ?? {}
    inner = nodeTls.connect({
      socket: outer,
      ...tlsOptions(host, tls),
      secureContext: contexts.for(tls),
    })
    await ready(inner, 'secureConnect')
    const connection = new RealConnection()
    connection.own(inner, (error) => netError(options, error))
    return connection
  } catch (error) {
    inner?.on('error', () => {}) // Late errors of a socket that was given up have no owner.
    inner?.destroy()
    outer.destroy()
    throw signal?.aborted ? aborted(options, signal.reason) : netError(options, error as Error)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function ready(socket: nodeNet.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onReady = (): void => {
      socket.off('error', onError).off('close', onClose)
      resolve()
    }
    const onError = (error: Error): void => {
      socket.off(event, onReady).off('close', onClose)
      reject(error)
    }
    const onClose = (): void => onError(new OutsideError('net/closed', 'EOF'))
    socket.once(event, onReady).once('error', onError).once('close', onClose)
  })
}

/** Reading waits until somebody listens, so nothing is lost between `connect` and `listen`. */
class RealConnection implements Connection {
  #socket: nodeNet.Socket | undefined
  #events: ConnectionEvents | undefined
  #hasEnded = false
  #isClosed = false
  #error: Error | undefined

  onRead(buffer: Uint8Array): nodeNet.OnReadOpts {
    return {
      buffer,
      callback: (count, filled) => {
        this.#events?.data(filled.subarray(0, count))
        return true
      },
    }
  }

  own(socket: nodeNet.Socket, toError: (error: Error) => Error): void {
    this.#socket = socket
    socket.pause()
    if (socket instanceof nodeTls.TLSSocket) {
      socket.setNoDelay(true)
      socket.on('data', (bytes: Uint8Array) => this.#events?.data(bytes))
      socket.pause()
    }
    socket.on('end', () => {
      this.#hasEnded = true
      this.#events?.end()
    })
    socket.on('error', (error) => (this.#error ??= toError(error)))
    socket.on('close', () => {
      this.#isClosed = true
      this.#events?.closed(this.#error)
    })
  }

  listen(events: ConnectionEvents): void {
    this.#events = events
    if (this.#hasEnded) events.end()
    if (this.#isClosed) events.closed(this.#error)
    else this.#socket!.resume()
  }

  write(bytes: Uint8Array): void {
    this.#socket!.write(bytes)
  }

  destroy(): void {
    this.#socket!.destroy()
  }
}

interface TcpAddress extends Pick<nodeNet.TcpSocketConnectOpts, 'lookup'> {
  host: string
  port: number
}

/** @throws OutsideError `net/denied` for an address that is not allowed */
function addressOf(options: ConnectOptions): { path: string } | TcpAddress {
  return options.socketPath === undefined
    ? allowedAddress(options.host, options.port, options.isAllowed)
    : { path: options.socketPath }
}

function allowedAddress(
  host: string,
  port: number,
  isAllowed: ConnectOptions['isAllowed'],
): TcpAddress {
  if (isAllowed === undefined) return { host, port }
  if (nodeNet.isIP(host) !== 0) {
    if (!isAllowed(host)) throw denied({ host, port })
    return { host, port }
  }
  return {
    host,
    port,
    lookup(name, lookupOptions, callback) {
      nodeDns.lookup(name, { ...lookupOptions, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, [])
          return
        }
        const allowed = found.filter(({ address }) => isAllowed(address))
        const [first] = allowed
        if (first === undefined) callback(denied({ host, port }), [])
        else if (lookupOptions.all === true) callback(null, allowed)
        else callback(null, first.address, first.family)
      })
    },
  }
}

function denied(options: ConnectOptions): OutsideError {
  return new OutsideError('net/denied', `${dial(options)}: denied by the outbound rules`)
}

function tlsOptions(host: string, tls: TlsClientOptions): nodeTls.ConnectionOptions {
  const name = tls.serverName ?? host
  return {
    rejectUnauthorized: !tls.insecureSkipVerify,
    checkServerIdentity: (_host, certificate) => nodeTls.checkServerIdentity(name, certificate),
    // TLS does not allow an address as server name.
    ...(nodeNet.isIP(name) === 0 && name !== '' && { servername: name }),
  }
}

function aborted(options: ConnectOptions, reason: unknown): OutsideError {
  return new OutsideError('net/aborted', `${dial(options)}: operation was canceled`, {
    cause: reason,
  })
}

/** The reference's words, because people search for them: "dial tcp 127.0.0.1:9: connect: connection refused". */
function netError(options: ConnectOptions, thrown: Error): OutsideError {
  if (thrown instanceof OutsideError) return thrown
  const first =
    thrown instanceof AggregateError && thrown.errors.length > 0
      ? (thrown.errors[0] as NodeJS.ErrnoException)
      : (thrown as NodeJS.ErrnoException)
  const { code, text } = wordsFor(first, options)
  return new OutsideError(code, text, { cause: thrown })
}

function wordsFor(
  error: NodeJS.ErrnoException,
  options: ConnectOptions,
): { code: string; text: string } {
  const where = dial(options)
  switch (error.code) {
    case 'ECONNREFUSED':
      return { code: 'net/refused', text: `${where}: connect: connection refused` }
    case 'ENOENT':
      return { code: 'net/refused', text: `${where}: connect: no such file or directory` }
    case 'EACCES':
    case 'EPERM':
      return { code: 'net/refused', text: `${where}: connect: permission denied` }
    case 'EHOSTUNREACH':
      return { code: 'net/unreachable', text: `${where}: connect: no route to host` }
    case 'ENETUNREACH':
      return { code: 'net/unreachable', text: `${where}: connect: network is unreachable` }
    case 'EADDRNOTAVAIL':
      return { code: 'net/unreachable', text: `${where}: connect: cannot assign requested address` }
    case 'ETIMEDOUT':
      return { code: 'net/timeout', text: `${where}: connect: connection timed out` }
    case 'ENOTFOUND':
      return { code: 'net/dns', text: `dial tcp: lookup ${options.host}: no such host` }
    case 'EAI_AGAIN':
      return { code: 'net/dns', text: `dial tcp: lookup ${options.host}: server misbehaving` }
    case 'ECONNRESET':
      return {
        code: 'net/reset',
        text: `read tcp ${addressText(options)}: connection reset by peer`,
      }
    case 'EPIPE':
      return { code: 'net/reset', text: `write tcp ${addressText(options)}: broken pipe` }
    case 'EMFILE':
    case 'ENFILE':
      return { code: 'net/emfile', text: `${where}: socket: too many open files` }
    default:
      return options.tls === undefined
        ? { code: 'net/unreachable', text: `${where}: ${messageOf(error)}` }
        : { code: 'net/tls', text: `tls: ${tlsWords(error)}` }
  }
}

/** What is left with TLS is a certificate that was not accepted or a failed handshake. */
function tlsWords(error: NodeJS.ErrnoException): string {
  const refused = 'failed to verify certificate: x509:'
  switch (error.code) {
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `${refused} certificate signed by unknown authority`
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${refused} certificate has expired or is not yet valid`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${refused} ${messageOf(error)}`
    default:
      return messageOf(error).trim()
  }
}

function dial(options: ConnectOptions): string {
  return options.socketPath === undefined
    ? `dial tcp ${addressText(options)}`
    : `dial unix ${options.socketPath}`
}

function addressText({ host, port, socketPath }: ConnectOptions): string {
  if (socketPath !== undefined) return socketPath
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
