// `npm run kernel`: compiles packages/kernel/assembly into packages/kernel/src/module.gen.ts. The compiler is among
// the peers; where they are installed tests/tidy compiles it again and compares.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peer } from '../tests/peers/peers.ts'

interface Compiler {
  main(
    arguments_: readonly string[],
    api: {
      readonly stderr: { write(text: unknown): void }
      writeFile(name: string, contents: Uint8Array | string): void
    },
  ): Promise<{ readonly error: Error | null }>
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

export const MODULE_PATH: string = join(ROOT, 'packages/kernel/src/module.gen.ts')

const FLAGS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--noExportMemory',
  '--initialMemory',
  '1',
  '--enable',
  'simd,bulk-memory',
]

/** Text of the generated file. */
export async function compiledModule(): Promise<string> {
  let wasm: Uint8Array | undefined
  const folder = join(ROOT, 'packages/kernel/assembly')
  let messages = ''
  const { default: compiler } = await peer<{ default: Compiler }>('assemblyscript/asc')
  const { error } = await compiler.main(
    ['index.ts', '--outFile', 'kernel.wasm', '--baseDir', folder, ...FLAGS],
    {
      stderr: { write: (text) => void (messages += String(text)) },
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') wasm = contents
      },
    },
  )
  if (error !== null || wasm === undefined) {
    throw new Error(`packages/kernel/assembly does not compile: ${error?.message}\n${messages}`)
  }
  return [
    '// Made by scripts/kernel.ts from ../assembly; do not edit.',
    '',
    `export const MODULE_BASE64: string =\n  '${Buffer.from(wasm).toString('base64')}'`,
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(MODULE_PATH, await compiledModule())
}
