// Puts the command and everything it uses into a few files in packages/cli/dist: 1,300 modules take longer to start
// and more memory than the same code in thirty. CommonJS, because a `require` of one of Node's own modules does
// not touch its lazy parts, as an import does. White space goes, names stay, so that a stack trace can be read.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plugin, rolldown, type RolldownOutput } from 'rolldown'

const OUT = 'packages/cli/dist'

/** gRPC reads descriptions of its own services from files, which go beside the bundle. */
const PROTO_DIRECTORIES: readonly string[] = [
  'grpc-health-check/proto',
  '@grpc/reflection/build/proto',
  '@grpc/grpc-js/proto',
]
const protosBeside: Plugin = {
  name: 'protos-beside',
  transform: {
    filter: { id: /node_modules\/(grpc-health-check|@grpc)\// },
    handler: (code) => code.replaceAll('../../proto', 'proto'),
  },
}

async function bundled(input: string, out: string): Promise<RolldownOutput['output']> {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: /^node:/,
    plugins: [protosBeside],
    logLevel: 'warn',
  })
  const { output } = await bundle.write({
    dir: out,
    format: 'cjs',
    entryFileNames: 'main.cjs',
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
    writeFileSync(join(out, one.fileName), ascii)
  }
  return output
}

rmSync(OUT, { recursive: true, force: true })
const output = await bundled('packages/cli/src/main.ts', OUT)
// Chunks that commands share hold more than one of them needs: the host exporter, which has to stay small, has its own.
await bundled('packages/cli/src/node-main.ts', join(OUT, 'node'))
for (const directory of PROTO_DIRECTORIES)
  cpSync(join('node_modules', directory), join(OUT, 'proto'), { recursive: true })

/** The licences of what others wrote and the bundle contains, as they ask for. */
function notices(moduleIds: readonly string[]): string {
  const directories = new Set(
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  )
  return [...directories]
    .map((directory) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(directory, 'package.json'), 'utf8'),
      ) as Readonly<Record<string, string>>
      const files = readdirSync(directory).filter((file) => /^(licen[cs]e|notice)/i.test(file))
      const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
      return [`${name} ${version} (${license})`, ...texts].join('\n\n')
    })
    .sort()
    .join(`\n\n${'-'.repeat(80)}\n\n`)
}

writeFileSync(
  join(OUT, 'THIRD-PARTY.txt'),
  notices(output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))),
)
const kib =
  output.reduce((sum, one) => sum + (one.type === 'chunk' ? one.code.length : 0), 0) / 1024
console.error(`pharos: ${output.length} files, ${kib.toFixed(0)} KiB in ${OUT}`)
