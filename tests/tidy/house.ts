// The plan of the house: which package stands on which floor. An import goes down the stairs or stays
// inside its package; see docs/decisions/0001-the-house.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-file.ts'

export const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  kernel: 0,
  model: 1,
  exposition: 2,
  promql: 2,
  tsdb: 2,
  'prometheus-blocks': 2,
  config: 2,
  http: 2,
  template: 2,
  client: 3,
  registry: 3,
  dashboards: 3,
  discovery: 4,
  scrape: 4,
  rules: 4,
  remote: 4,
  cluster: 4,
  alertmanager: 4,
  pushgateway: 4,
  host: 4,
  kits: 4,
  api: 5,
  demo: 5,
  ui: 5,
  server: 6,
  cli: 7,
}

/** Packages that browsers load too. */
export const BROWSER_SAFE: readonly string[] = [
  'packages/model/',
  'packages/exposition/',
  'packages/promql/',
  'packages/kernel/',
  'packages/dashboards/',
  'packages/base/src/',
]

export interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** `packages/tsdb`, `packages/discovery/file`. */
  readonly path: string
  readonly floor: number
  readonly manifest: Manifest
}

export function packages(): Package[] {
  const found: Package[] = []
  for (const room of readdirSync(join(ROOT, 'packages'))) {
    const floor = FLOORS[room]
    if (floor === undefined) throw new Error(`packages/${room} has no floor in tests/tidy/house.ts`)
    for (const path of packagePaths(`packages/${room}`)) {
      found.push({ path, floor, manifest: readJson(`${path}/package.json`) as Manifest })
    }
  }
  return found
}

function packagePaths(path: string): string[] {
  if (existsSync(join(ROOT, path, 'package.json'))) return [path]
  return readdirSync(join(ROOT, path)).map((name) => `${path}/${name}`)
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

/** The package that a file belongs to. */
export function packageOf(all: readonly Package[], path: string): Package | undefined {
  return all.find((one) => path.startsWith(`${one.path}/`))
}
