// Packed bodies. The unpacked size is capped while unpacking, so that a bomb costs its limit and no more.

import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'
import { OutsideError } from '@pharos/base'
import { bodyTooLarge } from './client-errors.ts'

interface Unpacker {
  readonly unpack: (
    packed: Uint8Array,
    options: { maxOutputLength: number; chunkSize: number },
  ) => Promise<Uint8Array>
  readonly words: (error: Error) => string
}

const DEFLATE: Unpacker = {
  // Half the world sends zlib's frame, as the standard says, the other half bare deflate.
  unpack: async (packed, options) =>
    await (hasZlibFrame(packed) ? promisify(inflate) : promisify(inflateRaw))(packed, options),
  words: () => 'flate: corrupt input',
}

const GZIP: Unpacker = { unpack: promisify(gunzip), words: gzipWords }

const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', DEFLATE],
  ['zstd', { unpack: promisify(zstdDecompress), words: () => 'zstd: corrupt input' }],
])

/** Whether a body of this Content-Encoding has to be unpacked; unknown ones are handed on as they are. */
export function isPacked(coding: string | undefined): boolean {
  return coding !== undefined && UNPACKERS.has(coding.trim().toLowerCase())
}

/**
 * A body without its Content-Encoding.
 * @throws OutsideError `http/body-too-large` beyond `maxBytes`, `http/packing` when it is damaged or cut
 */
export async function unpacked(
  coding: string,
  packed: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const unpacker = UNPACKERS.get(coding.trim().toLowerCase())!
  try {
    return await unpacker.unpack(packed, {
      maxOutputLength: maxBytes,
      // Each chunk costs a turn of the event loop: Node's 16 KiB took a fifth more for a page and thrice for a bomb.
      chunkSize: packed.length < 65_536 ? 65_536 : 262_144,
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code: unknown = 'code' in error ? error.code : ''
    if (code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge()
    const text = code === 'Z_BUF_ERROR' ? 'unexpected EOF' : unpacker.words(error)
    throw new OutsideError('http/packing', text, { cause: error })
  }
}

function hasZlibFrame(packed: Uint8Array): boolean {
  return (
    packed.length >= 2 && (packed[0]! & 0x0f) === 8 && (packed[0]! * 256 + packed[1]!) % 31 === 0
  )
}

function gzipWords(error: Error): string {
  return error.message.includes('header') ? 'gzip: invalid header' : 'gzip: invalid checksum'
}
