// Imports: floors, front doors, cycles, declared dependencies, and what a browser could not load.
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { BROWSER_SAFE, type Package, packageOf, packages } from './house.ts'
import { type SourceFile, sourceFiles } from './source-file.ts'

const rooms = packages()
const files = sourceFiles('packages')

const isTestFile = (path: string): boolean =>
  /\.(test|bench|contract|fixture)\.tsx?$|\/testing\/|\/testdata\//.test(path)

/** `@pharos/tsdb/x` to its package and the rest, `.` for the front door. */
function ownImport(from: string): { room: Package | undefined; door: string } | undefined {
  if (!from.startsWith('@pharos/')) return undefined
  const [, name = '', ...rest] = from.split('/')
  const room = rooms.find((one) => one.manifest.name === `@pharos/${name}`)
  return { room, door: rest.length === 0 ? '.' : `./${rest.join('/')}` }
}

test('an import goes down the stairs, never up and never to a neighbour on the same floor', () => {
  const wrong: string[] = []
  for (const file of files) {
    const home = packageOf(rooms, file.path)!
    for (const one of file.imports) {
      const target = ownImport(one.from)?.room
      if (target === undefined || target === home || target.floor < home.floor) continue
      if (isTestFile(file.path)) continue
      wrong.push(
        `${file.path}:${one.line} (floor ${home.floor}) imports ${one.from} (floor ${target.floor})`,
      )
    }
  }
  expect(wrong).toEqual([])
})

test('an import of another package goes through a front door that its manifest declares', () => {
  const wrong: string[] = []
  for (const file of files) {
    for (const one of file.imports) {
      const own = ownImport(one.from)
      if (own !== undefined && own.room?.manifest.exports[own.door] === undefined) {
        wrong.push(`${file.path}:${one.line} imports ${one.from}, which is no front door`)
      }
      const reached = one.from.startsWith('.') ? normalize(join(dirname(file.path), one.from)) : ''
      if (reached !== '' && !reached.startsWith(`${packageOf(rooms, file.path)!.path}/`)) {
        wrong.push(`${file.path}:${one.line} leaves its package by ${one.from}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test('what a package imports stands in its own manifest', () => {
  const wrong: string[] = []
  const builtin = new Set(builtinModules)
  for (const file of files) {
    const { manifest } = packageOf(rooms, file.path)!
    const declared = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    }
    const dev =
      isTestFile(file.path) ||
      file.path.startsWith('packages/ui/') ||
      file.path.endsWith('.config.ts')
    const allowed = dev ? { ...declared, ...manifest.devDependencies } : declared
    for (const one of file.imports) {
      if (one.from.startsWith('.') || one.from.startsWith('node:') || builtin.has(one.from))
        continue
      if (dev && /^(vitest|fast-check|@pharos\/)/.test(one.from)) continue
      const name = one.from.startsWith('@')
        ? one.from.split('/').slice(0, 2).join('/')
        : one.from.split('/')[0]!
      if (name !== manifest.name && allowed[name] === undefined) {
        wrong.push(
          `${file.path}:${one.line} imports ${name}, which ${manifest.name} does not declare`,
        )
      }
    }
  }
  expect(wrong).toEqual([])
})

test('rooms that browsers load import nothing from node:', () => {
  const wrong: string[] = []
  for (const file of files) {
    if (!BROWSER_SAFE.some((room) => file.path.startsWith(room)) || isTestFile(file.path)) continue
    if (/^packages\/base\/src\/(node|sim)\//.test(file.path)) continue
    for (const one of file.imports) {
      if (one.from.startsWith('node:')) wrong.push(`${file.path}:${one.line} imports ${one.from}`)
    }
  }
  expect(wrong).toEqual([])
})

test('no two files import each other in a circle, not even for a type', () => {
  const graph = new Map<string, string[]>(files.map((file) => [file.path, localTargets(file)]))
  expect(circles(graph)).toEqual([])
})

function localTargets(file: SourceFile): string[] {
  return file.imports
    .filter((one) => one.from.startsWith('.'))
    .map((one) => normalize(join(dirname(file.path), one.from)))
}

/** Each strongly connected knot of two files or more, once, by depth-first search. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    state.set(path, 'open')
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}
