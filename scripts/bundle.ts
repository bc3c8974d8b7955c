// Puts the command and everything it uses into a few files in packages/cli/dist: 1,300 modules take twice the time to
// start and 40 MiB more than the same code in twenty. CommonJS, because a `require` of one of Node's own modules does
// not touch its lazy parts, as an import does. White space goes, names stay, so that a stack trace can be read.
import { globSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

const OUT = 'packages/cli/dist'

/** Threads are entries of their own, beside the bundle, where `siblingUrl` looks for them. */
const workers = globSync('packages/**/src/**/*.worker.ts', {
  exclude: ['**/node_modules', 'packages/ui'],
})

rmSync(OUT, { recursive: true, force: true })
const bundle = await rolldown({
  input: Object.fromEntries(
    ['packages/cli/src/main.ts', ...workers].map((path) => [basename(path, '.ts'), path]),
  ),
  platform: 'node',
  external: /^node:/,
  logLevel: 'warn',
})
const { output } = await bundle.write({
  dir: OUT,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
})
// One character beyond Latin-1 makes V8 hold the text of a whole file in two bytes a character.
for (const one of output) {
  if (one.type !== 'chunk') continue
  const ascii = one.code.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  writeFileSync(join(OUT, one.fileName), ascii)
}
const kib =
  output.reduce((sum, one) => sum + (one.type === 'chunk' ? one.code.length : 0), 0) / 1024
console.error(`pharos: ${output.length} files, ${kib.toFixed(0)} KiB in ${OUT}`)
