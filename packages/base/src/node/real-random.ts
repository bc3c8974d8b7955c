import { randomBytes } from 'node:crypto'
import type { Random } from '../random.ts'

/** Numbers from Math.random, bytes from the kernel's cryptographic source. */
export function createRealRandom(): Random {
  return { next: () => Math.random(), bytes: (count) => new Uint8Array(randomBytes(count)) }
}
