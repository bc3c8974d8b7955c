// "Have I met this visitor?" in a fixed amount of memory: a Bloom filter. It never forgets one it met; of a new one
// it claims falsely to know it in about 1 of 100 cases when 100,000 are in.
const BITS = 1 << 20
const HASHES = 7

export class VisitorFilter {
  readonly #bits = new Uint32Array(BITS / 32)

  /** True the first time, false afterwards. */
  isNew(visitor: string): boolean {
    const first = fnv1a(visitor, 0x811c9dc5)
    // Odd, so that its multiples reach every bit.
    const second = fnv1a(visitor, 0x01000193) | 1
    let wasKnown = true
    for (let i = 0; i < HASHES; i++) {
      const bit = (first + Math.imul(i, second)) & (BITS - 1)
      const mask = 1 << (bit & 31)
      if ((this.#bits[bit >>> 5]! & mask) === 0) wasKnown = false
      this.#bits[bit >>> 5]! |= mask
    }
    return !wasKnown
  }
}

/** @source http://www.isthe.com/chongo/tech/comp/fnv, over UTF-16 units, mixed at the end as murmur3 does */
function fnv1a(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
