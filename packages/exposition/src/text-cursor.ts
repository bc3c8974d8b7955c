// The classic text format, 0.0.4 and 1.0.0, walked byte by byte. The reference's parser is a generated
// state machine with a token at a time; here a line is read straight through, and only when a byte is not
// what the format wants is the offending token worked out, so that the error reads as the reference's.

import { UserError } from '@pharos/base'
import {
  type Exemplar,
  goQuote,
  type Labels,
  type Metadata,
  type MetricType,
  NORMAL_NAN,
} from '@pharos/model'
import {
  BACKSLASH,
  CLOSE,
  COMMA,
  EQUAL,
  HASH,
  LF,
  NAME_BYTES,
  OPEN,
  QUOTE,
  SPACE,
  TAB,
} from './ascii.ts'
import { Entry, type ExpositionCursor, type ExpositionOptions } from './cursor.ts'
import { type FloatFault, floatFault, floatOf } from './float-bytes.ts'
import { emptyNames, PARSE_ERROR, seriesLabels, Spans } from './series-text.ts'
import { After, lexText, stringEnd } from './text-token.ts'
import { isUtf8, quotedBytes, textOf } from './utf8.ts'

const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
])

/** @source Prometheus 3.14 model/textparse/promlex.l, promparse.go */
export class TextCursor implements ExpositionCursor {
  seriesStart = 0
  seriesEnd = 0
  value = 0
  hasTimestamp = false
  timestampMs = 0
  readonly #body: Uint8Array
  /** The reference parses the body with a line feed added; errors near the end show it. */
  readonly #endsInAddedLine: boolean
  readonly #spans = new Spans()
  readonly #typeAndUnitLabels: boolean
  #i = 0
  #lineStart = 0
  #type: MetricType | '' = ''
  #entry: Entry = Entry.end
  #textStart = 0
  #textEnd = 0

  constructor(body: Uint8Array, options: ExpositionOptions) {
    this.#typeAndUnitLabels = options.typeAndUnitLabels ?? false
    this.#endsInAddedLine = body.length > 0 && body[body.length - 1] === LF
    if (this.#endsInAddedLine || body.length === 0) {
      this.#body = body
    } else {
      this.#body = new Uint8Array(body.length + 1)
      this.#body.set(body)
      this.#body[body.length] = LF
    }
  }

  next(): Entry {
    const body = this.#body
    while (this.#i < body.length) {
      const start = this.#i
      this.#lineStart = start
      let i = start
      let byte = body[i]!
      while (byte === SPACE || byte === TAB) byte = body[++i]!
      if (byte === LF) {
        this.#i = i + 1
        continue
      }
      if ((NAME_BYTES[byte]! & 4) !== 0) return this.#namedSeries(start, i)
      if (byte === OPEN) {
        this.#spans.clear()
        this.#spans.leaveName()
        i = this.#labels(i + 1)
        return this.#sample(i, start, i)
      }
      if (byte === HASH) return this.#hashLine(i)
      // The reference's lexer takes a zero byte here for the end of the body.
      if (byte === 0) break
      this.#unexpected('expected a valid start token', After.start, i)
    }
    this.#i = body.length
    return (this.#entry = Entry.end)
  }

  labels(): Labels {
    return seriesLabels(this.#body, this.#spans, {
      type: this.#type,
      unit: '',
      typeAndUnitLabels: this.#typeAndUnitLabels,
    })
  }

