// Fields of protobuf messages, written as bytes or as text for people. Numbers are those of
// io.prometheus.client's metrics.proto; only what it needs is here.

export interface Field {
  readonly number: number
  readonly name: string
}

export interface ProtoSink {
  /** Begins a message in the message. */
  open(field: Field): void
  close(): void
  string(field: Field, value: string): void
  double(field: Field, value: number): void
  /** A whole number from 0, up to 2^53. */
  uint(field: Field, value: number): void
  /** A whole number of either sign, zigzag. */
  sint(field: Field, value: number): void
  word(field: Field, value: number, word: string): void
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2

const encoder = new TextEncoder()

/** One message with its length before it. */
export class BinarySink implements ProtoSink {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024)
  #view: DataView = new DataView(this.#bytes.buffer)
  /** The first byte is kept for the length of the whole. */
  #length = 1
  /** Where the messages that are open begin. */
  readonly #starts: number[] = [1]

  /** The message; the sink is not to be used any more. */
  finish(): Uint8Array<ArrayBuffer> {
    this.close()
    return this.#bytes.subarray(0, this.#length)
  }

  open(field: Field): void {
    this.#tag(field, BYTES)
    this.#reserve(1)
    this.#length++
    this.#starts.push(this.#length)
  }

  /** One byte was kept for the length; a longer one moves what follows. */
  close(): void {
    const start = this.#starts.pop()!
    const size = this.#length - start
    let extra = 0
    for (let rest = size; rest >= 128; rest = Math.floor(rest / 128)) extra++
    if (extra > 0) {
      this.#reserve(extra)
      this.#bytes.copyWithin(start + extra, start, this.#length)
    }
    const end = this.#length + extra
    this.#length = start - 1
    this.#varint(size)
    this.#length = end
  }

  string(field: Field, value: string): void {
    this.#tag(field, BYTES)
    // Three bytes for a UTF-16 unit is the most there can be.
    this.#reserve(1 + value.length * 3)
    this.#length++
    this.#starts.push(this.#length)
    this.#length += encoder.encodeInto(value, this.#bytes.subarray(this.#length)).written
    this.close()
  }

  double(field: Field, value: number): void {
    this.#tag(field, FIXED64)
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  uint(field: Field, value: number): void {
    this.#tag(field, VARINT)
    this.#varint(value)
  }

  sint(field: Field, value: number): void {
    this.uint(field, value >= 0 ? value * 2 : -value * 2 - 1)
  }

  word(field: Field, value: number): void {
    this.uint(field, value)
  }

  #tag(field: Field, wireType: number): void {
    this.#varint(field.number * 8 + wireType)
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

/** The text form of protobuf, on one line (`compact`) or indented. */
export class TextSink implements ProtoSink {
  readonly #isCompact: boolean
  #text = ''
  #depth = 0

  constructor(isCompact: boolean) {
    this.#isCompact = isCompact
  }

  finish(): string {
    return this.#isCompact ? `${this.#text.trimEnd()}\n` : `${this.#text}\n`
  }

  open(field: Field): void {
    this.#line(`${field.name}${this.#isCompact ? '' : ' '}{`)
    this.#depth++
  }

  close(): void {
    this.#depth--
    this.#line('}')
  }

  string({ name }: Field, value: string): void {
    this.#pair(name, JSON.stringify(value))
  }

  double({ name }: Field, value: number): void {
    const word = Number.isFinite(value) ? String(value) : String(value).slice(0, value < 0 ? 4 : 3)
    this.#pair(name, word.toLowerCase())
  }

  uint({ name }: Field, value: number): void {
    this.#pair(name, String(value))
  }

  sint({ name }: Field, value: number): void {
    this.#pair(name, String(value))
  }

  word({ name }: Field, _value: number, word: string): void {
    this.#pair(name, word)
  }

  #pair(name: string, value: string): void {
    this.#line(this.#isCompact ? `${name}:${value}` : `${name}: ${value}`)
  }

  #line(line: string): void {
    this.#text += this.#isCompact ? `${line} ` : `${'  '.repeat(this.#depth)}${line}\n`
  }
}
