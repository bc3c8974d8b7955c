// Where a process may connect to, as people write it. `http` keeps to it; `config` reads it.

import { quoted } from './errors.ts'

export interface OutboundRules {
  /** Words of `OUTBOUND_PLACES`; addresses, networks such as `10.0.0.0/8`, host names, `*.internal`. */
  readonly deny: readonly string[]
  /** Wins over `deny`. */
  readonly allow: readonly string[]
}

/** Words for what people mean. @source RFC 6890 (special-purpose addresses); the clouds' documents for `metadata` */
export const OUTBOUND_PLACES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128', 'localhost', '*.localhost'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    'metadata.google.internal',
    'metadata',
  ],
  unix: [],
}

/**
 * What is wrong with one entry.
 * @returns undefined for a good one
 */
export function outboundMistake(entry: string): string | undefined {
  if (Object.hasOwn(OUTBOUND_PLACES, entry)) return undefined
  const [address = '', bits, ...more] = entry.split('/')
  const bitsMax = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : 0
  const isGood =
    bits === undefined
      ? bitsMax > 0 || (HOST.test(entry) && !/^[\d.]+$/.test(entry))
      : more.length === 0 && bitsMax > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax
  if (isGood) return undefined
  const words = Object.keys(OUTBOUND_PLACES).join(', ')
  return `wants an address, a network, a host name, "*.suffix" or one of ${words}, has ${quoted(entry)}`
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const HOST = /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/

function isIpv6(text: string): boolean {
  return text.includes(':') && URL.canParse(`http://[${text}]`)
}
