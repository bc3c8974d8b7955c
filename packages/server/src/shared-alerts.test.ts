import type { AlertCluster, NotificationEntry } from '@pharos/alertmanager'
import { simWorld } from '@pharos/base/sim'
import { Cluster } from '@pharos/cluster'
import { EtcdClient } from '@pharos/registry'
import { SimRegistry } from '@pharos/registry/testing'
import { expect, test } from 'vitest'
import { NOTIFICATIONS, SharedAlerts } from './shared-alerts.ts'

const NEWS = { groupKey: '{}:{alertname="x"}', integration: 'team/email[0]', before: undefined }

async function scene() {
  const world = simWorld()
  await SimRegistry.start(world)
  const { net, clock, log } = world
  const member = async (id: string) => {
    const etcd = new EtcdClient({ net, clock, endpoints: ['registry:2379'], timeoutMs: 500 })
    const made: { shared?: SharedAlerts } = {}
    const settings = { name: 's', id, url: '', weight: 1, leaseMs: 4000, replication: 1 }
    const cluster = new Cluster(settings, {
      etcd,
      clock,
      log,
      ping: async () => false,
      onChange: () => made.shared?.changed(),
    })
    const starting = cluster.start()
    await clock.advance(20)
    await starting
    cluster.lead([NOTIFICATIONS])
    const heard: NotificationEntry[] = []
    let takeovers = 0
    let joined: AlertCluster | undefined
    made.shared = new SharedAlerts(
      cluster,
      {
        join: (one) => (joined = one),
        takeOver: () => void takeovers++,
        takeSaid: async (entry) => void heard.push(entry),
        takeSilence: async () => {},
      },
      world,
    )
    return { cluster, alerts: joined!, heard, takeovers: () => takeovers }
  }
  const [a, b] = [await member('a'), await member('b')]
  await clock.advance(5000)
  const [leader, other] = a.alerts.maySend() ? [a, b] : [b, a]
  return { clock, leader, other }
}

function entry(atMs: number): NotificationEntry {
  const { groupKey, integration } = NEWS
  return { groupKey, integration, atMs, firing: ['1'], resolved: [], expiresAtMs: atMs + 1e6 }
}

test('only who leads gets a claim, and who takes over is told so', async () => {
  const { clock, leader, other } = await scene()
  const nowMs = clock.now()
  expect(await other.alerts.claim({ ...NEWS, nowMs })).toBe(false)
  const claim = leader.alerts.claim({ ...NEWS, nowMs })
  await clock.advance(50)
  expect(await claim).toBe(true)
  expect([leader.takeovers(), other.takeovers()]).toEqual([1, 0])
  const leaving = leader.cluster.close()
  await clock.advance(2000)
  await leaving
  expect(other.takeovers()).toBe(1)
})

test('the next leader waits for the word of the one before, and sends nothing when it comes', async () => {
  const { clock, leader, other } = await scene()
  const nowMs = clock.now()
  const first = leader.alerts.claim({ ...NEWS, nowMs })
  await clock.advance(50)
  expect(await first).toBe(true)
  // It gives up its lease while the message is under way, and says so only then.
  const leaving = leader.cluster.close()
  await clock.advance(1500)
  await leaving
  let answer: boolean | undefined
  const second = other.alerts.claim({ ...NEWS, nowMs: clock.now() }).then((is) => (answer = is))
  await clock.advance(5000)
  expect(answer).toBeUndefined()
  const key = `said/${encodeURIComponent(`${NEWS.integration} ${NEWS.groupKey}`)}`
  // As the watch of the other one sees it.
  other.cluster.shared.takeEvents([
    {
      type: 'put',
      kv: {
        key: other.cluster.shared.pathOf(key),
        value: new TextEncoder().encode(JSON.stringify(entry(nowMs))),
        createRevision: 1,
        modRevision: 1_000_000,
        version: 2,
        lease: '0',
      },
    },
  ])
  await clock.advance(1000)
  await second
  expect(answer).toBe(false)
  expect(other.heard).toEqual([entry(nowMs)])
})

test('a leader that died with its claim: after 15 s the next one sends', async () => {
  const { clock, leader, other } = await scene()
  const first = leader.alerts.claim({ ...NEWS, nowMs: clock.now() })
  await clock.advance(50)
  await first
  const leaving = leader.cluster.close()
  await clock.advance(1500)
  await leaving
  const startMs = clock.monotonicMs()
  let tookMs = 0
  const second = other.alerts
    .claim({ ...NEWS, nowMs: clock.now() })
    .then((is) => (tookMs = is ? clock.monotonicMs() - startMs : -1))
  await clock.advance(20_000)
  await second
  expect(tookMs).toBeGreaterThan(10_000)
  expect(tookMs).toBeLessThan(16_000)
})
