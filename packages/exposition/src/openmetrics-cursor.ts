// OpenMetrics 1.0, walked byte by byte, as strict and as lax as the reference's scrape parser: one blank
// between tokens and none elsewhere, no blank lines, no comments, `# EOF` at the end; but no rule about
// families (order, suffixes, values by type) is checked while scraping.

import { UserError } from '@pharos/base'
import {
  type Exemplar,
  goQuote,
  type Labels,
  type Metadata,
  type MetricType,
  NORMAL_NAN,
} from '@pharos/model'
import { CLOSE, COMMA, EQUAL, HASH, LF, NAME_BYTES, OPEN, QUOTE, SPACE } from './ascii.ts'
import { Entry, type ExpositionCursor, type ExpositionOptions } from './cursor.ts'
import { floatFault, floatOf } from './float-bytes.ts'
import { lexOpenMetrics, stringEnd, When } from './openmetrics-token.ts'
import {
  emptyNames,
  exemplarOf,
  PARSE_ERROR,
  seriesLabels,
  Spans,
  unescaped,
} from './series-text.ts'
import { isUtf8, quotedBytes, textOf } from './utf8.ts'

const TYPES: ReadonlySet<string> = new Set<MetricType>([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
])

const NO_EOF = 'data does not end with # EOF'
const CREATED = '_created'

/** @source Prometheus 3.14 model/textparse/openmetricslex.l, openmetricsparse.go; OpenMetrics 1.0 */
export class OpenMetricsCursor implements ExpositionCursor {
  seriesStart = 0
  seriesEnd = 0
  value = 0
  hasTimestamp = false
  timestampMs = 0
  readonly #body: Uint8Array
  readonly #spans = new Spans()
  readonly #exemplarSpans = new Spans()
  readonly #typeAndUnitLabels: boolean
  readonly #skipCreated: boolean
  #i = 0
  #lineStart = 0
  /** Where the current token starts; an error at the end of the body shows the token before it. */
  #tokenStart = 0
  #type: MetricType | '' = ''
  #unit = ''
  #entry: Entry = Entry.end
  #textStart = 0
  #textEnd = 0
  #hasExemplar = false
  #exemplarValue = 0
  #exemplarMs: number | undefined = undefined
  /** What comes after the value is no token: the series counts, then the next call fails. */
  #isBroken = false
  #familyStart = 0
  #familyEnd = 0
  #startKey = ''
  #startMs: number | undefined = undefined

  constructor(body: Uint8Array, options: ExpositionOptions) {
    this.#body = body
    this.#typeAndUnitLabels = options.typeAndUnitLabels ?? false
    this.#skipCreated = options.skipCreated ?? false
  }

