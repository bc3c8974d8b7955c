// FNV-1a over label names and values: the fingerprints that alert managers show and clients compare. For
// maps inside the server use Labels.key, which cannot collide.
import { compareText, type Labels } from './labels.ts'

/** Ends each name and each value; no UTF-8 text contains it. */
const SEPARATOR = 0xff

/**
 * 64-bit fingerprint of a label set.
 * @source prometheus/common model.LabelsToSignature
 */
export function signature(labels: Labels): bigint {
  const hash = new Fnv1a()
  for (const text of labels.flat) hash.add(text)
  return hash.value()
}

/**
 * Fingerprint of the named labels only; a label that is missing counts as empty.
 * @source prometheus/common model.SignatureForLabels
 */
export function signatureOf(labels: Labels, names: readonly string[]): bigint {
  const hash = new Fnv1a()
  for (const name of [...names].sort(compareText)) {
    hash.add(name)
    hash.add(labels.get(name))
  }
  return hash.value()
}

/** The state in four limbs of 16 bits, so that products stay exact in a number. */
class Fnv1a {
  // 14695981039346656037
  #a = 0xcbf2
  #b = 0x9ce4
  #c = 0x8422
  #d = 0x2325
  readonly #encoder = new TextEncoder()

  add(text: string): void {
    for (const byte of this.#encoder.encode(text)) this.#byte(byte)
    this.#byte(SEPARATOR)
  }

  value(): bigint {
    return (
      (BigInt(this.#a) << 48n) |
      (BigInt(this.#b) << 32n) |
      (BigInt(this.#c) << 16n) |
      BigInt(this.#d)
    )
  }

  /** Times 2^40 + 0x1b3: the low limbs times 0x1b3, plus the value shifted up by 40 bits. */
  #byte(byte: number): void {
    const d = this.#d ^ byte
    const c = this.#c
    const low = d * 0x1b3
    const second = c * 0x1b3 + Math.floor(low / 65_536)
    const third = this.#b * 0x1b3 + (d << 8) + Math.floor(second / 65_536)
    const fourth = this.#a * 0x1b3 + (c << 8) + Math.floor(third / 65_536)
    this.#d = low & 0xffff
    this.#c = second & 0xffff
    this.#b = third & 0xffff
    this.#a = fourth & 0xffff
  }
}
