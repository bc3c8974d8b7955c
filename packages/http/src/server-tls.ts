// TLS of a listener. The settings may change under it: before a handshake begins they are looked at again, so that
// the first connection after a rotation already meets the new certificate.

import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { PeerCertificate, SecureContextOptions, TlsOptions, TLSSocket } from 'node:tls'
import { messageOf, UserError } from '@pharos/base'
import type { Logger } from '@pharos/base'
import type { ServerTls, WebAccessSource } from './web-access.ts'

const VERSIONS: Readonly<Record<string, NonNullable<SecureContextOptions['minVersion']>>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}

const CURVES: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
}

/** Always on, as in Go: a list of suites is about TLS 1.2. */
const TLS_13_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` to `ECDHE-RSA-AES128-GCM-SHA256`. */
function opensslName(suite: string): string {
  return suite
    .replace(/^TLS_/, '')
    .replace('_WITH_', '_')
    .replace(/AES_(128|256)_CBC/, 'AES$1')
    .replace(/AES_(128|256)/, 'AES$1')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305')
    .replaceAll('_', '-')
}

function contextOptions(tls: ServerTls): SecureContextOptions {
  const older = tls.cipherSuites.filter((suite) => !TLS_13_SUITES.includes(suite)).map(opensslName)
  const minVersion = VERSIONS[tls.minVersion]
  const maxVersion = VERSIONS[tls.maxVersion]
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === '' ? {} : { ca: tls.clientCa }),
    ...(older.length === 0 ? {} : { ciphers: [...TLS_13_SUITES, ...older].join(':') }),
    ...(tls.curves.length === 0
      ? {}
      : { ecdhCurve: tls.curves.map((curve) => CURVES[curve]).join(':') }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    honorCipherOrder: true,
  }
}

/** What a server is made with: the last word on each connection is `watchTls`'s. */
export function tlsOptions(tls: ServerTls): TlsOptions {
  return { ...contextOptions(tls), ...clientAuthOptions(tls) }
}

function clientAuthOptions(tls: ServerTls): { requestCert: boolean; rejectUnauthorized: boolean } {
  return {
    requestCert: tls.clientAuth !== 'NoClientCert',
    rejectUnauthorized: tls.clientAuth === 'RequireAndVerifyClientCert',
  }
}

/** Looks at the settings before each handshake, and at the client's certificate after it. */
export function watchTls(
  server: HttpsServer,
  first: ServerTls,
  source: WebAccessSource,
  log: Logger,
): void {
  let inForce = first
  const refresh = async (): Promise<void> => {
    const { tls } = await source.current()
    if (tls === undefined || tls === inForce) return
    try {
      server.setSecureContext(contextOptions(tls))
      Object.assign(server, clientAuthOptions(tls))
      inForce = tls
    } catch (error) {
      log.error('TLS settings cannot be used, those before stay', { err: messageOf(error) })
    }
  }
  const handshakes = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const begin = (): void => {
      for (const handshake of handshakes) handshake.call(server, socket)
    }
    refresh().then(begin, begin)
  })
  const accepted = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[]
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    const why = clientRefusal(socket, inForce)
    if (why !== undefined) {
      log.debug('TLS client refused', { err: why })
      socket.destroy()
      return
    }
    for (const accept of accepted) accept.call(server, socket)
  })
}

function clientRefusal(socket: TLSSocket, tls: ServerTls): string | undefined {
  const { clientAuth, clientAllowedSans } = tls
  if (clientAuth === 'NoClientCert') return undefined
  const certificate = socket.getPeerCertificate()
  const hasOne = Object.keys(certificate).length > 0
  if (clientAuth === 'RequireAnyClientCert' && !hasOne) return "client didn't provide a certificate"
  if (clientAuth === 'VerifyClientCertIfGiven' && hasOne && !socket.authorized)
    return `failed to verify certificate: ${String(socket.authorizationError)}`
  if (clientAllowedSans.length === 0 || !hasOne) return undefined
  const names = alternativeNames(certificate)
  return clientAllowedSans.some((allowed) => names.includes(allowed))
    ? undefined
    : 'could not find allowed SANs in client cert'
}

/** `DNS:a.example.org, IP Address:127.0.0.1, URI:…, email:…` without the kinds. */
function alternativeNames(certificate: PeerCertificate): string[] {
  const text: string | undefined = certificate.subjectaltname
  return (text ?? '')
    .split(', ')
    .map((name) => name.slice(name.indexOf(':') + 1).replace(/^"(.*)"$/, '$1'))
}

/** @throws UserError `http/tls` when certificate and key do not belong together or cannot be read */
export function tlsMistake(error: unknown): UserError {
  return new UserError('http/tls', `tls_server_config: ${messageOf(error)}`, { cause: error })
}
