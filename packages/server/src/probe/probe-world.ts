// What a probe is given, and the steps that all probes take: an address for a name, a connection, TLS.
import { lookup } from 'node:dns/promises'
import { connect, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { type Clock, messageOf, OutsideError, type Random, type TlsSettings } from '@pharos/base'
import type { AddressChoice } from '@pharos/config'
import type { SettingFiles } from '@pharos/http'
import type { ProbePage } from './probe-page.ts'

export interface ProbeWorld {
  readonly clock: Clock
  readonly random: Random
  readonly files: SettingFiles
  /** Where probes may connect to. */
  readonly isAllowed: (host: string, address: string) => boolean
}

/** One probe under way. */
export interface Probe extends ProbeWorld {
  readonly page: ProbePage
  /** Aborted when the time is up. */
  readonly signal: AbortSignal
}

/**
 * The address of a name, in the family that is preferred where there is one.
 * @throws OutsideError `net/dns` when there is none, `net/denied` when the rules forbid it
 * @source blackbox_exporter prober/utils.go chooseProtocol
 */
export async function addressFor(
  host: string,
  { protocol, hasFallback }: AddressChoice,
  probe: Probe,
): Promise<string> {
  const { page, clock } = probe
  const wanted = protocol === 'ip4' ? 4 : 6
  const startMs = clock.monotonicMs()
  let address: string | undefined
  try {
    const found = await within(probe, lookup(host, { all: true, verbatim: true }))
    address =
      found.find(({ family }) => family === wanted)?.address ??
      (hasFallback ? found[0]?.address : undefined)
  } catch (error) {
    page.note(`resolution of ${host} failed: ${messageOf(error)}`)
  }
  const seconds = (clock.monotonicMs() - startMs) / 1000
  page.set('probe_dns_lookup_time_seconds', 'Time taken for the lookup of the target.', seconds)
  const version = address === undefined ? 0 : isIPv6(address) ? 6 : 4
  page.set('probe_ip_protocol', 'Whether the probe went by IPv4 or IPv6.', version)
  const hash = address === undefined ? 0 : addressHash(address)
  page.set('probe_ip_addr_hash', 'Hash of the address, which tells whether it changes.', hash)
  if (address === undefined) throw new OutsideError('net/dns', `${host}: no address`)
  page.note(`${host} is ${address}`)
  if (!probe.isAllowed(host, address))
    throw new OutsideError('net/denied', `${address}: denied by --probe.deny`)
  return address
}

/** A connection. @throws OutsideError `net/…` */
export async function connected(
  probe: Probe,
  address: string,
  port: number,
  sourceAddress: string,
): Promise<Socket> {
  const socket = connect({
    host: address,
    port,
    ...(sourceAddress === '' ? {} : { localAddress: sourceAddress }),
  })
  return await ready(probe, socket, 'connect', `${address}:${port}`)
}

/** TLS over a connection. A name is sent and checked; an address is checked only. @throws OutsideError `net/…` */
export async function secured(
  probe: Probe,
  socket: Socket,
  host: string,
  tls: TlsSettings,
): Promise<TLSSocket> {
  const { files } = probe
  const name = tls.serverName === '' ? host : tls.serverName
  const [ca, cert, key] = await Promise.all([
    files.either(tls.ca, tls.caFile),
    files.either(tls.cert, tls.certFile),
    files.either(tls.key, tls.keyFile),
  ])
  const inner = connectTls({
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
    ...(tls.minVersion === '' ? {} : { minVersion: VERSIONS[tls.minVersion] }),
    ...(tls.maxVersion === '' ? {} : { maxVersion: VERSIONS[tls.maxVersion] }),
  })
  await ready(probe, inner, 'secureConnect', name)
  showTls(probe.page, inner)
  return inner
}

const VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const

/** `secureConnect` of a TLS socket, `connect` of a plain one. */
async function ready<S extends Socket>(
  probe: Probe,
  socket: S,
  event: 'connect' | 'secureConnect',
  where: string,
): Promise<S> {
  try {
    await within(
      probe,
      new Promise<void>((resolve, reject) => {
        socket.once(event, resolve)
        socket.on('error', reject)
      }),
    )
    return socket
  } catch (error) {
    socket.destroy()
    throw new OutsideError('net/unreachable', `${where}: ${messageOf(error)}`, { cause: error })
  }
}

/** The result, unless the time is up before. */
export function within<T>({ signal }: Pick<Probe, 'signal'>, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new OutsideError('net/timeout', 'the time is up'))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

/** What TLS was agreed on, and until when its certificates hold. */
function showTls(page: ProbePage, socket: TLSSocket): void {
  const chain: PeerCertificate[] = []
  for (
    let at: PeerCertificate | undefined = socket.getPeerCertificate(true);
    at !== undefined && Object.keys(at).length > 0 && chain.length < 10;
  ) {
    chain.push(at)
    const issuer: PeerCertificate | undefined =
      'issuerCertificate' in at ? (at.issuerCertificate as PeerCertificate) : undefined
    at = issuer === at ? undefined : issuer
  }
  const ends = chain.map(({ valid_to: end }) => Date.parse(end) / 1000)
  if (ends.length > 0) {
    const earliest = Math.min(...ends)
    page.set(
      'probe_ssl_earliest_cert_expiry',
      'When the first certificate ends, seconds since 1970.',
      earliest,
    )
    if (socket.authorized) {
      const help = 'When the chain of certificates ends, seconds since 1970.'
      page.set('probe_ssl_last_chain_expiry_timestamp_seconds', help, earliest)
    }
  }
  const version = (socket.getProtocol() ?? 'unknown')
    .replace(/^TLSv(1)$/, 'TLS $1.0')
    .replace(/^TLSv/, 'TLS ')
  page.set('probe_tls_version_info', 'The version of TLS.', 1, 'version', version)
  page.set(
    'probe_tls_cipher_info',
    'The cipher of TLS.',
    1,
    'cipher',
    socket.getCipher().standardName,
  )
}

/** FNV-1a over the bytes of an address. */
function addressHash(address: string): number {
  let hash = 0x811c9dc5
  for (const byte of addressBytes(address)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

function addressBytes(address: string): number[] {
  if (!isIPv6(address)) return address.split('.').map(Number)
  const plain = address.replace(/%.*$/, '')
  const tail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain)
  const hex =
    tail === null
      ? plain
      : plain.slice(0, tail.index) +
        `${((Number(tail[1]) << 8) | Number(tail[2])).toString(16)}:${((Number(tail[3]) << 8) | Number(tail[4])).toString(16)}`
  const [head = '', rest] = hex.split('::')
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => parseInt(word, 16))
  const before = words(head)
  const after = rest === undefined ? [] : words(rest)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 255])
}

/** `host:port`, `[::1]:port`; the port may be missing where there is a usual one. */
export function hostAndPort(target: string, usualPort: number): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(target)
  const port = match?.[3] === undefined ? usualPort : Number(match[3])
  if (match === null || !(port > 0 && port < 65_536))
    throw new OutsideError('net/unreachable', `target "${target}": wants host:port`)
  return { host: match[1] ?? match[2]!, port }
}
