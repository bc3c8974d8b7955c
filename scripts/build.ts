// `npm run build`: stages what is published in dist/, one directory each, ready for `npm pack`. Node does not strip types
// below node_modules, so the sources are emitted as JavaScript by tsc. An import of a room that is published by itself
// stays a name; every other room is brought along and its imports become relative paths.
//
//   dist/pharos/    package.json  bin/pharos.mjs  packages/cli/dist/*.cjs  packages/ui/dist/*  packages/rules/shipped/*.yml
//   dist/client/    package.json  packages/client/src/*.js          @pharos/client
//   dist/kits-http/ dist/kits-grpc/ dist/host/                      the others that are published by themselves
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>
  readonly [key: string]: unknown
}

const OUT = 'dist'
/** What tsc emits, before it is taken apart. */
const EMITTED = join(OUT, 'emitted')

/** Packages that are published by themselves, by their directory in dist/. */
const LIBRARIES: ReadonlyMap<string, string> = new Map([
  ['client', '@pharos/client'],
  ['host', '@pharos/host'],
  ['kits-grpc', '@pharos/kits-grpc'],
  ['kits-http', '@pharos/kits-http'],
  ['registry', '@pharos/registry'],
])

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

const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version

/** What a package is made of: itself and the rooms it stands on, without those that are published by themselves. */
function closure(name: string, stays: (name: string) => boolean): string[] {
  const found = new Set([name])
  for (const one of found) {
    for (const next of Object.keys(rooms.get(one)?.manifest.dependencies ?? {}))
      if (next.startsWith('@pharos/') && !stays(next)) found.add(next)
  }
  return [...found]
}

/** `@pharos/tsdb` in a file of the stage to the relative path of that door's JavaScript. */
function rewriteImports(stage: string, file: string, stays: (name: string) => boolean): void {
  const text = readFileSync(file, 'utf8')
  const rewritten = text.replace(
    /(['"])@pharos\/([a-z-]+)(\/[a-z-]+)?\1/g,
    (whole, quote: string, name: string, door = '') => {
      const room = rooms.get(`@pharos/${name}`)
      const target = room?.manifest.exports?.[`.${door as string}`]
      if (room === undefined || target === undefined || stays(room.manifest.name)) return whole
      const to = join(stage, room.path, target.replace(/\.ts$/, '.js'))
      const path = relative(dirname(file), to)
      return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    },
  )
  if (rewritten !== text) writeFileSync(file, rewritten)
}

/** Copies what was emitted of these rooms, with imports that find each other there. */
function stageRooms(
  stage: string,
  names: readonly string[],
  stays: (name: string) => boolean,
): void {
  for (const name of names) {
    const { path } = rooms.get(name)!
    // A room may have nothing that runs, only files.
    const emitted = join(EMITTED, relative('packages', path))
    if (existsSync(emitted)) cpSync(emitted, join(stage, path), { recursive: true })
  }
  for (const ending of ['.js', '.d.ts'])
    for (const file of filesBelow(join(stage, 'packages'), ending))
      rewriteImports(stage, file, stays)
}

/** From outside, of all these rooms. */
function dependenciesOf(names: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name of names) {
    for (const [one, wanted] of Object.entries(rooms.get(name)?.manifest.dependencies ?? {}))
      if (!one.startsWith('@pharos/')) all[one] = wanted
  }
  return all
}

function writeManifest(stage: string, manifest: object): void {
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function stageLibrary(directory: string, name: string): void {
  const stage = join(OUT, directory)
  const { path, manifest } = rooms.get(name)!
  const libraries = new Set(LIBRARIES.values())
  const stays = (one: string): boolean => one !== name && libraries.has(one)
  const names = closure(name, stays)
  stageRooms(stage, names, stays)
  const own = Object.keys(manifest.dependencies ?? {}).filter(stays)
  const dependencies = {
    ...dependenciesOf(names),
    ...Object.fromEntries(own.map((one) => [one, version])),
  }
  const doors = Object.entries(manifest.exports ?? {}).map(([door, source]) => {
    const base = `./${join(path, source).replace(/\.ts$/, '')}`
    return [door, { types: `${base}.d.ts`, default: `${base}.js` }]
  })
  writeManifest(stage, {
    name,
    version,
    description: manifest['description'],
    license: manifest['license'],
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: Object.fromEntries(doors),
    ...(Object.keys(dependencies).length > 0 && { dependencies }),
    ...(manifest.peerDependencies && {
      peerDependencies: manifest.peerDependencies,
      peerDependenciesMeta: manifest.peerDependenciesMeta,
    }),
  })
  cpSync('LICENSE', join(stage, 'LICENSE'))
  cpSync(join(path, 'README.md'), join(stage, 'README.md'))
}

/** The command is bundled with all it uses: an install brings nothing else but Node 24. */
function stageServer(): void {
  const stage = join(OUT, 'pharos')
  const root = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  for (const path of ['packages/cli/dist', 'packages/ui/dist', 'packages/rules/shipped'])
    cpSync(path, join(stage, path), {
      recursive: true,
      filter: (file) => !basename(file).startsWith('.'),
    })
  mkdirSync(join(stage, 'bin'), { recursive: true })
  cpSync('bin/pharos.mjs', join(stage, 'bin/pharos.mjs'))
  for (const name of ['LICENSE', 'README.md', 'README.zh.md', 'CHANGELOG.md'])
    cpSync(name, join(stage, name))
  writeManifest(stage, {
    name: 'pharos',
    version,
    description: root['description'],
    license: root['license'],
    type: 'module',
    engines: { node: '>=20' },
    bin: { pharos: 'bin/pharos.mjs' },
    optionalDependencies: root['optionalDependencies'],
  })
}

rmSync(OUT, { recursive: true, force: true })
run('tsc', ['-p', 'tsconfig.build.json'])
run('node', ['bin/setup.mjs', '--ui', '--command'])
for (const [directory, name] of LIBRARIES) stageLibrary(directory, name)
stageServer()
rmSync(EMITTED, { recursive: true, force: true })
console.log(`staged ${[...LIBRARIES.keys(), 'pharos'].join(', ')} in ${OUT}/`)
