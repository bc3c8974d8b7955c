// Storms, receivers that hang, templates that never end, clocks that disagree, and starts before the sources are there.
import { simWorld } from '@pharos/base/sim'
import { parseAlertMatchers, Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { fingerprintOf, type StoredAlert } from './alert.ts'
import { alertOf, recorded } from './testing/recorded.ts'
import { fire, hook, ROUTE, shown, started } from './testing/sim-manager.ts'

test('more groups than a slow receiver can take at once are told once each, whatever their interval', async () => {
  const world = simWorld()
  const got = hook(world, { latencyMs: 500 })
  const manager = await started(
    world,
    ROUTE.replace('group_interval: 1m', 'group_interval: 5s').replace('alertname', 'i'),
  )
  await Promise.all(
    Array.from({ length: 1000 }, (_, i) => fire(manager, { alertname: 'Storm', i: String(i) })),
  )
  // A thousand requests of a second each, 32 at once: more than six intervals.
  await world.clock.advance(120_000)
  await manager.close()
  expect(new Set(got.map((one) => one.alerts[0]?.labels['i'])).size).toBe(1000)
  expect(got.length).toBe(1000)
  expect(manager.stats.failures()).toEqual([])
})

test('a receiver that hangs keeps no other one waiting', async () => {
  const world = simWorld()
  hook(world, { address: 'dead:80', status: 0 })
  const got = hook(world)
  const manager = await started(
    world,
    `
route: {receiver: both, group_by: [i], group_wait: 1s, group_interval: 5m, repeat_interval: 1h}
receivers:
- name: both
  webhook_configs: [{url: 'http://dead/'}, {url: 'http://hook/'}]
`,
  )
  for (let i = 0; i < 200; i++) await fire(manager, { alertname: 'A', i: String(i) })
  await world.clock.advance(5_000)
  expect(got.length).toBe(200)
  await world.clock.advance(600_000)
  expect(got.length).toBe(200)
  await manager.close()
})

test('an hour of refusals, a restart among them, and one message when the receiver is back', async () => {
  const world = simWorld()
  const answers = { status: 503 }
  hook(world, answers)
  const first = await started(world)
  await fire(first, { alertname: 'A', i: '1' })
  await world.clock.advance(1_800_000)
  const disk = world.disk.crash({ keep: 'all' })
  const later = simWorld({ disk, startMs: world.clock.now() })
  const laterAnswers = { status: 429 }
  const got = hook(later, laterAnswers)
  const second = await started(later)
  await later.clock.advance(1_800_000)
  expect(got).toEqual([])
  laterAnswers.status = 200
  await later.clock.advance(180_000)
  await second.close()
  expect(got.map((one) => one.alerts.length)).toEqual([1])
})

// The message leaves at 10 s; it is there at 10.3 s (connecting takes two ways, the request one), its answer is back
// 100 ms later, and the log has it then.
test.each([
  ['before it is sent', 9_900, 1],
  ['while it is on its way', 10_250, 1],
  ['between the message and its confirmation', 10_350, 2],
  ['after the confirmation', 10_450, 1],
  ['much later', 50_000, 1],
])('killed %s: told, and after a confirmation never again', async (_name, atMs, times) => {
  const world = simWorld()
  const got = hook(world, { latencyMs: 100 })
  const first = await started(world)
  await fire(first, { alertname: 'A', i: '1' })
  await world.clock.advance(atMs)
  const before = got.length
  const later = simWorld({ disk: world.disk.crash({ keep: 'all' }), startMs: world.clock.now() })
  const gotLater = hook(later, { latencyMs: 100 })
  const second = await started(later)
  await later.clock.advance(180_000)
  await second.close()
  expect(before + gotLater.length).toBe(times)
})

const INHIBITING = `${ROUTE}
inhibit_rules:
- source_matchers: [severity=critical]
  target_matchers: [severity=warning]
  equal: [host]
`

test('after a restart what was inhibited or silenced stays so before the sources are heard again', async () => {
  const world = simWorld()
  hook(world)
  const first = await started(world, INHIBITING)
  await fire(first, { alertname: 'C', i: 'c', severity: 'critical', host: 'x' })
  await fire(first, { alertname: 'W', i: 'w', severity: 'warning', host: 'x' })
  await fire(first, { alertname: 'S', i: 's' })
  const nowMs = world.clock.now()
  await first.silences.set({
    id: '',
    matcherSets: [parseAlertMatchers('alertname=S')],
    startsAtMs: nowMs,
    endsAtMs: nowMs + 3_600_000,
    createdBy: 'me',
    comment: '',
    annotations: Labels.EMPTY,
  })
  const later = simWorld({ disk: world.disk.crash({ keep: 'all' }), startMs: nowMs })
  const got = hook(later)
  const second = await started(later, INHIBITING)
  // Only the target is heard of again.
  await fire(second, { alertname: 'W', i: 'w', severity: 'warning', host: 'x' })
  await later.clock.advance(120_000)
  await second.close()
  expect(shown(got)).toEqual(['10 firing [cf] first notification'])
})

test('with a start delay a manager without a past waits for the sources of inhibition', async () => {
  const world = simWorld()
  const got = hook(world)
  const manager = await started(world, INHIBITING, 60_000)
  await fire(manager, { alertname: 'W', i: 'w', severity: 'warning', host: 'x' })
  await world.clock.advance(50_000)
  await fire(manager, { alertname: 'C', i: 'c', severity: 'critical', host: 'x' })
  await world.clock.advance(60_000)
  await manager.close()
  expect(shown(got)).toEqual(['60 firing [cf] first notification'])
})

test.each([
  ['a sender whose clock is an hour behind', -3_600_000, -3_300_000, 'resolved'],
  ['a sender whose clock is an hour ahead', 3_600_000, 3_900_000, 'firing'],
  ['an end long ago', -7_200_000, -7_000_000, 'resolved'],
  ['an end in a hundred years', -1_000, 3_155_760_000_000, 'firing'],
])('%s: the ends that are told count on our clock', async (_name, startsMs, endsMs, status) => {
  const world = simWorld()
  const got = hook(world)
  const manager = await started(world)
  const nowMs = world.clock.now()
  // It fires first: an alert that was over when it came is told to nobody.
  await fire(manager, { alertname: 'A', i: '1' })
  await world.clock.advance(15_000)
  const labels = Labels.from({ alertname: 'A', i: '1' })
  const alert: StoredAlert = {
    labels,
    annotations: Labels.EMPTY,
    startsAtMs: nowMs + startsMs,
    endsAtMs: nowMs + endsMs,
    updatedAtMs: world.clock.now(),
    isTimeout: false,
    generatorUrl: '',
    fingerprint: fingerprintOf(labels),
  }
  await manager.alerts.put([alert])
  await world.clock.advance(120_000)
  const [stored] = [...manager.alerts.all()]
  const isResolved = (stored?.endsAtMs ?? 0) <= world.clock.now()
  expect(isResolved ? 'resolved' : 'firing').toBe(status)
  expect(got.at(-1)?.status).toBe(status)
  await manager.close()
})

/** 2 to the power of `levels` calls. */
function doubling(levels: number): string {
  const lines = Array.from({ length: levels }, (_, i) => {
    const next = `{{ template "t${i + 1}" . }}`
    return `{{ define "t${i}" }}${next}${next}{{ end }}`
  })
  return `${lines.join('')}{{ define "t${levels}" }}x{{ end }}{{ template "t0" . }}`
}

const TEMPLATES: readonly (readonly [string, string])[] = [
  ['calls itself', '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}'],
  ['doubles its work with every line', doubling(40)],
  [
    'writes a hundred megabytes',
    '{{ range .Alerts }}{{ range .Labels.SortedPairs }}{{ printf "%999999d" 1 }}{{ printf "%999999d" 1 }}{{ printf "%999999d" 1 }}{{ printf "%999999d" 1 }}{{ printf "%999999d" 1 }}{{ printf "%999999d" 1 }}{{ end }}{{ end }}',
  ],
  ['asks for what is not there', '{{ .Alerts.Nothing.At.All }}'],
]

test.each(TEMPLATES)(
  'a template that %s: the alerts are told all the same, plainly',
  async (_name, template) => {
    const { outcome, json } = await recorded(
      `slack_configs: [{api_url: 'http://receiver/', text: ${JSON.stringify(template)}}]`,
      { reply: () => ({ type: 'text/plain', body: 'ok' }) },
    )
    expect(outcome).toEqual({ ok: true })
    const { text } = (json as { attachments: { text: string }[] }).attachments[0]!
    expect(text).toContain('DiskFull')
    expect(text).toContain('template failed')
    expect(text.length).toBeLessThan(10_000)
  },
)

test('text of a label is never read as a template', async () => {
  const { json } = await recorded(
    `webhook_configs: [{url: 'http://receiver/', payload: {text: '{{ .CommonAnnotations.summary }}'}}]`,
    { alerts: [alertOf({}, { summary: '{{ .ExternalURL }}{{ template "x" }}' })] },
  )
  expect(json).toEqual({ text: '{{ .ExternalURL }}{{ template "x" }}' })
})
