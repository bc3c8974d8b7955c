import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { type Alert, Labels } from '@pharos/model'
import { createEngine } from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, test } from 'vitest'
import { backtestRule, type Episode, tryRule, type TrialWorld } from './backtest.ts'
import { expectedMessages, type MessageRoute } from './expected-messages.ts'
import { RuleManager } from './rule-manager.ts'
import { readRules } from './rule-source.ts'
import { memoryAppender } from './testing/memory-appender.ts'

const START_MS = 1_700_000_040_000
const MINUTE_MS = 60_000
const DAYS = 2
const STEPS = DAYS * 24 * 60

const RULES = `groups: [{name: g, rules: [{alert: High, expr: "load > 5", for: 10m, keep_firing_for: 3m, labels: {team: "{{ $labels.host }}-team"}, annotations: {text: "{{ $value }}"}}]}]`
const [GROUP] = readRules(RULES, 'r.yml')
const RULE = GROUP!.rules[0]!

/** Days of two machines: a has 20 minutes of load a day, b a spike of 5 minutes an hour. */
function fill(store: MemoryStore): void {
  for (let i = 0; i < STEPS; i++) {
    const timeMs = START_MS + i * MINUTE_MS
    const day = i % 1440
    store.append(
      Labels.from({ __name__: 'load', host: 'a' }),
      timeMs,
      day >= 600 && day < 620 ? 9 : 1,
      'l',
    )
    store.append(Labels.from({ __name__: 'load', host: 'b' }), timeMs, i % 60 < 5 ? 8 : 2, 'l')
  }
}

function worldOf(store: MemoryStore, clock: SimClock): TrialWorld {
  const engine = createEngine(store, {
    lookbackMs: 300_000,
    timeoutMs: 100_000,
    maxSamples: 5_000_000,
    defaultSubqueryStepMs: MINUTE_MS,
    features: new Set(),
    clock,
  })
  return {
    run: (expr, timeMs) => engine.instant(expr, timeMs),
    runRange: (expr, startMs, endMs, stepMs) => engine.range(expr, startMs, endMs, stepMs),
    externalUrl: new URL('http://host/'),
    externalLabels: Labels.EMPTY,
    query: () => Promise.resolve([]),
  }
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

test('days walked over gives the episodes that evaluating live gave', async () => {
  const store = new MemoryStore()
  fill(store)
  const clock = new SimClock(START_MS)
  const world = worldOf(store, clock)
  const endMs = START_MS + (STEPS - 1) * MINUTE_MS
  const { episodes, steps } = await backtestRule(
    RULE,
    { startMs: START_MS, endMs, stepMs: MINUTE_MS },
    world,
  )
  expect(steps).toBe(STEPS)
  const fired = episodes.filter((one) => one.firedAtMs !== undefined)
  expect([episodes.length, fired.length]).toEqual([DAYS + DAYS * 24, DAYS])
  expect(fired[0]!.labels.toObject()).toEqual({ alertname: 'High', host: 'a', team: 'a-team' })
  expect([fired[0]!.valueMax, fired[0]!.annotations.get('text')]).toEqual([9, '9'])

  const sent: Alert[] = []
  const manager = new RuleManager({
    run: world.run,
    appender: memoryAppender(new MemoryStore()),
    clock,
    disk: new SimDisk(),
    log: silentLogger,
    externalUrl: world.externalUrl,
    features: new Set(),
    notifier: { send: (alerts) => Promise.resolve(void sent.push(...alerts)) },
    stateFile: '/alerts.json',
    concurrentRules: 1,
    resendDelayMs: 1e12,
    outageToleranceMs: 0,
    graceMs: 0,
  })
  const times = { evaluationIntervalMs: 1e12, queryOffsetMs: 0, externalLabels: Labels.EMPTY }
  await manager.apply([GROUP!], times)
  for (let timeMs = START_MS; timeMs <= endMs; timeMs += MINUTE_MS)
    await manager.iterate(manager.groups()[0]!, timeMs, MINUTE_MS)
  const ends = sent.filter((one) => one.endsAtMs <= endMs && one.annotations.get('text') !== '')
  const live = new Map(ends.map((one) => [one.startsAtMs, one.endsAtMs]))
  expect(fired.map((one) => [iso(one.firedAtMs), iso(one.endedAtMs)])).toEqual(
    [...live].map(([startMs, stopMs]) => [iso(startMs), iso(stopMs)]),
  )
})

test('tried now, a rule shows what would fire and what would still wait', async () => {
  const store = new MemoryStore()
  fill(store)
  const world = worldOf(store, new SimClock(START_MS))
  const trial = await tryRule(RULE, START_MS, world)
  expect(
    trial.alerts.map(({ labels, state, value }) => [labels.get('host'), state, value]),
  ).toEqual([['b', 'pending', 8]])
  const atOnce = await tryRule({ ...RULE, forMs: 0 }, START_MS, world)
  expect(atOnce.alerts.map(({ state }) => state)).toEqual(['firing'])
  const noData = RULES.replace('{{ $value }}', '{{ query `nothing` | first }}')
  const broken = readRules(noData, 'r.yml')
  expect((await tryRule(broken[0]!.rules[0]!, START_MS, world)).problems).toEqual([
    expect.stringContaining('no elements'),
  ])
})

test('too many evaluations are refused before any is made', async () => {
  const world = worldOf(new MemoryStore(), new SimClock(0))
  const range = { startMs: 0, endMs: 1e12, stepMs: 1000 }
  await expect(backtestRule(RULE, range, world)).rejects.toThrow('wants 1 to 20160')
})

const ROUTE: MessageRoute = {
  receiver: 'mail',
  groupBy: ['alertname'],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 3600_000,
}

function episode(
  host: string,
  firedMin: number | undefined,
  endedMin: number | undefined,
): Episode {
  const at = (min: number | undefined): number | undefined =>
    min === undefined ? undefined : min * MINUTE_MS
  return {
    labels: Labels.from({ alertname: 'High', host }),
    annotations: Labels.EMPTY,
    activeAtMs: at(firedMin) ?? 0,
    firedAtMs: at(firedMin),
    endedAtMs: at(endedMin),
    valueMin: 0,
    valueMax: 0,
  }
}

function told(episodes: readonly Episode[], endMin: number): string[] {
  return expectedMessages(episodes, () => [ROUTE], endMin * MINUTE_MS, 100).map(
    ({ atMs, firing, resolved, reason }) => `${atMs / MINUTE_MS}: ${firing}/${resolved} ${reason}`,
  )
}

test('messages come with the timers of the route', () => {
  expect(told([episode('a', 1, 20)], 60)).toEqual(['1.5: 1/0 first', '21.5: 0/1 resolved'])
  expect(told([episode('a', 1, undefined), episode('b', 3, undefined)], 12)).toEqual([
    '1.5: 1/0 first',
    '6.5: 2/0 news',
  ])
  expect(told([episode('a', 1, undefined)], 130)).toEqual([
    '1.5: 1/0 first',
    '61.5: 1/0 repeat',
    '121.5: 1/0 repeat',
  ])
  // Came and went before anybody was told.
  expect(told([episode('a', 1, 1.2)], 60)).toEqual([])
  expect(told([episode('a', undefined, undefined)], 60)).toEqual([])
  // Gone and back: a new group.
  expect(told([episode('a', 1, 3), episode('a', 30, undefined)], 40)).toEqual([
    '1.5: 1/0 first',
    '6.5: 0/1 resolved',
    '30.5: 1/0 first',
  ])
})
