// What a page pays for the query language: lexer, parser, printer and what they need of model and base.
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

const LIMIT_BYTES = 30 * 1024

async function gzippedBytes(source: string): Promise<number> {
  const entry = 'virtual:entry'
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? source : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  )
  const code = outputs.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
  expect(code).toContain('parse error')
  return gzipSync(code, { level: 9 }).length
}

test('the parser with printer and model is at most 30 KiB gzipped', async () => {
  const bytes = await gzippedBytes(
    `export { parseExpr, parseSelector, printExpr, prettyExpr, FUNCTIONS } from '@pharos/promql'
     export { Labels, Matcher, formatValue, parseDuration } from '@pharos/model'`,
  )
  console.log(`parser, printer and model: ${(bytes / 1024).toFixed(1)} KiB gzipped`)
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES)
})
