import { createHash } from 'node:crypto'

/**
 * The last eight bytes of the text's MD5, big-endian, modulo `modulus`, in decimal. Every Prometheus
 * computes the same, so several of them can share targets.
 * @source model/relabel, action hashmod
 */
export function hashModulo(text: string, modulus: bigint): string {
  const digest = createHash('md5').update(text, 'utf8').digest()
  return String(digest.readBigUInt64BE(8) % modulus)
}
