import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

// Smaller ones do not get smaller.
const COMPRESS_FROM_BYTES = 1024

/**
 * Writes each asset also as `.br` (11) and `.gz` (9), and `assets.json`: what the serving door loads at start.
 * Done at build time, so that the server never compresses a page and the best level costs nobody a wait.
 */
export function precompress(): Plugin {
  let directory = ''
  return {
    name: 'pharos-precompress',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    closeBundle: {
      order: 'post',
      handler() {
        const assets: Record<string, { etag: string; encodings: string[] }> = {}
        const hash = createHash('sha256')
        for (const file of filesBelow(directory).sort()) {
          const path = relative(directory, file)
          if (path.startsWith('.') || /\.(br|gz)$|^assets\.json$/.test(path)) continue
          const bytes = readFileSync(file)
          hash.update(path).update(bytes)
          const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 16)
          assets[path] = { etag, encodings: isOfServer(path) ? [] : compressed(file, bytes) }
        }
        const build = hash.digest('base64url').slice(0, 16)
        writeFileSync(join(directory, 'assets.json'), JSON.stringify({ build, assets }))
      },
    },
  }
}

/** What the serving door reads to make pages of, and sends as no asset. */
function isOfServer(path: string): boolean {
  return path === 'index.html' || path === 'frames.json'
}

function compressed(file: string, bytes: Buffer): string[] {
  if (bytes.length < COMPRESS_FROM_BYTES) return []
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  writeFileSync(`${file}.br`, brotli)
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  return ['br', 'gz']
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
