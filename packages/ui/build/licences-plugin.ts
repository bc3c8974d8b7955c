import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

/** Writes `third-party-licences.txt`: the licence of every package of which a module went into the bundle. */
export function licences(): Plugin {
  return {
    name: 'pharos-licences',
    apply: 'build',
    generateBundle() {
      const found = new Map<string, string>()
      for (const id of this.getModuleIds()) {
        const directory = packageDirectory(id)
        if (directory !== undefined && !found.has(directory))
          found.set(directory, licenceOf(directory))
      }
      const texts = [...found.values()].sort()
      this.emitFile({
        type: 'asset',
        fileName: 'third-party-licences.txt',
        source: texts.join(`\n\n${'-'.repeat(80)}\n\n`),
      })
    },
  }
}

/** The directory of the package that a module belongs to; undefined for modules of our own. */
function packageDirectory(id: string): string | undefined {
  const path = id.replace(/^\0/, '').split('?', 1)[0]!
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
  const directory = match?.[1]
  return directory !== undefined && existsSync(join(directory, 'package.json'))
    ? directory
    : undefined
}

function licenceOf(directory: string): string {
  const about = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const file = readdirSync(directory).find((name) => /^(licen[cs]e|unlicense)(\..*)?$/i.test(name))
  const text =
    file === undefined ? licenceAbove(directory) : readFileSync(join(directory, file), 'utf8')
  return `${about.name} ${about.version} (${about.license ?? 'see below'})\n\n${text.trim()}`
}

/** Packages of a monorepo sometimes leave the text to their siblings; the identifier above says which it is. */
function licenceAbove(directory: string): string {
  const siblings = dirname(directory)
  for (const name of readdirSync(siblings)) {
    const file = join(siblings, name, 'LICENSE')
    if (siblings.split('/').at(-1)?.startsWith('@') === true && existsSync(file))
      return readFileSync(file, 'utf8')
  }
  return ''
}
