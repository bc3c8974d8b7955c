// Which proxy a request takes: the one that is configured, unless `no_proxy` names the host, or those of the
// environment. The rules are those of Go's httpproxy, because people bring their NO_PROXY lists along.

import { isIP } from 'node:net'
import { UserError } from '@pharos/base'
import type { Net, ProxySettings } from '@pharos/base'
import type { HttpProxy } from './dialler.ts'
import { requestTarget } from './request-bytes.ts'
import type { RequestTarget } from './request-bytes.ts'

/** Undefined for a direct way. */
type ProxyChoice = (target: RequestTarget) => HttpProxy | undefined

/**
 * @returns undefined when no proxy is configured
 *   Choosing throws UserError `http/proxy` when the proxy's URL is neither http nor https.
 * @source prometheus/common config.ProxyConfig, golang.org/x/net/http/httpproxy
 */
export function proxyChoice(settings: ProxySettings, net: Net): ProxyChoice | undefined {
  const headers = settings.connectHeaders.flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  )
  const proxy = (url: string): (() => HttpProxy) | undefined =>
    url === '' ? undefined : () => ({ at: proxyTarget(url), connectHeaders: headers })
  if (settings.fromEnvironment) {
    const { http, https, noProxy } = net.proxyEnvironment?.() ?? NO_ENVIRONMENT
    const plain = proxy(http)
    const secure = proxy(https)
    if (plain === undefined && secure === undefined) return undefined
    return (target) =>
      isDirect(target, noProxy) ? undefined : (target.secure ? secure : plain)?.()
  }
  const chosen = proxy(settings.url)
  if (chosen === undefined) return undefined
  // Only a list of exceptions brings the exception of the loopback with it, as in the reference.
  if (settings.noProxy === '') return chosen
  return (target) => (isDirect(target, settings.noProxy) ? undefined : chosen())
}

const NO_ENVIRONMENT = { http: '', https: '', noProxy: '' }

function proxyTarget(url: string): RequestTarget {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`
  try {
    return requestTarget(withScheme)
  } catch (error) {
    const scheme = withScheme.slice(0, withScheme.indexOf(':'))
    throw new UserError('http/proxy', `proxy_url: ${scheme} is no http or https proxy`, {
      cause: error,
    })
  }
}

/** Whether a list of exceptions, or its target being this machine, lets a request go straight. */
function isDirect(target: RequestTarget, noProxy: string): boolean {
  const host = target.host.toLowerCase().replace(/\.$/, '')
  const isAddress = isIP(host) !== 0
  if (host === 'localhost' || (isAddress && (host === '::1' || host.startsWith('127.'))))
    return true
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && exempts(entry, host, target.port, isAddress))
}

function exempts(entry: string, host: string, port: number, isAddress: boolean): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isAddress && isInNetwork(host, entry)
  const { name, entryPort } = splitPort(entry)
  if (entryPort !== undefined && entryPort !== String(port)) return false
  if (isIP(name) !== 0) return isAddress && sameAddress(name, host)
  if (isAddress) return false
  if (name.startsWith('*.')) return host.endsWith(name.slice(1))
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`)
}

function splitPort(entry: string): { name: string; entryPort: string | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry)
  // A bare IPv6 address has colons of its own.
  if (match === null) return { name: entry, entryPort: undefined }
  return { name: match[1] ?? match[2] ?? '', entryPort: match[3] }
}

function isInNetwork(host: string, network: string): boolean {
  const slash = network.indexOf('/')
  const base = bitsOf(network.slice(0, slash))
  const bits = bitsOf(host)
  const length = Number(network.slice(slash + 1))
  if (base === undefined || bits?.length !== base.length || !(length >= 0)) return false
  return bits.slice(0, length) === base.slice(0, length)
}

function sameAddress(a: string, b: string): boolean {
  return bitsOf(a) === bitsOf(b)
}

/** An address as a text of zeros and ones; undefined for what is none. */
function bitsOf(address: string): string | undefined {
  if (isIP(address) === 4)
    return address
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('')
  if (isIP(address) !== 6) return undefined
  const [head = '', tail] = address.split('::')
  const parts = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':')
  const first = parts(head)
  const last = parts(tail)
  const gap = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...(tail === undefined ? [] : gap), ...last]
    .map((part) => binary(Number.parseInt(part, 16), 16))
    .join('')
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}
