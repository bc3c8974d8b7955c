// Certificates for tests, made on the spot: an authority, and what it signs for a server or a client. Just enough
// of X.509 (RFC 5280) to be expired, for another host, or from somebody else.

import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface Certificate {
  /** PEM texts. */
  readonly cert: string
  readonly key: string
}

export interface Authority extends Certificate {
  issue(options: CertificateOptions): Certificate
}

export interface CertificateOptions {
  readonly name: string
  /** DNS names and IPv4 addresses. */
  readonly hosts?: readonly string[]
  /** Days from now; 0 and 30 when missing. */
  readonly fromDays?: number
  readonly untilDays?: number
}

export function createAuthority(name = 'Test Authority'): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = certificate({ name }, name, pair.publicKey, pair.privateKey, true)
  return {
    cert,
    key: pem(pair.privateKey),
    issue(options) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return {
        cert: certificate(options, name, own.publicKey, pair.privateKey, false),
        key: pem(own.privateKey),
      }
    },
  }
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function certificate(
  options: CertificateOptions,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  isAuthority: boolean,
): string {
  const { hosts = [], fromDays = -1, untilDays = 30 } = options
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const extensions = [
    ...(isAuthority
      ? [sequence(oid('2.5.29.19'), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))]
      : []),
    ...(hosts.length === 0
      ? []
      : [sequence(oid('2.5.29.17'), der(0x04, sequence(...hosts.map(generalName))))]),
  ]
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer),
    sequence(time(fromDays), time(untilDays)),
    distinguishedName(options.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
  const signature = createSign('SHA256').update(toBeSigned).sign(signer)
  const bits = der(0x03, Buffer.concat([Buffer.from([0]), signature]))
  const base64 = sequence(toBeSigned, algorithm, bits).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function generalName(host: string): Buffer {
  return /^[\d.]+$/.test(host)
    ? der(0x87, Buffer.from(host.split('.').map(Number)))
    : der(0x82, Buffer.from(host, 'latin1'))
}

function distinguishedName(name: string): Buffer {
  const attribute = sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name, 'utf8')))
  return sequence(der(0x31, attribute))
}

function time(days: number): Buffer {
  const digits = new Date(Date.now() + days * 86_400_000).toISOString().replace(/\D/g, '')
  return der(0x18, Buffer.from(`${digits.slice(0, 14)}Z`, 'latin1'))
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes)
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}
