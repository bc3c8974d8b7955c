// The manager as a whole on a simulated clock, disk and net: what is sent, when, and what a restart changes.
import { simWorld } from '@pharos/base/sim'
import { Labels, parseAlertMatchers } from '@pharos/model'
import { expect, test } from 'vitest'
import { fire, hook, ROUTE, shown, started } from './testing/sim-manager.ts'

test('a group waits, then tells news at its interval, the end, and repeats what goes on', async () => {
  const world = simWorld()
  const got = hook(world)
  const manager = await started(world)
  await fire(manager, { alertname: 'A', i: '1' })
  await world.clock.advance(20_000)
  await fire(manager, { alertname: 'A', i: '2' })
  await world.clock.advance(100_000)
  await fire(manager, { alertname: 'A', i: '1' }, 0)
  await world.clock.advance(60_000)
  await world.clock.advance(2 * 3_600_000 + 200_000)
  await manager.close()
  expect(shown(got)).toEqual([
    '10 firing [1f] first notification',
    '70 firing [1f 2f] new alerts in group',
    '130 firing [1r 2f] new resolved alerts',
    '3790 firing [2f] repeat interval elapsed',
    '7450 firing [2f] repeat interval elapsed',
  ])
})

test('after a restart nothing is told twice, and what was not told yet is told', async () => {
  const world = simWorld()
  const got = hook(world)
  const first = await started(world)
  await fire(first, { alertname: 'A', i: '1' })
  await world.clock.advance(15_000)
  await fire(first, { alertname: 'B', i: '2' })
  // The process is killed before group_wait of B is over.
  const disk = world.disk.crash({ keep: 'all' })
  const later = simWorld({ disk, startMs: world.clock.now() })
  const gotLater = hook(later)
  const second = await started(later)
  await later.clock.advance(120_000)
  await second.close()
  expect(shown(got)).toEqual(['10 firing [1f] first notification'])
  expect(shown(gotLater)).toEqual(['10 firing [2f] first notification'])
})

test('a refused message is sent again until it is taken, and only then noted', async () => {
  const world = simWorld()
  const answers = { status: 500 }
  const got = hook(world, answers)
  const manager = await started(world)
  await fire(manager, { alertname: 'A', i: '1' })
  await world.clock.advance(30_000)
  answers.status = 200
  await world.clock.advance(120_000)
  await manager.close()
  expect(got.map((one) => one.notification_reason)).toEqual(['first notification'])
  expect(manager.stats.kinds().get('webhook')?.failedRequests).toBeGreaterThan(2)
})

test('silences, inhibition, acknowledgements and times of the day keep alerts quiet', async () => {
  const world = simWorld()
  const got = hook(world)
  const manager = await started(
    world,
    `${ROUTE}
inhibit_rules:
- source_matchers: [severity=critical]
  target_matchers: [severity=warning]
  equal: [host]
`,
  )
  const nowMs = world.clock.now()
  await fire(manager, { alertname: 'C', i: 'c', severity: 'critical', host: 'x' })
  await fire(manager, { alertname: 'W', i: 'w', severity: 'warning', host: 'x' })
  await fire(manager, { alertname: 'W', i: 'other', severity: 'warning', host: 'y' })
  await fire(manager, { alertname: 'S', i: 's' })
  await manager.silences.set({
    id: '',
    matcherSets: [parseAlertMatchers('alertname=S')],
    startsAtMs: nowMs,
    endsAtMs: nowMs + 3_600_000,
    createdBy: 'me',
    comment: '',
    annotations: Labels.EMPTY,
  })
  await world.clock.advance(20_000)
  expect(shown(got).sort()).toEqual([
    '10 firing [cf] first notification',
    '10 firing [otherf] first notification',
  ])
  const types = manager.history
    .query({
      types: [],
      matchers: [],
      fingerprint: '',
      receiver: '',
      startMs: 0,
      endMs: Infinity,
      beforeId: Infinity,
      limit: 100,
    })
    .map((entry) => entry.type)
  expect(types.filter((type) => type === 'fired').length).toBe(4)
  expect(types).toContain('silenced')
  expect(types).toContain('inhibited')
  await manager.close()
})

test('a heartbeat that stops raises an alert of its own', async () => {
  const world = simWorld()
  const got = hook(world)
  const manager = await started(
    world,
    `${ROUTE}- name: dog
  heartbeat_configs: [{failure_url: 'http://hook/failed', timeout: 2m}]
`.replace(
      '  repeat_interval: 1h\n',
      '  repeat_interval: 1h\n  routes: [{matchers: [alertname=Watchdog], receiver: dog}]\n',
    ),
  )
  await fire(manager, { alertname: 'Watchdog' })
  await world.clock.advance(60_000)
  expect(got).toEqual([])
  await world.clock.advance(120_000)
  expect(got.at(-1)?.alerts[0]?.labels['alertname']).toBe('HeartbeatMissing')
  await manager.close()
})
