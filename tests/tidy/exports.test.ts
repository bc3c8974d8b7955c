// Dead exports: a name that is exported must be imported by another file. What a front door re-exports is
// used by definition, as long as somebody outside its package, or the published interface, wants it.
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { packages } from './house.ts'
import { sourceFiles } from './source-file.ts'

const rooms = packages()
const doors = new Set(
  rooms.flatMap((room) =>
    Object.values(room.manifest.exports).map((door) => normalize(join(room.path, door))),
  ),
)

test('every export of a file that is no front door is imported somewhere', () => {
  const everything = [
    ...sourceFiles('packages'),
    ...sourceFiles('tests'),
    ...sourceFiles('bench'),
    ...sourceFiles('scripts'),
  ]
  const used = new Set<string>()
  const usedWhole = new Set<string>()
  for (const file of everything) {
    for (const one of file.imports) {
      if (!one.from.startsWith('.')) continue
      // AssemblyScript wants its imports without an extension.
      const from = file.path.includes('/assembly/') ? `${one.from}.ts` : one.from
      const target = normalize(join(dirname(file.path), from))
      for (const name of one.names) {
        if (name === '*') usedWhole.add(target)
        else used.add(`${target}#${name}`)
      }
    }
  }
  const dead: string[] = []
  for (const file of sourceFiles('packages')) {
    if (
      doors.has(file.path) ||
      usedWhole.has(file.path) ||
      /\.(config|test|bench|contract)\.tsx?$|main\.tsx?$|worker\.ts$/.test(file.path)
    )
      continue
    for (const name of file.exports) {
      if (!used.has(`${file.path}#${name}`)) dead.push(`${file.path}: ${name}`)
    }
  }
  expect(dead).toEqual([])
})

test('front doors have named re-exports and no logic', () => {
  const wrong = sourceFiles('packages')
    .filter((file) => doors.has(file.path) && file.path.endsWith('/index.ts'))
    .flatMap((file) => [
      ...file.exports.map((name) => `${file.path} declares ${name}`),
      ...file.imports
        .filter((one) => one.names.includes('*') && !one.typeOnly)
        .map((one) => `${file.path}:${one.line} export *`),
    ])
  expect(wrong).toEqual([])
})
