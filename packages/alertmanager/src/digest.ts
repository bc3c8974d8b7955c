// Digests: keys of incidents, ids of messages, signatures of robots and of AWS.
import { createHash, createHmac } from 'node:crypto'

/** Hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function hmacSha256(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
