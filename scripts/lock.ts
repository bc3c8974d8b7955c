// `npm run lock`: writes package-lock.json and completes it. npm leaves out the packages of other platforms
// when it resolves on one of them, and `npm ci` on such a platform then fails; so what is missing is asked
// of the registry and added with its hash. Addresses are never written (.npmrc).
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

interface Entry {
  version?: string
  dev?: boolean
  optional?: boolean
  integrity?: string
  cpu?: string[]
  os?: string[]
  libc?: string[]
  engines?: Record<string, string>
  license?: string
  optionalDependencies?: Record<string, string>
}

interface View {
  readonly version: string
  readonly 'dist.integrity': string
  readonly cpu?: string[] | string
  readonly os?: string[] | string
  readonly libc?: string[] | string
  readonly engines?: Record<string, string>
  readonly license?: string
}

const npm = (...args: string[]): string =>
  execFileSync('npm', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  })

const list = (value: string[] | string | undefined): string[] | undefined =>
  value === undefined || value.length === 0 ? undefined : [value].flat()

function entryOf(name: string, range: string, parent: Entry): Entry {
  const answer: unknown = JSON.parse(
    npm(
      'view',
      `${name}@${range}`,
      'version',
      'dist.integrity',
      'cpu',
      'os',
      'libc',
      'engines',
      'license',
      '--json',
    ),
  )
  const view = (Array.isArray(answer) ? answer.at(-1) : answer) as View
  const entry: Record<string, unknown> = {
    version: view.version,
    integrity: view['dist.integrity'],
    cpu: list(view.cpu),
    dev: parent.dev,
    libc: list(view.libc),
    license: view.license,
    optional: true,
    os: list(view.os),
    engines: view.engines,
  }
  return JSON.parse(JSON.stringify(entry)) as Entry
}

const resolve = ['install', '--package-lock-only', '--ignore-scripts']
if (!process.argv.includes('--complete-only')) {
  npm(...resolve)
  npm(...resolve, '--prefix', 'tests/peers', '--omit-lockfile-registry-resolved')
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Entry>
}
const added: string[] = []
for (const parent of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    const isThere = Object.keys(lock.packages).some(
      (key) => key === path || key.endsWith(`/${path}`),
    )
    if (isThere) continue
    lock.packages[path] = entryOf(name, range, parent)
    added.push(name)
  }
}
const byPath = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
lock.packages = Object.fromEntries(byPath)
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(
  `package-lock.json: ${byPath.length} packages, ${added.length} of other platforms added`,
)
