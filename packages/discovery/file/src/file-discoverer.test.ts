import { simWorld } from '@pharos/base/sim'
import type { SimWorld } from '@pharos/base/sim'
import type { LogFields, Logger } from '@pharos/base'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { discovererContract } from '@pharos/config/testing'
import { createFileDiscoverer } from './file-discoverer.ts'
import type { FileDiscoverer } from './file-discoverer.ts'

const MINUTE_MS = 60_000

async function write(world: SimWorld, path: string, text: string | Uint8Array): Promise<void> {
  // Two writes in one millisecond would look like one to a scan that compares times and sizes.
  await world.clock.advance(1)
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  await world.disk.writeFileAtomic(path, bytes)
}

const groupText = (...addresses: string[]): string => JSON.stringify([{ targets: addresses }])

discovererContract('file', async () => {
  const world = simWorld()
  await world.disk.makeDirectory('/sd')
  await write(world, '/sd/a.json', groupText('a:1', 'b:1'))
  await write(world, '/sd/b.yml', '- targets: [c:1]\n  labels: {zip: 012}\n')
  return {
    discoverer: createFileDiscoverer(
      { files: ['/sd/*.json', '/sd/b.yml'], refreshIntervalMs: MINUTE_MS },
      world,
    ),
    settle: () => world.clock.advance(MINUTE_MS),
    addresses: ['a:1', 'b:1', 'c:1'],
    fail: async () => {
      await write(world, '/sd/a.json', '[{"targets": ["a:1"')
      await write(world, '/sd/b.yml', '- targets: 1\n')
    },
    add: (address) => write(world, '/sd/added.json', groupText(address)),
  }
})

interface Line {
  readonly message: string
  readonly fields: LogFields
}

class Scene {
  readonly lines: Line[] = []
  readonly world: SimWorld
  readonly groups = new Map<string, TargetGroup>()
  readonly calls: (readonly TargetGroup[])[] = []
  readonly #ends = new AbortController()
  #done: Promise<void> = Promise.resolve()

  constructor() {
    const note = (message: string, fields: LogFields = {}): void => {
      this.lines.push({ message, fields })
    }
    const log: Logger = {
      debug() {},
      info: note,
      warn: note,
      error: note,
      component: () => log,
    }
    this.world = simWorld({ log })
  }

  /** Starts a discoverer over the files that `prepare` made. */
  async start(files: readonly string[], prepare: () => Promise<void>): Promise<FileDiscoverer> {
    await this.world.disk.makeDirectory('/sd')
    await prepare()
    const discoverer = createFileDiscoverer({ files, refreshIntervalMs: 5 * MINUTE_MS }, this.world)
    this.#done = discoverer.run((groups) => {
      this.calls.push(groups)
      for (const group of groups) {
        if (group.targets.length === 0) this.groups.delete(group.source)
        else this.groups.set(group.source, group)
      }
    }, this.#ends.signal)
    await this.world.clock.advance(1)
    return discoverer
  }

  addresses(): string {
    const addresses = [...this.groups.values()].flatMap((group) =>
      group.targets.map((target) => target.get('__address__')),
    )
    return addresses.sort().join(' ')
  }

  async stop(): Promise<void> {
    this.#ends.abort()
    await this.#done
  }
}

test('groups carry the path and index as source, and __meta_filepath', async () => {
  const scene = new Scene()
  const { world } = scene
  const discoverer = await scene.start(['/sd/a.json'], () =>
    write(
      world,
      '/sd/a.json',
      '[{"targets":["x:1"],"labels":{"__proto__":"p"}},{"targets":["y:1"]}]',
    ),
  )
  expect([...scene.groups.keys()]).toEqual(['/sd/a.json:0', '/sd/a.json:1'])
  const [first] = scene.groups.values()
  expect([...first!.labels]).toEqual([
    ['__meta_filepath', '/sd/a.json'],
    ['__proto__', 'p'],
  ])
  expect(discoverer.stats).toMatchObject({ scans: 1, files: 1, targets: 2, readErrors: 0 })
  expect(discoverer.modifiedMs.get('/sd/a.json')).toBeGreaterThan(0)
  await scene.stop()
})

test('a change is seen at once, long before the refresh interval', async () => {
  const scene = new Scene()
  const { world } = scene
  await scene.start(['/sd/*.json'], () => write(world, '/sd/a.json', groupText('a:1')))
  await write(world, '/sd/a.json', groupText('a:2'))
  await world.clock.advance(100)
  expect(scene.addresses()).toBe('a:2')
  await scene.stop()
})

test('bad content keeps the last good targets, is counted and told once with its reason', async () => {
  const bad: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['a.json', '[{"targets": ["a:1"', 'not JSON'],
    ['a.json', '', 'not JSON'],
    ['a.json', '{"targets": ["a:1"]}', 'wants a list, has an object'],
    ['a.json', '[null]', 'nil target group item found'],
    ['a.json', '[{"targets": [1]}]', 'wants text, has 1'],
    ['a.json', '[{"targets": "a:1"}]', 'wants a list, has "a:1"'],
    ['a.json', '[{"targets": [], "labels": {"a": 1}}]', 'labels.a: wants text, has 1'],
    ['a.json', '[{"target": []}]', 'unknown key target'],
    ['a.json', Uint8Array.of(0xff, 0xfe, 0x5b), 'not UTF-8 text'],
    ['a.yml', '- targets: a:1\n', 'wants a list, has "a:1"'],
    ['a.yml', '- ~\n', 'nil target group item found'],
    ['a.yml', '- targets: [a:1\n', 'not YAML'],
    ['a.yml', 'targets: []\n', 'wants a list, has a mapping'],
  ]
  for (const [name, content, reason] of bad) {
    const scene = new Scene()
    const { world } = scene
    const path = `/sd/${name}`
    const discoverer = await scene.start(['/sd/*'], () =>
      write(world, path, name.endsWith('json') ? groupText('a:1') : '- targets: ["a:1"]\n'),
    )
    await write(world, path, content)
    await world.clock.advance(100)
    await world.clock.advance(10 * MINUTE_MS)
    expect(scene.addresses(), String(content)).toBe('a:1')
    expect(discoverer.stats.readErrors, String(content)).toBeGreaterThan(1)
    const told = scene.lines.filter((line) => line.message === 'Error reading file')
    expect(told.length, String(content)).toBe(1)
    expect(told[0]!.fields['err']).toContain(reason)
    expect(told[0]!.fields['consequence']).toBe('its last 1 targets stay')
    await write(world, path, name.endsWith('json') ? groupText('b:1') : '- targets: ["b:1"]\n')
    await world.clock.advance(100)
    expect(scene.addresses(), 'repaired').toBe('b:1')
    await scene.stop()
  }
})

