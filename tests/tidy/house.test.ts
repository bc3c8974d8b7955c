// The rest of the house: names, READMEs, the lock file, the list of dependencies.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { packages, readJson } from './house.ts'
import { pathsBelow, ROOT } from './source-file.ts'

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>
}
interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const LOCKS = [
  'package-lock.json',
  'tests/oracle/package-lock.json',
  'tests/peers/package-lock.json',
]

test('no file is an attic', () => {
  const attics = pathsBelow('packages', /^(utils?|helpers?|common|misc)\.(ts|tsx)$/)
  expect(attics).toEqual([])
})

test('files and folders are named in kebab-case', () => {
  const odd = pathsBelow('packages', /\.(ts|tsx)$/).filter(
    (path) => !/^[a-z0-9.-]+$/.test(basename(path)),
  )
  expect(odd).toEqual([])
})

test('every package has a README of at most one page', () => {
  const wrong = packages().flatMap((room) => {
    const path = `${room.path}/README.md`
    if (!existsSync(join(ROOT, path))) return [`${path} is missing`]
    const lines = readFileSync(join(ROOT, path), 'utf8').split('\n').length
    return lines > 70 ? [`${path} has ${lines} lines`] : []
  })
  expect(wrong).toEqual([])
})

test.each(pathsBelow('.', /\.zh\.md$/))(
  '%s has the code, the commands and the links of the English page',
  (path) => {
    const partsOf = (file: string) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      const code = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, lines]) =>
        lines!.replace(/ *# .*$/gm, ''),
      )
      const firstCells = [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell)
      const links = [...text.matchAll(/\]\((.*?)\)/g)].map(([, link]) => link!)
      const isOther = (link: string) => link.endsWith('.zh.md') || english.endsWith(link)
      return { code, firstCells, links: links.filter((link) => !isOther(link)).sort() }
    }
    const english = path.replace('.zh.md', '.md')
    expect(partsOf(path)).toEqual(partsOf(english))
  },
)

test.each(LOCKS)('%s holds no address and a hash for every package from outside', (path) => {
  const lock = readJson(path) as Lock
  const wrong = Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (/^https?:|git\+|\/\//.test(entry.resolved ?? ''))
      return [`${path}: resolved ${entry.resolved}`]
    const fromOutside = path.includes('node_modules/') && entry.link !== true
    return fromOutside && entry.integrity === undefined ? [`${path}: no integrity`] : []
  })
  expect(wrong).toEqual([])
})

test.each(LOCKS)('%s is whole: every optional platform package is in it', (lockPath) => {
  const lock = readJson(lockPath) as Lock
  const names = new Set(
    Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)),
  )
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `${path} wants ${name}`),
  )
  expect(missing).toEqual([])
})

test('every run-time dependency is argued for in decision 0002, at the version that is locked', () => {
  const decision = readFileSync(join(ROOT, 'docs/decisions/0002-dependencies.md'), 'utf8')
  const wrong: string[] = []
  for (const room of packages()) {
    for (const [name, version] of Object.entries(room.manifest.dependencies ?? {})) {
      if (!/^\d+\.\d+\.\d+$/.test(version))
        wrong.push(`${room.path}: ${name} is not an exact version: ${version}`)
      if (name.startsWith('@pharos/')) continue
      if (!decision.includes(`\`${name}\``))
        wrong.push(`${room.path}: ${name} is not in docs/decisions/0002-dependencies.md`)
    }
  }
  expect(wrong).toEqual([])
})

test('the published client has no dependency at all', () => {
  const client = readJson('packages/client/package.json') as Record<string, unknown>
  expect(client['dependencies']).toBeUndefined()
  expect(client['peerDependencies']).toBeUndefined()
})

test('scripts are TypeScript; what runs before the install is plain JavaScript in bin', () => {
  expect(pathsBelow('scripts', /./).filter((path) => !path.endsWith('.ts'))).toEqual([])
  expect(pathsBelow('bin', /./).filter((path) => !path.endsWith('.mjs'))).toEqual([])
})
