import { createGzip, gzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { COMPRESS_BYTES_MIN } from './limits.ts'

/** Level 1: on metrics and JSON a fifth of the time of level 6 for a tenth more bytes. */
const LEVEL = 1

/** True when the Accept-Encoding of a request takes gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false
  let any: boolean | undefined
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [coding, ...parameters] = part.trim().split(';')
    const refused = parameters.some((parameter) => /^\s*q=0(\.0{0,3})?\s*$/.test(parameter))
    if (coding === 'gzip' || coding === 'x-gzip') return !refused
    if (coding === '*') any = !refused
  }
  return any === true
}

/** Texts shrink; pictures and archives are packed already. */
export function isPackable(contentType: string | undefined): boolean {
  return (
    contentType !== undefined &&
    /^(text\/|application\/(json|javascript|xml|openmetrics-text|x-yaml|yaml|wasm|manifest\+json)|image\/svg)/.test(
      contentType,
    )
  )
}

/** The payload packed on zlib's threads, or undefined when it is too small to be worth it. */
export async function packed(payload: unknown): Promise<Buffer | Readable | undefined> {
  if (typeof payload === 'string' || payload instanceof Uint8Array) {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload
    return bytes.length < COMPRESS_BYTES_MIN ? undefined : await gzipped(bytes)
  }
  if (!isReadable(payload)) return undefined
  const stream = createGzip({ level: LEVEL })
  // A reader that goes away destroys both; the error reaches Fastify through `stream`.
  pipeline(payload, stream, () => {})
  return stream
}

function gzipped(bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(bytes, { level: LEVEL }, (error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
  })
}

function isReadable(payload: unknown): payload is Readable {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'pipe' in payload &&
    typeof payload.pipe === 'function'
  )
}
