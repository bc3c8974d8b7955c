// xxHash, 64 bits. The reference chooses the series of limit_ratio by it, so the same ones are chosen here.

const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n
const MASK = 0xffff_ffff_ffff_ffffn

const STRIPE_BYTES = 32

/** @returns 64 bits, seed 0 @source xxHash specification, XXH64 */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let hash = P5
  if (bytes.length >= STRIPE_BYTES) {
    const lanes = [wrap(P1 + P2), P2, 0n, wrap(-P1)]
    for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES)
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i]!, view.getBigUint64(at + 8 * i, true))
    hash = wrap(
      rotated(lanes[0]!, 1n) +
        rotated(lanes[1]!, 7n) +
        rotated(lanes[2]!, 12n) +
        rotated(lanes[3]!, 18n),
    )
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * P1 + P4)
  }
  hash = wrap(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8)
    hash = wrap(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4)
  if (at + 4 <= bytes.length) {
    hash = wrap(rotated(hash ^ wrap(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3)
    at += 4
  }
  for (; at < bytes.length; at++)
    hash = wrap(rotated(hash ^ wrap(BigInt(bytes[at]!) * P5), 11n) * P1)
  hash = wrap((hash ^ (hash >> 33n)) * P2)
  hash = wrap((hash ^ (hash >> 29n)) * P3)
  return hash ^ (hash >> 32n)
}

function wrap(value: bigint): bigint {
  return value & MASK
}

function rotated(value: bigint, by: bigint): bigint {
  return wrap((value << by) | (value >> (64n - by)))
}

function round(lane: bigint, input: bigint): bigint {
  return wrap(rotated(wrap(lane + input * P2), 31n) * P1)
}
