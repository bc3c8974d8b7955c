import { simWorld } from '@pharos/base/sim'
import type { SimWorld } from '@pharos/base/sim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyStore } from './key-store.ts'
import type { StoredKey } from './key-store.ts'
import { RegistryCore } from './registry-core.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function put(core: RegistryCore, key: string, value: string, lease = '0'): Promise<void> {
  await core.change([{ key, value: bytes(value), lease }]).safe
}

function held(core: RegistryCore): string {
  return core.store
    .range({ start: '', end: '\0' })
    .map((one) => `${one.key}=${new TextDecoder().decode(one.value)}@${one.mod}`)
    .join(' ')
}

/** What the next start finds after the power was cut. */
async function afterCrash(
  world: SimWorld,
  options: Parameters<SimWorld['disk']['crash']>[0] = {},
): Promise<{ world: SimWorld; core: RegistryCore }> {
  const next = simWorld({ disk: world.disk.crash(options) })
  return { world: next, core: await RegistryCore.open(next, '/r') }
}

test('what was answered is there after a power cut, with revisions, leases and the cluster id', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  const lease = await core.grant('0', 5)
  await put(core, 'a', '1', lease.id)
  await put(core, 'b', '2')
  await put(core, 'b', '3')
  await core.change([{ key: 'a', value: undefined, lease: '0' }]).safe
  await put(core, 'c', '4', lease.id)
  const next = await afterCrash(world)
  expect(held(next.core)).toBe(held(core))
  expect(next.core.store.revision).toBe(core.store.revision)
  expect(next.core.clusterId).toBe(core.clusterId)
  expect([...next.core.leases.get(lease.id)!.keys]).toEqual(['c'])
  expect(next.core.store.changesFrom(3)!.map((one) => one.key)).toEqual(
    ['b', 'b', 'a', 'c'].slice(0, 4),
  )
  await next.world.clock.advance(4_900)
  expect(next.core.store.get('c'), 'a lease lives its whole time after a start').toBeDefined()
  await next.world.clock.advance(200)
  expect(held(next.core)).toBe('b=3@4')
})

test('a torn or rotten end is left out, kept aside, and the rest believed', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  await put(core, 'a', '1')
  const soundBytes = core.journalBytes
  await put(core, 'b', '2')
  world.disk.corrupt('/r/registry.journal', soundBytes + 12, 0)
  const rotten = await afterCrash(world)
  expect(held(rotten.core)).toBe('a=1@2')
  const names = await rotten.world.disk.list('/r')
  expect(names.some((name) => name.startsWith('registry.journal.damaged-'))).toBe(true)
  await put(rotten.core, 'c', '3')
  expect(held((await afterCrash(rotten.world)).core)).toBe('a=1@2 c=3@3')
})

test('at whatever operation the power goes, what was answered is there and nothing else is', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const world = simWorld({ seed })
    const core = await RegistryCore.open(world, '/r')
    const answered: string[] = []
    const writing = (async () => {
      for (let i = 0; i < 20; i++) {
        await put(core, `k${i}`, 'x'.repeat(i * 7))
        answered.push(`k${i}`)
      }
    })()
    writing.catch(() => {})
    for (let turn = 0; turn < seed; turn++) await Promise.resolve()
    const next = await afterCrash(world, { keep: 'some', tearLastWrite: true, seed })
    const there = next.core.store.range({ start: '', end: '\0' }).map((one) => one.key)
    for (const key of answered) expect(there, `seed ${seed}`).toContain(key)
    expect(there.length, `seed ${seed}`).toBeLessThanOrEqual(answered.length + 1)
    await writing.catch(() => {})
  }
})

test('while the disk is full changes are refused, reads go on, and it heals by itself', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  await put(core, 'a', '1')
  world.disk.capacityBytes = 0
  await expect(put(core, 'b', '2')).rejects.toThrow()
  expect(() => core.checkWritable(0)).toThrow('the journal cannot be written')
  expect(core.store.get('a')).toBeDefined()
  world.disk.capacityBytes = Infinity
  await world.clock.advance(1_000)
  core.checkWritable(0)
  await put(core, 'c', '3')
  expect(held((await afterCrash(world)).core)).toBe(held(core))
})

test('a journal that has grown is written anew and says the same', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  for (let i = 0; i < 60; i++) await put(core, 'a', String(i).repeat(50_000))
  expect(core.journalBytes).toBeLessThan(5 * 1024 * 1024)
  const next = await afterCrash(world)
  expect(held(next.core) === held(core)).toBe(true)
  expect(next.core.store.revision).toBe(61)
})

test('a registry that was paused itself ends no lease for it', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  const lease = await core.grant('0', 5)
  await put(core, 'a', '1', lease.id)
  const real = world.clock.monotonicMs.bind(world.clock)
  await world.clock.advance(1_000)
  // The timer comes a minute late, as after a stopped process or a sleeping machine.
  world.clock.monotonicMs = () => real() + 60_000
  await world.clock.advance(4_100)
  expect(core.store.get('a')).toBeDefined()
  await world.clock.advance(6_000)
  expect(core.store.get('a')).toBeUndefined()
})

test('two processes cannot have one directory', async () => {
  const world = simWorld()
  const core = await RegistryCore.open(world, '/r')
  await expect(RegistryCore.open(world, '/r')).rejects.toMatchObject({ code: 'disk/locked' })
  await core.close()
  await (await RegistryCore.open(world, '/r')).close()
})

test('the past is what it was: reads at a revision equal a copy taken then', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), isPut: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new KeyStore()
      const copies: StoredKey[][] = [[], []]
      for (const { key, isPut } of steps) {
        if (!isPut && store.get(key) === undefined) continue
        store.change(
          store.revision + 1,
          key,
          isPut ? bytes(String(store.revision)) : undefined,
          '0',
        )
        copies.push(store.range({ start: '', end: '\0' }))
      }
      copies.forEach((copy, revision) => {
        if (revision > 0) expect(store.rangeAt({ start: '', end: '\0' }, revision)).toEqual(copy)
      })
    }),
  )
})