  next(): Entry {
    const body = this.#body
    for (;;) {
      const start = this.#i
      this.#lineStart = start
      this.#hasExemplar = false
      if (this.#entry === Entry.end && start > 0 && start >= body.length) return Entry.end
      if (start >= body.length) this.#fail(NO_EOF)
      if (this.#isBroken) this.#brokenLine(start)
      const byte = body[start]!
      this.#tokenStart = start
      if (byte === HASH) return this.#hashLine(start)
      const spans = this.#spans
      spans.clear()
      let i = start
      if ((NAME_BYTES[byte]! & 4) !== 0) {
        i++
        while (i < body.length && (NAME_BYTES[body[i]!]! & 8) !== 0) i++
        spans.push(start, i)
        if (body[i] === OPEN) i = this.#labels(i, this.#spans, false)
      } else if (byte === OPEN) {
        spans.leaveName()
        i = this.#labels(start, spans, false)
      } else {
        this.#unexpected('expected a valid start token', When.start, start)
      }
      this.seriesStart = start
      this.seriesEnd = i
      this.#sample(i)
      if (this.#skipCreated && this.#isCreated()) continue
      return (this.#entry = Entry.series)
    }
  }

  labels(): Labels {
    return seriesLabels(this.#body, this.#spans, {
      type: this.#type,
      unit: this.#unit,
      typeAndUnitLabels: this.#typeAndUnitLabels,
    })
  }

  emptyLabels(): readonly string[] {
    return emptyNames(this.#body, this.#spans)
  }

  exemplar(): Exemplar | undefined {
    if (!this.#hasExemplar) return undefined
    return exemplarOf(this.#body, this.#exemplarSpans, this.#exemplarValue, this.#exemplarMs)
  }

  metadataName(): string {
    return textOf(this.#body, this.#spans.at[0]!, this.#spans.at[1]!)
  }

  metadata(): Partial<Metadata> {
    if (this.#entry === Entry.type && this.#type !== '') return { type: this.#type }
    if (this.#entry === Entry.unit) return { unit: this.#unit }
    if (this.#entry !== Entry.help) return {}
    return { help: unescaped(textOf(this.#body, this.#textStart, this.#textEnd)) }
  }

  /**
   * The format puts the start after the series, in a line of its own, possibly many lines on. So the rest of
   * the family is read ahead; what was found is kept for the other series of the same metric.
   */
  startTimestampMs(): number | undefined {
    if (!needsStart(this.#type)) {
      this.#startKey = ''
      return undefined
    }
    const key = this.#metricKey(this.#familyName())
    if (key === this.#startKey && this.#startMs !== undefined) return this.#startMs
    this.#startKey = ''
    this.#startMs = undefined
    const ahead = new OpenMetricsCursor(this.#body, {})
    ahead.#i = this.#i
    ahead.#type = this.#type
    ahead.#entry = Entry.series
    const found = ahead.#createdFor(key)
    if (found !== undefined) {
      this.#startKey = key
      this.#startMs = found
    }
    return found
  }

  #createdFor(key: string): number | undefined {
    for (;;) {
      try {
        if (this.next() !== Entry.series) return undefined
      } catch (thrown) {
        // The scrape meets the same error when it comes to this line.
        if (thrown instanceof UserError) return undefined
        throw thrown
      }
      const name = this.metadataName()
      if (!name.endsWith(CREATED)) continue
      const isSame = this.#metricKey(name.slice(0, -CREATED.length)) === key
      return isSame ? Math.trunc(this.value * 1000) : undefined
    }
  }

  /** Equal for the series of one metric: its labels as written, less the bucket or quantile. */
  #metricKey(name: string): string {
    const skipped = this.#type === 'histogram' ? 'le' : this.#type === 'summary' ? 'quantile' : ''
    let key = ''
    const { at, length } = this.#spans
    for (let i = 2; i < length; i += 4) {
      const label = textOf(this.#body, at[i]!, at[i + 1]!)
      if (label !== skipped) key += `${label}\0${textOf(this.#body, at[i + 2]!, at[i + 3]!)}\0`
    }
    return `${key}\0${name}`
  }

  #isCreated(): boolean {
    return needsStart(this.#type) && this.metadataName().endsWith(CREATED)
  }

  /** From `{` to after `}`; notes the spans. */
  #labels(open: number, spans: Spans, isExemplar: boolean): number {
    const body = this.#body
    const n = body.length
    const when = isExemplar ? When.exemplar : When.labels
    this.#tokenStart = open
    let i = open + 1
    for (;;) {
      let nameStart = i
      let byte = body[i]!
      if (byte === CLOSE) {
        this.#tokenStart = i
        return i + 1
      }
      const isQuoted = byte === QUOTE
      if (i < n && (NAME_BYTES[byte]! & 1) !== 0) {
        i++
        while (i < n && (NAME_BYTES[body[i]!]! & 2) !== 0) i++
      } else {
        const close = isQuoted ? stringEnd(body, i, when) : -1
        if (close < 0) this.#unexpected('expected label name', when, i)
        i = close
      }
      this.#tokenStart = nameStart
      let nameEnd = i
      byte = body[i]!
      if (isQuoted) {
        nameStart++
        nameEnd--
        if (byte === COMMA || byte === CLOSE) {
          if (isExemplar) this.#unexpected('expected label name', when, i)
          this.#nameInBraces(nameStart, nameEnd, i + 1)
          this.#tokenStart = i
          i++
          if (byte === CLOSE) return i
          continue
        }
      }
      spans.push(nameStart, nameEnd)
      if (byte !== EQUAL) this.#unexpected('expected equal', when, i)
      this.#tokenStart = i
      i = this.#labelValue(i + 1, spans, isExemplar)
      byte = body[i]!
      if (byte === COMMA) this.#tokenStart = i++
      else if (byte !== CLOSE) this.#unexpected('expected comma or brace close', when, i)
    }
  }

  #nameInBraces(nameStart: number, nameEnd: number, tokenEnd: number): void {
    if (this.#spans.setName(nameStart, nameEnd)) return
    const line = this.#quoted(this.#lineStart, tokenEnd)
    this.#fail(`metric name already set while parsing: ${line}`)
  }

  #labelValue(i: number, spans: Spans, isExemplar: boolean): number {
    const body = this.#body
    const when = isExemplar ? When.exemplarEqual : When.equal
    const end = body[i] === QUOTE ? stringEnd(body, i, when) : -1
    if (end < 0) this.#unexpected('expected label value', when, i)
    if (!isUtf8(body, i, end)) this.#fail(`invalid UTF-8 label value: ${this.#quoted(i, end)}`)
    this.#tokenStart = i
    spans.push(i + 1, end - 1)
    return end
  }

  /** Value, timestamp, exemplar and end of line. */
  #sample(from: number): void {
    const body = this.#body
    if (!this.#spans.hasName) {
      const token = lexOpenMetrics(body, When.value, from)
      const line = this.#quoted(this.#lineStart, token.end)
      this.#fail(`metric name not set while parsing: ${line}`)
    }
    let i = this.#wordEnd('expected value after metric', When.value, from)
    this.value = this.#float(from + 1, i)
    this.hasTimestamp = false
    let byte = body[i]
    if (byte === undefined) this.#fail(NO_EOF)
    if (byte === SPACE && !this.#startsExemplar(i)) {
      const token = lexOpenMetrics(body, When.timestamp, i)
      if (token.name !== 'TIMESTAMP') {
        this.#isBroken = true
        this.#i = token.end
        return
      }
      this.#tokenStart = i
      this.timestampMs = this.#seconds(i + 1, token.end, 'timestamp')
      this.hasTimestamp = true
      i = token.end
      byte = body[i]
      if (byte !== LF && !(byte === SPACE && this.#startsExemplar(i)))
        this.#unexpected('expected next entry after timestamp', When.timestamp, i)
    }
    if (byte === SPACE) i = this.#exemplar(i)
    else if (byte !== LF) {
      this.#isBroken = true
      this.#i = i
      return
    }
    this.#i = i + 1
  }

  #startsExemplar(i: number): boolean {
    const body = this.#body
    return body[i + 1] === HASH && body[i + 2] === SPACE && body[i + 3] === OPEN
  }

  /** From the blank before `# {`; returns where the line feed is. */
  #exemplar(from: number): number {
    const body = this.#body
    this.#exemplarSpans.clear()
    let i = this.#labels(from + 3, this.#exemplarSpans, true)
    const valueStart = i
    i = this.#wordEnd('expected value after exemplar labels', When.exemplarEqual, i)
    this.#exemplarValue = this.#float(valueStart + 1, i)
    this.#exemplarMs = undefined
    this.#tokenStart = valueStart
    if (i >= body.length) this.#fail(NO_EOF)
    if (body[i] === SPACE) {
      const start = i
      i = this.#wordEnd('expected timestamp or comment', When.exemplarTimestamp, i)
      this.#tokenStart = start
      this.#exemplarMs = this.#seconds(start + 1, i, 'exemplar timestamp')
      if (body[i] !== LF)
        this.#unexpected('expected next entry after exemplar timestamp', When.exemplarTimestamp, i)
    } else if (body[i] !== LF) {
      this.#unexpected('expected timestamp or comment', When.exemplarTimestamp, i)
    }
    this.#hasExemplar = true
    return i
  }

  /** A blank, then everything up to the next blank or line feed. */
  #wordEnd(wanted: string, when: When, from: number): number {
    const body = this.#body
    const n = body.length
    let i = from + 1
    if (body[from] === SPACE) {
      while (i < n && body[i] !== SPACE && body[i] !== LF && body[i] !== 0) i++
    }
    if (i === from + 1) this.#unexpected(wanted, when, from)
    return i
  }

  #float(start: number, end: number): number {
    const value = floatOf(this.#body, start, end)
    if (typeof value === 'number') return value === value ? value : NORMAL_NAN
    const line = this.#quoted(this.#lineStart, end)
    this.#fail(`${floatFault(value, this.#body, start, end)} while parsing: ${line}`)
  }

  #seconds(start: number, end: number, what: string): number {
    const seconds = this.#float(start, end)
    if (Number.isFinite(seconds)) return Math.trunc(seconds * 1000)
    const text = seconds !== seconds ? 'NaN' : seconds > 0 ? '+Inf' : '-Inf'
    this.#fail(`invalid ${what} ${text}`)
  }

  #hashLine(start: number): Entry {
    const body = this.#body
    const token = lexOpenMetrics(body, When.start, start)
    if (token.name === 'EOFWORD') {
      if (token.end < body.length) this.#fail('unexpected data after # EOF')
      this.#i = body.length
      return (this.#entry = Entry.end)
    }
    if (token.name === 'INVALID')
      this.#unexpected('expected a valid start token', When.start, start)
    const nameStart = token.end
    const name = lexOpenMetrics(body, When.meta, nameStart)
    if (name.name !== 'MNAME')
      this.#unexpected(`expected metric name after ${token.name}`, When.meta, nameStart)
    const quote = body[nameStart] === QUOTE ? 1 : 0
    this.#spans.clear()
    this.#spans.push(nameStart + quote, name.end - quote)
    this.#familyStart = nameStart + quote
    this.#familyEnd = name.end - quote
    const lineEnd = body.indexOf(LF, name.end)
    if (body[name.end] !== SPACE || lineEnd < 0) this.#fail(`expected text in ${token.name}`)
    this.#textStart = name.end + 1
    this.#textEnd = lineEnd
    this.seriesStart = start
    this.seriesEnd = lineEnd
    this.#i = lineEnd + 1
    if (token.name === 'TYPE') return this.#typeLine(textOf(body, this.#textStart, lineEnd))
    if (token.name === 'UNIT') return this.#unitLine(textOf(body, this.#textStart, lineEnd))
    if (!isUtf8(body, this.#textStart, lineEnd)) {
      const quoted = this.#quoted(this.#textStart, lineEnd)
      this.#fail(`help text ${quoted} is not a valid utf8 string`)
    }
    return (this.#entry = Entry.help)
  }

  #typeLine(text: string): Entry {
    if (!TYPES.has(text)) this.#fail(`invalid metric type ${goQuote(text)}`)
    this.#type = text as MetricType // TYPES holds nothing else.
    return (this.#entry = Entry.type)
  }

  #unitLine(unit: string): Entry {
    this.#unit = unit
    if (unit !== '' && !this.#familyName().endsWith(`_${unit}`)) {
      const [a, b] = [goQuote(unit), goQuote(this.#familyName())]
      this.#fail(`unit ${a} not a suffix of metric ${b}`)
    }
    return (this.#entry = Entry.unit)
  }

  #familyName(): string {
    return textOf(this.#body, this.#familyStart, this.#familyEnd)
  }

  /** The reference goes on reading where it stood, still behind the value: every token there is wrong. */
  #brokenLine(start: number): never {
    this.#tokenStart = start
    this.#unexpected('expected a valid start token', When.timestamp, start)
  }

  #unexpected(wanted: string, when: When, i: number): never {
    const token = lexOpenMetrics(this.#body, when, i)
    const start = token.name === 'EOF' ? this.#tokenStart : i
    const got = this.#quoted(start, token.end + 1)
    const line = this.#quoted(this.#lineStart, token.end + 1)
    this.#fail(`${wanted}, got ${got} ("${token.name}") while parsing: ${line}`)
  }

  #quoted(start: number, end: number): string {
    return quotedBytes(this.#body.subarray(start, Math.min(end, this.#body.length)))
  }

  #fail(message: string): never {
    this.#i = Math.max(1, this.#body.length)
    this.#entry = Entry.end
    throw new UserError(PARSE_ERROR, message)
  }
}

function needsStart(type: MetricType | ''): boolean {
  return type === 'counter' || type === 'summary' || type === 'histogram'
}
