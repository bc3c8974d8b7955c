// `npm run build`: stages what is published in dist/. Node does not strip types below node_modules, so the
// sources are emitted as JavaScript by tsc; imports of our own packages become relative paths, which makes
// the whole of dist/ one package with the outside run-time dependencies only. The web pages are built beside.
//
//   dist/package.json   dist/bin/pharos.mjs   dist/packages/<room>/src/*.js   dist/packages/ui/dist/*   dist/packages/rules/shipped/*.yml
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

const OUT = 'dist'

function run(command: string, args: readonly string[]): void {
  const child = spawnSync(command, args, { stdio: 'inherit' })
  if (child.status !== 0) process.exit(child.status ?? 1)
}

function filesBelow(directory: string, ending: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(directory, name))
}

function manifests(): Map<string, { path: string; manifest: Manifest }> {
  const found = filesBelow('packages', 'package.json').map((path) => ({
    path: dirname(path),
    manifest: JSON.parse(readFileSync(path, 'utf8')) as Manifest,
  }))
  return new Map(found.map((one) => [one.manifest.name, one]))
}

const rooms = manifests()

/** `@pharos/tsdb` in a file of dist to the relative path of that door's JavaScript. */
function rewriteImports(file: string): void {
  const text = readFileSync(file, 'utf8')
  const rewritten = text.replace(
    /(['"])@pharos\/([a-z-]+)(\/[a-z-]+)?\1/g,
    (whole, quote: string, name: string, door = '') => {
      const room = rooms.get(`@pharos/${name}`)
      const target = room?.manifest.exports?.[`.${door as string}`]
      if (room === undefined || target === undefined) return whole
      const to = join(OUT, room.path, target.replace(/\.ts$/, '.js'))
      const path = relative(dirname(file), to)
      return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    },
  )
  if (rewritten !== text) writeFileSync(file, rewritten)
}

function stageManifest(): void {
  const root = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const dependencies: Record<string, string> = {}
  for (const { manifest } of rooms.values()) {
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      if (!name.startsWith('@pharos/')) dependencies[name] = version
    }
  }
  const staged = {
    name: 'pharos',
    version: root['version'],
    description: root['description'],
    license: root['license'],
    type: 'module',
    engines: { node: '>=20' },
    bin: { pharos: 'bin/pharos.mjs' },
    dependencies,
    optionalDependencies: root['optionalDependencies'],
  }
  writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(staged, null, 2)}\n`)
}

rmSync(OUT, { recursive: true, force: true })
run('tsc', ['-p', 'tsconfig.build.json'])
for (const file of filesBelow(join(OUT, 'packages'), '.js')) rewriteImports(file)
for (const file of filesBelow(join(OUT, 'packages'), '.d.ts')) rewriteImports(file)
run('vite', ['build', '--logLevel', 'warn', 'packages/ui'])
cpSync('packages/ui/dist', join(OUT, 'packages/ui/dist'), { recursive: true })
cpSync('packages/rules/shipped', join(OUT, 'packages/rules/shipped'), { recursive: true })
mkdirSync(join(OUT, 'bin'), { recursive: true })
cpSync('bin/pharos.mjs', join(OUT, 'bin/pharos.mjs'))
for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) cpSync(name, join(OUT, name))
stageManifest()
console.log(`staged ${filesBelow(OUT, '.js').length} modules in ${OUT}/`)