test('a named file that is deleted keeps its targets and is an error until it is back', async () => {
  const scene = new Scene()
  const { world } = scene
  const discoverer = await scene.start(['/sd/a.json'], () =>
    write(world, '/sd/a.json', groupText('a:1')),
  )
  await world.disk.remove('/sd/a.json')
  await world.clock.advance(20 * MINUTE_MS)
  expect(scene.addresses()).toBe('a:1')
  expect(discoverer.stats.readErrors).toBeGreaterThan(0)
  await write(world, '/sd/a.json', groupText('a:2'))
  await world.clock.advance(100)
  expect(scene.addresses()).toBe('a:2')
  await scene.stop()
})

test('a file of a glob that stays away is removed with its targets, one that comes back is not', async () => {
  const scene = new Scene()
  const { world } = scene
  await scene.start(['/sd/*.json'], async () => {
    await write(world, '/sd/a.json', groupText('a:1'))
    await write(world, '/sd/b.json', groupText('b:1'))
  })
  await world.disk.rename('/sd/a.json', '/sd/a.tmp')
  await world.clock.advance(200)
  expect(scene.addresses(), 'within the grace time').toBe('a:1 b:1')
  await world.disk.rename('/sd/a.tmp', '/sd/a.json')
  await world.clock.advance(5000)
  expect(scene.addresses(), 'back again').toBe('a:1 b:1')
  await world.disk.rename('/sd/a.json', '/sd/a.tmp')
  await world.clock.advance(200)
  expect(scene.addresses(), 'a new absence has a grace time of its own').toBe('a:1 b:1')
  await world.disk.remove('/sd/a.tmp')
  await world.clock.advance(5000)
  expect(scene.addresses(), 'gone for good').toBe('b:1')
  await scene.stop()
})

test('a directory that cannot be listed empties nothing', async () => {
  const scene = new Scene()
  const { world } = scene
  const discoverer = await scene.start(['/sd/*.json'], () =>
    write(world, '/sd/a.json', groupText('a:1')),
  )
  await world.disk.removeTree('/sd')
  await world.clock.advance(20 * MINUTE_MS)
  expect(scene.addresses()).toBe('a:1')
  expect(discoverer.stats.readErrors).toBeGreaterThan(0)
  await scene.stop()
})

test('groups that a file loses are told as empty, the others are not told again', async () => {
  const scene = new Scene()
  const { world } = scene
  await scene.start(['/sd/a.json'], () =>
    write(world, '/sd/a.json', '[{"targets":["a:1"]},{"targets":["b:1"]}]'),
  )
  await write(world, '/sd/a.json', '[{"targets":["a:1"]}]')
  await world.clock.advance(100)
  const last = scene.calls.at(-1)!
  expect(last.map((group) => [group.source, group.targets.length])).toEqual([['/sd/a.json:1', 0]])
  await scene.stop()
})

test('a file over the limit keeps the last good targets', async () => {
  const scene = new Scene()
  const { world } = scene
  const discoverer = await scene.start(['/sd/a.yml'], () =>
    write(world, '/sd/a.yml', '- targets: ["a:1"]\n'),
  )
  await write(world, '/sd/a.yml', new Uint8Array(9 * 1024 * 1024).fill(0x20))
  await world.clock.advance(100)
  expect(scene.addresses()).toBe('a:1')
  expect(discoverer.stats.readErrors).toBe(1)
  await scene.stop()
})

test('files that do not exist yet are waited for', async () => {
  const scene = new Scene()
  const { world } = scene
  const discoverer = await scene.start(['/sd/late.yml', '/other/*.json'], () => Promise.resolve())
  expect(scene.calls).toEqual([])
  await write(world, '/sd/late.yml', '- targets: ["a:1"]\n')
  await world.clock.advance(6 * MINUTE_MS)
  expect(scene.addresses()).toBe('a:1')
  expect(discoverer.stats.targets).toBe(1)
  await scene.stop()
})

test('a file swapped for one of the same time and size is seen', async () => {
  const scene = new Scene()
  const { world } = scene
  await scene.start(['/sd/a.json'], async () => {
    const bytes = (address: string): Uint8Array => new TextEncoder().encode(groupText(address))
    await world.disk.writeFileAtomic('/sd/a.json', bytes('a:1'))
    await world.disk.writeFileAtomic('/sd/b.tmp', bytes('b:2'))
  })
  await world.disk.rename('/sd/b.tmp', '/sd/a.json')
  await world.clock.advance(100)
  expect(scene.addresses()).toBe('b:2')
  await scene.stop()
})
