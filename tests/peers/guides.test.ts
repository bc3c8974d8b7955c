// The code of the guides is code: every snippet is put into a file of its own, with what the text around it takes for
// granted declared in front, and compiled against the doors that it names.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasPeers } from './peers.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Below node_modules of the peers, so that the frameworks are found. */
const OUT = join(ROOT, 'tests/peers/node_modules/.guides')

/** Where a name comes from that a snippet uses without importing it: the first door that has it. */
const DOORS = [
  '@pharos/client',
  '@pharos/kits-http',
  '@pharos/kits-http/express',
  '@pharos/kits-http/fastify',
  '@pharos/kits-http/rest',
  '@pharos/kits-grpc',
  '@pharos/kits-grpc/discovery',
  '@pharos/registry',
  '@pharos/host',
  '@pharos/base/node',
  'node:http',
] as const

/** What the text around a snippet takes for granted. A snippet gets those that it uses and does not declare. */
const GIVEN: Readonly<Record<string, string>> = {
  registry: `declare const registry: import('@pharos/client').Registry`,
  discovery: `declare const discovery: import('@pharos/registry').Discovery`,
  registration: `declare const registration: ReturnType<typeof import('@pharos/registry').registerService>`,
  metrics: `declare const metrics: import('@pharos/kits-http').HttpMetrics`,
  listener: `declare const listener: import('node:http').RequestListener`,
  handler: `declare const handler: import('node:http').RequestListener`,
  app: `declare const app: any`,
  log: `declare const log: { error(what: unknown): void }`,
  host: `declare const host: string`,
  url: `declare const url: string`,
  http: `import * as http from 'node:http'`,
  endpoint: `declare const endpoint: string`,
  address: `declare const address: string`,
  routes: `declare const routes: NonNullable<Parameters<typeof import('@pharos/registry').registerService>[0]['routes']>`,
  routeOf: `declare const routeOf: () => string`,
  packageDefinition: `declare const packageDefinition: import('@grpc/proto-loader').PackageDefinition`,
  credentials: `declare const credentials: import('@grpc/grpc-js').ChannelCredentials`,
  Server: `import { Server } from '@grpc/grpc-js'`,
  Orders: `declare const Orders: import('@grpc/grpc-js').ServiceClientConstructor`,
  Users: `declare const Users: import('@grpc/grpc-js').ServiceClientConstructor`,
  place: `declare const place: (id: number) => Promise<string>`,
}

const GUIDES = ['client', 'kits', 'seeds', 'services', 'push']
const READMES = ['packages/client', 'packages/kits/http', 'packages/kits/grpc']

interface Snippet {
  /** `client-3`. */
  readonly name: string
  readonly code: string
}

function snippets(): Snippet[] {
  const pages = [
    ...GUIDES.map((name) => [name, `docs/guide/${name}.md`] as const),
    ...READMES.map((path) => [path.replaceAll('/', '-'), `${path}/README.md`] as const),
  ]
  return pages.flatMap(([name, path]) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const found = [...text.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)]
    return found.flatMap(([, language, code = ''], i) =>
      language === 'ts' ? [{ name: `${name}-${i}`, code: withoutEllipses(code) }] : [],
    )
  })
}

/** `{ …, metadata }` stands for what the pages showed before. */
function withoutEllipses(code: string): string {
  return code.replaceAll(
    '{ …,',
    `{ id: '1', name: 'monitor', host: 'localhost', port: 8080, routes: [],`,
  )
}

async function exportsByDoor(): Promise<Map<string, string>> {
  const from = new Map<string, string>()
  for (const door of DOORS)
    for (const name of Object.keys((await import(door)) as object))
      if (!from.has(name)) from.set(name, door)
  return from
}

/** The snippet with imports and declarations of what it uses without them. */
function completed({ code }: Snippet, from: ReadonlyMap<string, string>): string {
  const bare = code.replace(/'[^'\n]*'/g, `''`).replace(/\/\/.*$/gm, '')
  const own = new Set(
    [
      ...bare.matchAll(/^\s*import (?:type )?(?:(\w+)|\{([^}]*)\})/gm),
      ...bare.matchAll(/\b(?:const|let) (?:(\w+)|[{[]([^}\]]*)[}\]])/g),
    ].flatMap(([, one = '', many = '']) => [one, ...many.split(/[\s,:]+/)]),
  )
  // Neither properties nor keys.
  const used = new Set(
    [...bare.matchAll(/(?<![.\w])([A-Za-z]\w*)\b(?!\s*:)/g)].map(([, name = '']) => name),
  )
  const missing = [...used].filter((name) => !own.has(name))
  const given = missing.flatMap((name) => (Object.hasOwn(GIVEN, name) ? [GIVEN[name]!] : []))
  const imported = missing
    .filter((name) => !Object.hasOwn(GIVEN, name) && from.has(name))
    .map((name) => `import { ${name} } from '${from.get(name)!}'`)
  return [...imported, ...given, code, 'export {}', ''].join('\n')
}

function compiled(): string {
  try {
    execFileSync('node_modules/.bin/tsc', ['-p', join(OUT, 'tsconfig.json')], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test.skipIf(!hasPeers)('every snippet of the guides compiles as it stands', async () => {
  const all = snippets()
  expect(all.length).toBeGreaterThan(20)
  const from = await exportsByDoor()
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  for (const one of all) writeFileSync(join(OUT, `${one.name}.ts`), completed(one, from))
  writeFileSync(
    join(OUT, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../tsconfig.json',
      compilerOptions: {
        isolatedDeclarations: false,
        declaration: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        strictPropertyInitialization: false,
        exactOptionalPropertyTypes: false,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      include: [],
      files: all.map(({ name }) => `${name}.ts`),
      exclude: [],
    }),
  )
  expect(compiled()).toBe('')
  rmSync(OUT, { recursive: true })
})
