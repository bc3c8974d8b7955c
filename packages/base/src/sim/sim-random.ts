import type { Random } from '../random.ts'

/**
 * Repeatable randomness: the same seed gives the same run. Not for secrets.
 * @source xoshiro128** 1.1 by Blackman and Vigna, state filled by splitmix32
 */
export class SimRandom implements Random {
  readonly seed: number
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    this.seed = seed
    let s = seed >>> 0
    for (let i = 0; i < 4; i++) {
      s = (s + 0x9e3779b9) >>> 0
      let z = s
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      this.#state[i] = z ^ (z >>> 15)
    }
  }

  next(): number {
    const high = this.#u32() >>> 5
    const low = this.#u32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count)
    for (let i = 0; i < count; i++) bytes[i] = this.#u32() >>> 24
    return bytes
  }

  /** A whole number in [0, limit). */
  int(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** True with the given chance, 0…1. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  #u32(): number {
    const s = this.#state
    const [s0, s1, s2, s3] = s as unknown as [number, number, number, number]
    const five = Math.imul(s1, 5)
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0
    const t = s1 << 9
    const x2 = s2 ^ s0
    const x3 = s3 ^ s1
    s[1] = s1 ^ x2
    s[0] = s0 ^ x3
    s[2] = x2 ^ t
    s[3] = (x3 << 11) | (x3 >>> 21)
    return result
  }
}
