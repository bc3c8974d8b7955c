// Bytes of a connection to one HTTP/1.x response. Input is never trusted: everything that could be read in two
// ways (two lengths, a length beside chunks, folded lines) is refused, because what one side of a proxy reads
// differently from the other is how requests are smuggled.
//
//   head ──► fixed length ─────────────────────────► done
//        ├─► chunk line ─► chunk data ─► chunk end ─┐
//        │       ▲──────────────────────────────────┘
//        │       └─ size 0 ─► trailers ────────────► done
//        └─► until close ─── end() ────────────────► done

import type { BodySink } from './body-buffer.ts'
import { malformed } from './client-errors.ts'
import { CHUNK_LINE_BYTES_MAX, INTERIM_RESPONSES_MAX, RESPONSE_HEADER_BYTES_MAX } from './limits.ts'
import { quoted, OutsideError } from '@pharos/base'

/** Header names in lower case; values of a repeated header are joined by `, `. */
export type HttpHeaders = ReadonlyMap<string, string>

const State = {
  head: 0,
  fixed: 1,
  chunkLine: 2,
  chunkData: 3,
  chunkEnd: 4,
  trailers: 5,
  untilClose: 6,
  done: 7,
} as const
type State = (typeof State)[keyof typeof State]

/** The header lines of a connection's last answer, so that the same line is not taken apart again. */
export class HeaderMemory {
  readonly lines: string[] = []
  readonly names: string[] = []
  readonly values: string[] = []
}

export class ResponseParser {
  readonly #memory: HeaderMemory
  readonly #method: string
  readonly #body: BodySink
  #state: State = State.head
  /** Of a head that came in parts. */
  #head: Uint8Array = NOTHING
  #headLength = 0
  #lineHasText = false
  #interim = 0
  #remaining = 0
  #line = ''
  #lineBytes = 0

  status = 0
  /** As Go's `Response.Status`: `404 Not Found`. */
  statusText = ''
  headers: HttpHeaders = new Map()
  /** False when the other side said, or the framing means, that the connection ends here. */
  keepAlive = false
  /** True once anything has arrived: then a request may not simply be sent again. */
  started = false

  constructor(method: string, body: BodySink, memory: HeaderMemory = new HeaderMemory()) {
    this.#memory = memory
    this.#method = method
    this.#body = body
  }

  get done(): boolean {
    return this.#state === State.done
  }

  /** True once status and headers are known. */
  get headDone(): boolean {
    return this.#state !== State.head
  }

  /**
   * Takes the next bytes.
   * @throws OutsideError `http/malformed`, `http/header-too-large`, `http/body-too-large`; the connection is then unusable
   */
  consume(bytes: Uint8Array): void {
    if (bytes.length > 0) this.started = true
    let at = 0
    while (at < bytes.length && this.#state !== State.done) {
      switch (this.#state) {
        case State.head:
          at = this.#takeHead(bytes, at)
          break
        case State.fixed:
        case State.chunkData:
          at = this.#takeData(bytes, at)
          break
        case State.untilClose:
          this.#body.append(bytes, at, bytes.length)
          at = bytes.length
          break
        default:
          at = this.#takeLine(bytes, at)
      }
    }
    // Bytes behind the end belong to no request of ours.
    if (at < bytes.length) this.keepAlive = false
  }

