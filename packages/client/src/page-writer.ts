// A page under way, in bytes. A line is put together from parts that are bytes already, labels and numbers: making
// strings of them and bytes of those costs three times as much, and leaves garbage for the collector to stop the
// service with.
import { formatNumber, formatOpenMetricsNumber } from './go-number.ts'

type Bytes = Uint8Array<ArrayBuffer>

const FIRST_BYTES = 8 * 1024
/** Beyond so many bytes, Node's own copying is quicker than a loop. */
const SHORT_BYTES = 48
const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const ZERO = 0x30

export class PageWriter {
  #bytes: Bytes = new Uint8Array(FIRST_BYTES)
  #length = 0
  readonly #encoder = new TextEncoder()
  readonly #digits: Uint8Array = new Uint8Array(16)

  /** Bytes since the last `take`. */
  get length(): number {
    return this.#length
  }

  /** What was written since the last time. */
  take(): Bytes {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  /** Text as it is. */
  text(text: string): void {
    const { length } = text
    this.#reserve(length * 3)
    const bytes = this.#bytes
    const start = this.#length
    let i = 0
    if (length <= SHORT_BYTES) {
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        bytes[start + i] = code
      }
    }
    const isWhole = i === length
    this.#length += isWhole ? length : this.#encoder.encodeInto(text, bytes.subarray(start)).written
  }

  /** The value of a label, without its quotes. */
  labelValue(text: string): void {
    this.#reserve(text.length * 3)
    const bytes = this.#bytes
    const start = this.#length
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f || code === QUOTE || code === BACKSLASH || code === NEWLINE) {
        this.#length = start
        this.text(escapedValue(text))
        return
      }
      bytes[start + i] = code
    }
    this.#length = start + text.length
  }

  newline(): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = NEWLINE
  }

  /** Bytes that were made before. */
  copy(source: Uint8Array): void {
    const { length } = source
    this.#reserve(length)
    const bytes = this.#bytes
    const at = this.#length
    if (length > SHORT_BYTES) bytes.set(source, at)
    else for (let i = 0; i < length; i++) bytes[at + i] = source[i]!
    this.#length = at + length
  }

  /** Once more what stands between two places of what was written since the last `take`. */
  repeat(from: number, to: number): void {
    this.#reserve(to - from)
    this.#bytes.copyWithin(this.#length, from, to)
    this.#length += to - from
  }

  /** A value as the classic format has it. */
  number(value: number): void {
    if (isCount(value)) this.#count(value)
    else this.text(formatNumber(value))
  }

  /** A value as OpenMetrics has it: `1.0`. */
  openNumber(value: number): void {
    if (isCount(value) && value < 1e6) {
      this.#count(value)
      this.#bytes[this.#length++] = 0x2e
      this.#bytes[this.#length++] = ZERO
    } else this.text(formatOpenMetricsNumber(value))
  }

  /**
   * A whole number, from a million on with an exponent: its digits are those of the shortest text that reads back as
   * the same number, but for zeros at the end.
   */
  #count(value: number): void {
    this.#reserve(32)
    const digits = this.#digits
    let count = 0
    let rest = value
    // Whole numbers of 32 bits are divided quicker.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 10)) digits[count++] = rest % 10
    for (let small = rest | 0; small > 0 || count === 0; small = (small / 10) | 0)
      digits[count++] = small % 10
    const bytes = this.#bytes
    let at = this.#length
    if (value < 1e6) {
      for (let i = count - 1; i >= 0; i--) bytes[at++] = ZERO + digits[i]!
    } else {
      let last = 0
      while (digits[last] === 0) last++
      const exponent = count - 1
      bytes[at++] = ZERO + digits[exponent]!
      if (last < exponent) bytes[at++] = 0x2e
      for (let i = exponent - 1; i >= last; i--) bytes[at++] = ZERO + digits[i]!
      bytes[at++] = 0x65
      bytes[at++] = 0x2b
      bytes[at++] = ZERO + ((exponent / 10) | 0)
      bytes[at++] = ZERO + (exponent % 10)
    }
    this.#length = at
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** Whole, not negative (zero has a sign), and exact. */
function isCount(value: number): boolean {
  return (
    value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value && 1 / value > 0
  )
}

export function escapedValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