  emptyLabels(): readonly string[] {
    return emptyNames(this.#body, this.#spans)
  }

  exemplar(): Exemplar | undefined {
    return undefined
  }

  startTimestampMs(): number | undefined {
    return undefined
  }

  metadataName(): string {
    return textOf(this.#body, this.#spans.at[0]!, this.#spans.at[1]!)
  }

  metadata(): Partial<Metadata> {
    if (this.#entry === Entry.type && this.#type !== '') return { type: this.#type }
    if (this.#entry !== Entry.help) return {}
    const text = textOf(this.#body, this.#textStart, this.#textEnd)
    return { help: text.replace(/\\([\\n])/g, (_, byte: string) => (byte === 'n' ? '\n' : byte)) }
  }

  #namedSeries(start: number, nameStart: number): Entry {
    const body = this.#body
    let i = nameStart + 1
    while ((NAME_BYTES[body[i]!]! & 8) !== 0) i++
    const spans = this.#spans
    spans.clear()
    // Blanks before the name belong to it in the reference: ` a 1` is a series named ` a`.
    spans.push(start, i)
    let end = i
    while (body[i] === SPACE || body[i] === TAB) i++
    if (body[i] === OPEN) {
      i = this.#labels(i + 1)
      end = i
    }
    return this.#sample(i, start, end)
  }

  /** From after `{` to after `}`; notes the spans. */
  #labels(from: number): number {
    const body = this.#body
    const spans = this.#spans
    let i = from
    for (;;) {
      while (body[i] === SPACE || body[i] === TAB) i++
      let nameStart = i
      let byte = body[i]!
      if (byte === CLOSE) return i + 1
      const isQuoted = byte === QUOTE
      if ((NAME_BYTES[byte]! & 1) !== 0) {
        i++
        while ((NAME_BYTES[body[i]!]! & 2) !== 0) i++
      } else if (isQuoted) {
        const close = stringEnd(body, i, false)
        if (close < 0) this.#unexpected('expected label name', After.labels, i)
        i = close
      } else {
        this.#unexpected('expected label name', After.labels, i)
      }
      let nameEnd = i
      while (body[i] === SPACE || body[i] === TAB) i++
      byte = body[i]!
      if (isQuoted) {
        nameStart++
        nameEnd--
        if (byte === COMMA || byte === CLOSE) {
          this.#nameInBraces(nameStart, nameEnd, i + 1)
          i++
          if (byte === CLOSE) return i
          continue
        }
      }
      spans.push(nameStart, nameEnd)
      if (byte !== EQUAL) this.#unexpected('expected equal', After.labels, i)
      i = this.#labelValue(i + 1)
      while (body[i] === SPACE || body[i] === TAB) i++
      if (body[i] === COMMA) i++
    }
  }

  #nameInBraces(nameStart: number, nameEnd: number, tokenEnd: number): void {
    if (this.#spans.setName(nameStart, nameEnd)) return
    const line = this.#quoted(this.#lineStart, tokenEnd)
    this.#fail(`metric name already set while parsing: ${line}`)
  }

  #labelValue(from: number): number {
    const body = this.#body
    let i = from
    while (body[i] === SPACE || body[i] === TAB) i++
    if (body[i] !== QUOTE) this.#unexpected('expected label value', After.equal, i)
    const start = ++i
    let high = 0
    let byte = body[i]!
    const n = body.length
    while (byte !== QUOTE) {
      high |= byte
      // What follows a backslash is taken as it is, but a line feed is not.
      if (byte === BACKSLASH) {
        i++
        if (body[i] === LF) break
        high |= body[i]!
      }
      i++
      if (i >= n) break
      byte = body[i]!
    }
    if (byte !== QUOTE || i >= n) this.#unexpected('expected label value', After.equal, start - 1)
    if (high >= 0x80 && !isUtf8(body, start, i))
      this.#fail(`invalid UTF-8 label value: ${this.#quoted(start - 1, i + 1)}`)
    this.#spans.push(start, i)
    return i + 1
  }

  /** Value, timestamp and end of line. */
  #sample(from: number, seriesStart: number, seriesEnd: number): Entry {
    const body = this.#body
    let i = from
    while (body[i] === SPACE || body[i] === TAB) i++
    if (!this.#spans.hasName) this.#nameNotSet(i)
    const start = i
    for (;;) {
      const byte = body[i]!
      if (byte === SPACE || byte === LF || byte === TAB || byte === OPEN || byte === 0) break
      i++
    }
    if (i === start) this.#unexpected('expected value after metric', After.value, i)
    const value = floatOf(body, start, i)
    if (typeof value !== 'number') return this.#badFloat(value, start, i)
    this.value = value === value ? value : NORMAL_NAN
    while (body[i] === SPACE || body[i] === TAB) i++
    this.hasTimestamp = false
    if (body[i] !== LF) i = this.#timestamp(i)
    this.#i = i + 1
    this.seriesStart = seriesStart
    this.seriesEnd = seriesEnd
    return (this.#entry = Entry.series)
  }

  /** The reference looks at the next token before it complains of a missing name. */
  #nameNotSet(i: number): never {
    const token = lexText(this.#body, After.value, i)
    this.#fail(`metric name not set while parsing: ${this.#quoted(this.#lineStart, token.end)}`)
  }

  #timestamp(start: number): number {
    const body = this.#body
    let i = start
    let timestamp = 0
    for (;;) {
      const digit = body[i]! - 0x30
      if (digit < 0 || digit > 9) break
      timestamp = timestamp * 10 + digit
      i++
    }
    if (i === start) this.#unexpected('expected timestamp or new record', After.timestamp, i)
    if (timestamp >= 2 ** 63) {
      const text = goQuote(textOf(body, start, i))
      const line = this.#quoted(this.#lineStart, i)
      this.#fail(`strconv.ParseInt: parsing ${text}: value out of range while parsing: ${line}`)
    }
    this.hasTimestamp = true
    this.timestampMs = timestamp
    while (body[i] === SPACE || body[i] === TAB) i++
    if (body[i] !== LF) this.#unexpected('expected next entry after timestamp', After.timestamp, i)
    return i
  }

  /** `# HELP`, `# TYPE` or a comment; `hash` is where the # stands. */
  #hashLine(hash: number): Entry {
    const body = this.#body
    let i = hash + 1
    while (body[i] === SPACE || body[i] === TAB) i++
    const isHelp = keywordAt(body, i, 0x48, 0x45, 0x4c, 0x50)
    if (i === hash + 1 || !(isHelp || keywordAt(body, i, 0x54, 0x59, 0x50, 0x45))) {
      return this.#comment(hash, i)
    }
    i += 4
    while (body[i] === SPACE || body[i] === TAB) i++
    const word = isHelp ? 'HELP' : 'TYPE'
    const nameStart = i
    if ((NAME_BYTES[body[i]!]! & 4) !== 0) {
      while ((NAME_BYTES[body[i]!]! & 8) !== 0) i++
    } else if (body[i] === QUOTE && stringEnd(body, i, false) > 0) {
      i = stringEnd(body, i, false)
    } else {
      this.#unexpected(`expected metric name after ${word}`, After.meta, i)
    }
    this.#spans.clear()
    const quote = body[nameStart] === QUOTE ? 1 : 0
    this.#spans.push(nameStart + quote, i - quote)
    this.seriesStart = hash
    i = this.#metadataText(i)
    this.seriesEnd = i
    this.#i = i + 1
    if (isHelp) {
      if (isUtf8(body, this.#textStart, this.#textEnd)) return (this.#entry = Entry.help)
      const text = this.#quoted(this.#textStart, this.#textEnd)
      this.#fail(`help text ${text} is not a valid utf8 string`)
    }
    const text = textOf(body, this.#textStart, this.#textEnd)
    const type = TYPES.get(text)
    if (type === undefined) this.#fail(`invalid metric type ${goQuote(text)}`)
    this.#type = type
    return (this.#entry = Entry.type)
  }

  /** From after the name to the end of the line: the text, less the one byte that parts it from the name. */
  #metadataText(from: number): number {
    const body = this.#body
    let i = from
    let isBlank = true
    while (body[i] !== LF) {
      const byte = body[i++]!
      if (byte !== SPACE && byte !== TAB && byte !== 0) isBlank = false
    }
    this.#textStart = isBlank ? i : from + 1
    this.#textEnd = i
    return i
  }

  #comment(hash: number, from: number): Entry {
    const body = this.#body
    let i = from
    // A zero byte right after the hash ends the body for the reference; later in the line it does not.
    if (body[i] === 0) return this.#endHere()
    while (body[i] !== LF) {
      if (body[i] === 0 && from === hash + 1) return this.#endHere()
      i++
    }
    this.seriesStart = hash
    this.seriesEnd = i
    this.#i = i + 1
    return (this.#entry = Entry.comment)
  }

  #endHere(): Entry {
    this.#i = this.#body.length
    return (this.#entry = Entry.end)
  }

  #badFloat(fault: FloatFault, start: number, end: number): never {
    const line = this.#quoted(this.#lineStart, end)
    this.#fail(`${floatFault(fault, this.#body, start, end)} while parsing: ${line}`)
  }

  #unexpected(wanted: string, after: After, i: number): never {
    const token = lexText(this.#body, after, i)
    const got = this.#quoted(i, token.end + 1)
    const line = this.#quoted(this.#lineStart, token.end + 1)
    this.#fail(`${wanted}, got ${got} ("${token.name}") while parsing: ${line}`)
  }

  /** Bytes [start, end) in quotes, with the line feed that the reference adds to every body. */
  #quoted(start: number, end: number): string {
    const body = this.#body
    if (end <= body.length || !this.#endsInAddedLine)
      return quotedBytes(body.subarray(start, Math.min(end, body.length)))
    const bytes = new Uint8Array(body.length + 1 - start)
    bytes.set(body.subarray(start))
    bytes[bytes.length - 1] = LF
    return quotedBytes(bytes)
  }

  #fail(message: string): never {
    this.#i = this.#body.length
    this.#entry = Entry.end
    throw new UserError(PARSE_ERROR, message)
  }
}

function keywordAt(
  body: Uint8Array,
  i: number,
  a: number,
  b: number,
  c: number,
  d: number,
): boolean {
  const end = body[i + 4]
  return (
    body[i] === a &&
    body[i + 1] === b &&
    body[i + 2] === c &&
    body[i + 3] === d &&
    (end === SPACE || end === TAB)
  )
}
