/** Randomness as a parameter, so that a run can be repeated from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** `count` uniform bytes. The real one is cryptographic. */
  bytes(count: number): Uint8Array
}
