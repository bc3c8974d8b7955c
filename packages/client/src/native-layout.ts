// Where the buckets of a native histogram lie. Bucket `key` of schema s ends at 2^(key / 2^s): schema 3 cuts each
// power of two into eight buckets, schema -1 puts two powers of two into one.

/** The finest and the coarsest resolution. */
const MAX_SCHEMA = 8
export const MIN_SCHEMA = -4

/** Bits behind the binary point while the bounds are computed. */
const PRECISION = 120n

/**
 * By how many units in the last place the reference's table of bounds lies below the nearest doubles, one digit
 * for each bound of schema 8, plus one. Its own rounding decides to which bucket a value on a bound belongs.
 * @source client_golang prometheus/histogram.go nativeHistogramBounds
 */
const BELOW_NEAREST =
  '1111112111211111112311222222222211211121122211221122102211221122' +
  '1111112222332132112111211112111111121011213311221222112121332222' +
  '2121223322322122222222323233323311221121223321332233212232332232' +
  '2243223233433343333333444455435422322333324422333243223333543344'

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
/** Which half of a double holds the exponent. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** Upper bounds of one schema and all coarser ones. */
export class NativeLayout {
  readonly schema: number
  /** Lower edges of the buckets within [0.5, 1), for a schema above 0. */
  readonly #fractions: Float64Array
  /** For the upper nine bits of a fraction, the first bound that can be at or above it. */
  readonly #first: Uint16Array

  /** @param schema  -4 … 8 */
  constructor(schema: number) {
    this.schema = schema
    this.#fractions = schema > 0 ? fractionsOf(schema) : new Float64Array([0.5])
    this.#first = new Uint16Array(512)
    let bound = 0
    for (let i = 0; i < 512; i++) {
      while (bound < this.#fractions.length && this.#fractions[bound]! < 0.5 + i / 1024) bound++
      this.#first[i] = bound
    }
  }

  /**
   * The key of the bucket that a value is in.
   * @param size    absolute value, above 0; +Inf has a bucket of its own behind that of the largest number
   * @param schema  not above the layout's
   */
  keyOf(size: number, schema: number): number {
    if (size === Infinity) return this.keyOf(Number.MAX_VALUE, schema) + 1
    float[0] = size
    let high = words[HIGH]!
    let exponent = (high >>> 20) - 1022
    if (exponent === -1022) {
      float[0] = size * 2 ** 54 // Subnormal numbers have no leading one; these do.
      high = words[HIGH]!
      exponent = (high >>> 20) - 1022 - 54
    }
    words[HIGH] = (high & 0xfffff) | (1022 << 20)
    const fraction = float[0] // 0.5 … 1, the value is fraction · 2^exponent
    if (schema <= 0) {
      const key = fraction === 0.5 ? exponent - 1 : exponent
      return (key + (1 << -schema) - 1) >> -schema
    }
    const fractions = this.#fractions
    let i = this.#first[(high >>> 11) & 511]!
    while (i < fractions.length && fractions[i]! < fraction) i++
    // A coarser schema has every second, fourth … of these bounds.
    const coarser = this.schema - schema
    return ((exponent - 1) << schema) + ((i + (1 << coarser) - 1) >> coarser)
  }

  /** Where bucket `key` ends. The last one before infinity ends at the largest number. */
  upperBoundOf(key: number, schema: number): number {
    if (schema < 0) {
      const exponent = key * 2 ** -schema
      return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
    }
    const fraction = this.#fractions[(key & ((1 << schema) - 1)) << (this.schema - schema)]!
    const exponent = (key >> schema) + 1
    if (fraction === 0.5 && exponent === 1025) return Number.MAX_VALUE
    // In two steps, because 2^1024 is no number.
    return fraction * 2 * 2 ** (exponent - 1)
  }
}

/**
 * The coarsest schema whose buckets grow by no more than `factor`; the finest when none is fine enough.
 * @param factor  above 1
 * @source client_golang pickSchema
 */
export function schemaOf(factor: number): number {
  const floor = Math.floor(Math.log2(Math.log2(factor)))
  return Math.min(MAX_SCHEMA, Math.max(MIN_SCHEMA, 0 - floor))
}

/** 2^(i / 2^schema) / 2, rounded as the reference has it. */
function fractionsOf(schema: number): Float64Array {
  let root = 2n << PRECISION
  for (let i = 0; i < MAX_SCHEMA; i++) root = squareRoot(root << PRECISION)
  const all = new Float64Array(1 << MAX_SCHEMA)
  const half = 1n << (PRECISION - 53n)
  for (let i = 0, exact = 1n << PRECISION; i < all.length; i++) {
    const nearest = Number((exact + half) >> (PRECISION - 52n))
    all[i] = (nearest - Number(BELOW_NEAREST[i]) + 1) / 2 ** 53
    exact = (exact * root) >> PRECISION
  }
  return all.filter((_, i) => i % (1 << (MAX_SCHEMA - schema)) === 0)
}

/** Rounded down, by Newton's steps from above. */
function squareRoot(n: bigint): bigint {
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}
