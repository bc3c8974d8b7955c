// Twin of assembly/bits.ts: a cursor over bytes and bits, with BigInt where that has u64.

const MASK = 0xffff_ffff_ffff_ffffn

export const ESCAPE = 24n

export class BitCursor {
  at: number
  readonly #bytes: Uint8Array
  #buffer = 0n
  #held = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  putByte(value: number): void {
    this.#bytes[this.at++] = value
  }

  takeByte(): number {
    return this.#bytes[this.at++]!
  }

  putVarint(value: bigint): void {
    let v = BigInt.asUintN(64, value)
    while (v >= 128n) {
      this.putByte(Number(v & 127n) | 128)
      v >>= 7n
    }
    this.putByte(Number(v))
  }

  takeVarint(): bigint {
    let value = 0n
    let shift = 0n
    let byte = this.takeByte()
    while (byte >= 128 && shift < 63n) {
      value |= BigInt(byte & 127) << shift
      shift += 7n
      byte = this.takeByte()
    }
    return (value | (BigInt(byte) << shift)) & MASK
  }

  putU16(value: number): void {
    this.putByte(value & 255)
    this.putByte(value >> 8)
  }

  takeU16(): number {
    return this.takeByte() | (this.takeByte() << 8)
  }

  beginBits(): void {
    this.#buffer = 0n
    this.#held = 0
  }

  putBits(value: bigint, count: number): void {
    this.#buffer |= (value & ((1n << BigInt(count)) - 1n)) << BigInt(this.#held)
    this.#held += count
    while (this.#held >= 8) {
      this.putByte(Number(this.#buffer & 255n))
      this.#buffer >>= 8n
      this.#held -= 8
    }
  }

  endBits(): void {
    if (this.#held > 0) this.putByte(Number(this.#buffer))
    this.beginBits()
  }

  takeBits(count: number): bigint {
    while (this.#held < count) {
      this.#buffer |= BigInt(this.#bytes[this.at++] ?? 0) << BigInt(this.#held)
      this.#held += 8
    }
    const value = this.#buffer & ((1n << BigInt(count)) - 1n)
    this.#buffer >>= BigInt(count)
    this.#held -= count
    return value
  }

  putRice(z: bigint, k: number): void {
    const high = z >> BigInt(k)
    if (high < ESCAPE) {
      this.putBits(1n << high, Number(high) + 1)
      this.putBits(z, k)
    } else {
      this.putBits(1n << ESCAPE, Number(ESCAPE) + 1)
      this.putBits(BigInt(bitLength(z)), 7)
      this.putBits(z, bitLength(z))
    }
  }

  takeRice(k: number): bigint {
    let high = 0n
    while (high < ESCAPE && this.takeBits(1) === 0n) high++
    if (high < ESCAPE) return ((high << BigInt(k)) | this.takeBits(k)) & MASK
    this.takeBits(1)
    return this.takeBits(Math.min(64, Number(this.takeBits(7))))
  }
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}

export function varintBits(value: bigint): bigint {
  return 8n * BigInt(Math.floor((bitLength(value) + 6) / 7))
}

export function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

export function unzigzag(value: bigint): bigint {
  return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
}

/** 64 bits, signed, as the kernel counts. */
export function i64(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/** To the nearest whole number, halves to the even one. */
export function nearest(value: number): number {
  const up = Math.round(value)
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up
}
