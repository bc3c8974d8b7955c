import { simWorld } from '@pharos/base/sim'
import { EtcdClient } from '@pharos/registry'
import { SimRegistry } from '@pharos/registry/testing'
import { expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { OwnLease } from './own-lease.ts'
import { SharedState } from './shared-state.ts'

const LEASE_MS = 10_000
const TARGETS = Array.from({ length: 60 }, (_, i) => `target-${i}`)

async function scene() {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  const { net, clock } = world
  const etcd = (): EtcdClient =>
    new EtcdClient({ net, clock, endpoints: ['registry:2379'], timeoutMs: 1000 })
  const pass = (ms: number): Promise<void> => clock.advance(ms)
  /** Resolves what needs the clock to go on. */
  const through = async <T>(work: Promise<T>, ms = 5000): Promise<T> => {
    await pass(ms)
    return await work
  }
  const member = async (id: string): Promise<Cluster & { changes: () => number }> => {
    let changes = 0
    const cluster = new Cluster(
      { name: 'shop', id, url: `http://${id}`, weight: 1, leaseMs: LEASE_MS, replication: 1 },
      {
        etcd: etcd(),
        clock,
        log: world.log,
        ping: async () => false,
        onChange: () => changes++,
      },
    )
    await through(cluster.start(), 20)
    return Object.assign(cluster, { changes: () => changes })
  }
  return { world, registry, etcd, pass, through, member }
}

test('a member that comes is seen by the others before it scrapes, and nothing is scraped by two or for long by none', async () => {
  const { member, pass } = await scene()
  const a = await member('a')
  await pass(2000)
  expect(TARGETS.filter((one) => a.owns(one))).toEqual(TARGETS)
  const b = await member('b')
  let [twice, never] = [0, 0]
  for (let i = 0; i < 100; i++) {
    for (const one of TARGETS) {
      const owners = Number(a.owns(one)) + Number(b.owns(one))
      if (owners === 2) twice++
      if (owners === 0) never = Math.max(never, i)
    }
    await pass(10)
  }
  expect(twice).toBe(0)
  expect(never * 10).toBeLessThanOrEqual(400)
  expect(TARGETS.filter((one) => b.owns(one)).length).toBeGreaterThan(10)
})

test('a group has one leader, who gives it back in order, and the next one knows what it left', async () => {
  const { member, pass, through } = await scene()
  const [a, b] = [await member('a'), await member('b')]
  for (const one of [a, b]) one.lead(['g'])
  await pass(3000)
  const [leader, other] = a.mayLead('g') ? [a, b] : [b, a]
  expect([leader.mayLead('g'), other.mayLead('g')]).toEqual([true, false])
  leader.share('alerts/g', 'three fire')
  await pass(100)
  await through(leader.close())
  expect(other.mayLead('g')).toBe(true)
  expect(other.shared.get('alerts/g')).toBe('three fire')
})

test('only who leads in the eyes of etcd may claim, whatever a member believes', async () => {
  const { member, pass, etcd, through, registry } = await scene()
  const a = await member('a')
  a.lead(['g'])
  await pass(3000)
  expect(await through(a.claim('g', 'said/x', 'first'), 100)).toBe(true)
  // Another one has taken over, and our member has not looked since.
  registry.stallsWatches = true
  await through(etcd().put('/pharos/shop/leaders/g', 'b'), 1)
  const claimed = a.claim('g', 'said/x', 'second')
  expect(a.mayLead('g')).toBe(true)
  expect(await through(claimed, 50)).toBe(false)
  const kept = await through(etcd().get('/pharos/shop/shared/said/x'), 50)
  expect(new TextDecoder().decode(kept!.value)).toBe('first')
})

test('a member without etcd leads alone after its lease, and claims without asking; back again it asks', async () => {
  const { member, pass, registry, through } = await scene()
  const a = await member('a')
  a.lead(['g'])
  await pass(3000)
  await registry.stop()
  await pass(2000)
  expect(a.state).toBe('member')
  await pass(2 * LEASE_MS)
  expect([a.state, a.mayLead('g'), a.owns('target-1')]).toEqual(['alone', true, true])
  expect(await a.claim('g', 'said/x', 'alone')).toBe(true)
  await registry.start()
  await pass(15_000)
  expect([a.state, a.mayLead('g')]).toEqual(['member', true])
  await through(a.close())
})

test('a record that waited while others said something newer does not undo it, and hears of it', async () => {
  const { etcd, through } = await scene()
  const lease = (await through(etcd().grantLease(3600))).id
  const [a, b] = [new SharedState('/s/'), new SharedState('/s/')]
  const heard: string[] = []
  a.listen((key, value) => heard.push(`${key}=${value}`))
  for (const one of [a, b]) one.use({ replaces: (_, own, theirs) => Number(own) >= Number(theirs) })
  a.put('k', '1')
  b.put('k', '2')
  await through(b.exchange(etcd(), 500, lease))
  await through(a.exchange(etcd(), 500, lease))
  expect([a.get('k'), a.waiting, heard]).toEqual(['2', 0, ['k=2']])
  // Both know 2 and put at once: the one that comes second finds it changed, and says it again if it is newer.
  a.put('k', '5')
  b.put('k', '4')
  await through(Promise.all([b.send(etcd(), 500, lease), a.send(etcd(), 500, lease)]))
  expect(a.waiting + b.waiting).toBe(1)
  await through(Promise.all([a.exchange(etcd(), 500, lease), b.exchange(etcd(), 500, lease)]))
  await through(Promise.all([a.exchange(etcd(), 500, lease), b.exchange(etcd(), 500, lease)]))
  expect([a.get('k'), b.get('k'), a.waiting, b.waiting]).toEqual(['5', '5', 0, 0])
})

test('an etcd that lost its data gets the records again', async () => {
  const { world, etcd, through } = await scene()
  const other = await SimRegistry.start(world, { address: 'other:2379', directory: '/other' })
  const { net, clock } = world
  const empty = new EtcdClient({ net, clock, endpoints: ['other:2379'], timeoutMs: 500 })
  const [before, after] = [
    (await through(etcd().grantLease(3600))).id,
    (await through(empty.grantLease(3600))).id,
  ]
  const a = new SharedState('/s/')
  for (let i = 0; i < 20; i++) a.put(`k${i}`, 'x')
  await through(a.exchange(etcd(), 500, before))
  await through(a.exchange(etcd(), 500, before))
  expect(a.waiting).toBe(0)
  await through(a.exchange(empty, 500, after))
  const found = await through(empty.list('/s/'))
  expect(found.keys.length).toBe(20)
  await through(other.stop())
})

test('a pause as long as the lease is noticed by whoever asks first, and forgotten after a look that began later', async () => {
  const { world, etcd } = await scene()
  const { clock } = world
  const lease = new OwnLease(etcd(), clock, LEASE_MS)
  const asleep = async (ms: number): Promise<void> => {
    // Nobody ticks.
    await clock.advance(ms)
  }
  expect(lease.isAwake).toBe(true)
  const lookBeforeMs = clock.monotonicMs()
  await asleep(LEASE_MS)
  expect(lease.isAwake).toBe(false)
  lease.tick()
  expect(lease.isAwake).toBe(false)
  lease.looked(lookBeforeMs)
  expect(lease.isAwake).toBe(false)
  lease.looked(clock.monotonicMs())
  expect(lease.isAwake).toBe(true)
  await asleep(LEASE_MS / 2)
  lease.tick()
  expect(lease.isAwake).toBe(true)
})