  /** The other side has closed. @throws OutsideError when the response was not complete. */
  end(): void {
    if (this.#state === State.done) return
    if (this.#state === State.untilClose) {
      this.#state = State.done
      return
    }
    if (this.#state === State.head) {
      throw this.started
        ? new OutsideError('net/closed', 'unexpected EOF')
        : new OutsideError('net/closed', 'EOF')
    }
    throw new OutsideError('net/closed', 'unexpected EOF')
  }

  /** Nearly always the whole head arrives at once and is read where it lies; otherwise its parts are collected. */
  #takeHead(bytes: Uint8Array, from: number): number {
    const end = Math.min(bytes.length, from + RESPONSE_HEADER_BYTES_MAX + 1 - this.#headLength)
    let at = from
    while (at < end) {
      const lineFeed = bytes.indexOf(LF, at)
      const stop = lineFeed < 0 || lineFeed >= end ? end : lineFeed
      this.#lineHasText ||= stop - at > 1 || (stop - at === 1 && bytes[at] !== CR)
      if (stop === end) break
      at = stop + 1
      if (this.#lineHasText) {
        this.#lineHasText = false
        continue
      }
      if (this.#headLength === 0) this.#readHead(latin1(bytes, from, at))
      else {
        this.#collectHead(bytes, from, at)
        this.#readHead(latin1(this.#head, 0, this.#headLength))
      }
      this.#headLength = 0
      return at
    }
    this.#collectHead(bytes, from, end)
    if (this.#headLength > RESPONSE_HEADER_BYTES_MAX) {
      throw new OutsideError(
        'http/header-too-large',
        `net/http: server response headers exceeded ${RESPONSE_HEADER_BYTES_MAX} bytes; aborted`,
      )
    }
    return end
  }

  #collectHead(bytes: Uint8Array, from: number, end: number): void {
    const length = this.#headLength + end - from
    if (length > this.#head.length) {
      const larger = new Uint8Array(Math.max(length, this.#head.length * 2))
      larger.set(this.#head.subarray(0, this.#headLength))
      this.#head = larger
    }
    this.#head.set(bytes.subarray(from, end), this.#headLength)
    this.#headLength = length
  }

  #readHead(text: string): void {
    const lines = text.split('\n')
    const { status, statusText, minor } =
      lines[0] === OK_LINE ? OK_STATUS : parseStatusLine(withoutCr(lines[0]!))
    const headers = new Map<string, string>()
    for (let i = 1; i < lines.length; i++) {
      const line = withoutCr(lines[i]!)
      if (line !== '') this.#addHeader(headers, line, i)
    }
    if (status >= 100 && status < 200) {
      if (status === 101 || ++this.#interim > INTERIM_RESPONSES_MAX) {
        throw malformed(`unexpected interim response ${status}`)
      }
      return
    }
    this.status = status
    this.statusText = statusText
    this.headers = headers
    const connection = (headers.get('connection') ?? '').toLowerCase()
    this.keepAlive = minor >= 1 ? !connection.includes('close') : connection.includes('keep-alive')
    this.#chooseFraming(headers)
  }

  #addHeader(headers: Map<string, string>, line: string, place: number): void {
    const { lines, names, values } = this.#memory
    if (lines[place] !== line) {
      const [name, value] = parseHeader(line)
      lines[place] = line
      names[place] = name
      values[place] = value
    }
    const name = names[place]!
    const value = values[place]!
    const before = headers.get(name)
    if (before === undefined) headers.set(name, value)
    // The same length twice is harmless and seen in the wild; two lengths are an attack or a bug.
    else if (name !== 'content-length' || before !== value) headers.set(name, `${before}, ${value}`)
  }

  #chooseFraming(headers: HttpHeaders): void {
    const coding = headers.get('transfer-encoding')?.trim().toLowerCase()
    const lengthText = headers.get('content-length')
    if (coding !== undefined && lengthText !== undefined) {
      throw malformed('response has both Transfer-Encoding and Content-Length')
    }
    if (coding !== undefined && coding !== 'chunked' && coding !== 'identity') {
      throw malformed(`unsupported transfer encoding: ${quoted(coding)}`)
    }
    const length = lengthText === undefined ? undefined : contentLength(lengthText)
    if (this.#method === 'HEAD' || this.status === 204 || this.status === 304) {
      this.#state = State.done
    } else if (coding === 'chunked') {
      this.#state = State.chunkLine
    } else if (length !== undefined) {
      this.#body.expect(length)
      this.#remaining = length
      this.#state = length === 0 ? State.done : State.fixed
    } else {
      this.keepAlive = false
      this.#state = State.untilClose
    }
  }

  #takeData(bytes: Uint8Array, from: number): number {
    const end = Math.min(bytes.length, from + this.#remaining)
    this.#body.append(bytes, from, end)
    this.#remaining -= end - from
    if (this.#remaining === 0)
      this.#state = this.#state === State.fixed ? State.done : State.chunkEnd
    return end
  }

  /** Chunk sizes, the line end behind a chunk, and trailers: short lines, taken up to their line feed. */
  #takeLine(bytes: Uint8Array, from: number): number {
    const lineFeed = bytes.indexOf(LF, from)
    const end = lineFeed < 0 ? bytes.length : lineFeed
    this.#lineBytes += end - from
    if (this.#lineBytes > CHUNK_LINE_BYTES_MAX)
      throw malformed('invalid chunked encoding: line too long')
    this.#line += latin1(bytes, from, end)
    if (lineFeed < 0) return end
    const line = withoutCr(this.#line)
    this.#line = ''
    if (this.#state !== State.trailers) this.#lineBytes = 0
    this.#endLine(line)
    return lineFeed + 1
  }

  #endLine(line: string): void {
    if (this.#state === State.chunkEnd) {
      if (line !== '') throw malformed('malformed chunked encoding')
      this.#state = State.chunkLine
    } else if (this.#state === State.trailers) {
      if (line === '') this.#state = State.done
    } else {
      const size = chunkSize(line)
      this.#remaining = size
      this.#state = size === 0 ? State.trailers : State.chunkData
      if (size > 0) this.#body.expect(this.#body.length + size)
    }
  }
}

const LF = 10
const CR = 13
const NOTHING = new Uint8Array(0)
const OK_LINE = 'HTTP/1.1 200 OK\r'
const OK_STATUS = { status: 200, statusText: '200 OK', minor: 1 } as const

function latin1(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1')
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function parseStatusLine(line: string): { status: number; statusText: string; minor: number } {
  const match = /^HTTP\/(\d)\.(\d) (.*)$/.exec(line)
  if (match === null) {
    throw malformed(
      /^HTTP\/\S+ /.test(line)
        ? `malformed HTTP version ${quoted(line.slice(0, line.indexOf(' ')))}`
        : `malformed HTTP response ${quoted(line)}`,
    )
  }
  const rest = match[3]!.trimStart()
  const code = rest.split(' ', 1)[0]!
  if (!/^\d{3}$/.test(code)) throw malformed(`malformed HTTP status code ${quoted(code)}`)
  if (match[1] !== '1') throw malformed(`malformed HTTP version ${quoted(line.slice(0, 8))}`)
  return { status: Number(code), statusText: rest.trimEnd(), minor: Number(match[2]) }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  if (colon <= 0 || !TOKEN.test(name))
    throw malformed(`malformed MIME header line: ${quoted(line)}`)
  const value = line.slice(colon + 1).trim()
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value))
    throw malformed(`malformed MIME header value for ${quoted(name)}`)
  return [name.toLowerCase(), value]
}

function contentLength(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw malformed(`bad Content-Length ${quoted(text)}`)
  return Number(text)
}

function chunkSize(line: string): number {
  const text = line.split(';', 1)[0]!.trim()
  if (!/^[0-9a-f]{1,12}$/i.test(text)) {
    throw malformed(
      text.length > 12 ? 'http chunk length too large' : 'invalid byte in chunk length',
    )
  }
  return Number.parseInt(text, 16)
}
