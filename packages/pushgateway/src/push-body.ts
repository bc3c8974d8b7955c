// The body of a push: unpacked, told apart by its Content-Type, parsed.

import { gunzip } from 'node:zlib'
import { isSnappyFramed, OutsideError, snappyDecode, snappyUnframe, UserError } from '@pharos/base'
import { type MetricFamily, parseFamilies, parseProtobufFamilies } from '@pharos/exposition'
import { PUSH_BYTES_MAX } from './limits.ts'

interface BodyOptions {
  /** Names beyond the classic alphabet. */
  readonly allowsUtf8: boolean
  /** Carriage returns and a last line without its end are mended. */
  readonly isLenient: boolean
  /** Told what was mended. */
  readonly onMended: (what: string) => void
}

/** Bytes without their Content-Encoding; an encoding that is not known is left alone, as in the reference. */
export async function unpacked(body: Buffer, encoding: string): Promise<Buffer> {
  switch (encoding.toLowerCase()) {
    case 'gzip':
      return ungzipped(body)
    case 'snappy':
      return unsnappied(body)
    default:
      return body
  }
}

/** Framed, as the reference takes it, or a bare block, as remote write's clients make it. */
function unsnappied(body: Buffer): Buffer {
  if (body.length === 0) return body
  try {
    const unpack = isSnappyFramed(body) ? snappyUnframe : snappyDecode
    const { buffer, byteOffset, length } = unpack(body, PUSH_BYTES_MAX)
    return Buffer.from(buffer, byteOffset, length)
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error
    throw error.code === 'snappy/too-large' ? tooLarge() : refused(error.message)
  }
}

/** Of gzip. */
const HEADER_BYTES = 10

function ungzipped(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Go's words, because that is what people find when they search for them.
    if (body.length < HEADER_BYTES)
      return reject(refused(body.length === 0 ? 'EOF' : 'unexpected EOF'))
    if (body[0] !== 0x1f || body[1] !== 0x8b) return reject(refused('gzip: invalid header'))
    gunzip(body, { maxOutputLength: PUSH_BYTES_MAX }, (error, result) => {
      if (error === null) return resolve(result)
      const code = 'code' in error ? error.code : ''
      if (code === 'ERR_BUFFER_TOO_LARGE') return reject(tooLarge())
      if (code === 'Z_BUF_ERROR') return reject(refused('unexpected EOF'))
      return reject(refused(`gzip: invalid data: ${error.message}`))
    })
  })
}

/** The families of a body. @throws UserError `exposition/parse`, `push/body` */
export function familiesOf(
  body: Buffer,
  contentType: string,
  options: BodyOptions,
): readonly MetricFamily[] {
  const names = options.allowsUtf8 ? 'utf-8' : 'classic'
  if (isProtobuf(contentType)) return parseProtobufFamilies(body, { names })
  const bytes = options.isLenient ? mended(body, options.onMended) : body
  return parseFamilies(bytes, { names })
}

const PROTOBUF = /^application\/vnd\.google\.protobuf\s*;/i

/** The one form that the reference reads as protobuf; anything else is text to it. */
function isProtobuf(contentType: string): boolean {
  return (
    PROTOBUF.test(contentType) &&
    /;\s*proto="?io\.prometheus\.client\.MetricFamily"?\s*(?:;|$)/i.test(contentType) &&
    /;\s*encoding="?delimited"?\s*(?:;|$)/i.test(contentType)
  )
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

function mended(body: Buffer, onMended: (what: string) => void): Buffer {
  let bytes = body
  if (bytes.includes('\r\n')) {
    onMended('lines end in CR LF')
    // Line feeds inside a quoted value are escaped, so each of these ends a line.
    bytes = Buffer.from(
      bytes.filter((byte, i) => byte !== CARRIAGE_RETURN || bytes[i + 1] !== LINE_FEED),
    )
  }
  if (bytes.length > 0 && bytes.at(-1) !== LINE_FEED) {
    onMended('the last line has no end')
    bytes = Buffer.concat([bytes, Buffer.from('\n')])
  }
  return bytes
}

function tooLarge(): UserError {
  return new UserError('push/too-large', `body is over ${PUSH_BYTES_MAX} bytes unpacked`)
}

function refused(message: string): UserError {
  return new UserError('push/body', message)
}
