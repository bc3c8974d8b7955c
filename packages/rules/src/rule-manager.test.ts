import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { type Alert, Labels, STALE } from '@pharos/model'
import { createEngine } from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, test } from 'vitest'
import { RuleManager, type RuleTimes } from './rule-manager.ts'
import { readRules } from './rule-source.ts'
import { memoryAppender } from './testing/memory-appender.ts'

const START_MS = 1_700_000_000_000
const MINUTE_MS = 60_000
const TIMES: RuleTimes = {
  evaluationIntervalMs: MINUTE_MS,
  queryOffsetMs: 0,
  externalLabels: Labels.EMPTY,
}

interface House {
  readonly clock: SimClock
  readonly disk: SimDisk
  readonly store: MemoryStore
  readonly sent: Alert[]
  fails: boolean
}

function house(startMs = START_MS): House {
  const clock = new SimClock(startMs)
  const disk = new SimDisk()
  return { clock, disk, store: new MemoryStore(), sent: [], fails: false }
}

function manager(one: House): RuleManager {
  const engine = createEngine(one.store, {
    lookbackMs: 300_000,
    timeoutMs: 100_000,
    maxSamples: 100_000,
    defaultSubqueryStepMs: MINUTE_MS,
    features: new Set(),
    clock: one.clock,
  })
  return new RuleManager({
    run: (expr, timeMs) =>
      one.fails ? Promise.reject(new TypeError('broken')) : engine.instant(expr, timeMs),
    appender: memoryAppender(one.store),
    clock: one.clock,
    disk: one.disk,
    log: silentLogger,
    externalUrl: new URL('http://host:9090/'),
    features: new Set(),
    notifier: {
      send: (alerts) => {
        one.sent.push(...alerts)
        return Promise.resolve()
      },
    },
    stateFile: '/alerts.json',
    concurrentRules: 4,
    resendDelayMs: MINUTE_MS,
    outageToleranceMs: 60 * MINUTE_MS,
    graceMs: 10 * MINUTE_MS,
  })
}

const DOWN = `
groups:
  - name: g
    rules:
      - alert: Down
        expr: up == 0
        for: 10m
        keep_firing_for: 3m
        annotations: {summary: "{{ $labels.a }} is {{ $value }}"}
`

const UP = Labels.from({ __name__: 'up', a: '{{ .x }}' })

async function minutes(
  one: House,
  rules: RuleManager,
  count: number,
  value: number | undefined,
): Promise<void> {
  const [group] = rules.groups()
  for (let i = 0; i < count; i++) {
    const timeMs = START_MS + (one.clock.now() - START_MS)
    if (value !== undefined) one.store.append(UP, timeMs, value, 'up')
    await rules.iterate(group!, timeMs, MINUTE_MS)
    await one.clock.advance(MINUTE_MS)
  }
}

/** Applied, with its own loop asleep for good: the tests iterate. */
async function applied(one: House, text: string): Promise<RuleManager> {
  const rules = manager(one)
  await rules.apply(readRules(text, 'r.yml'), { ...TIMES, evaluationIntervalMs: 1e12 })
  return rules
}

function states(rules: RuleManager): string[] {
  return rules.groups().flatMap((group) => group.alertingRules.map((rule) => rule.state))
}

test('an alert is pending, fires after its time, is kept and resolves', async () => {
  const one = house()
  const rules = await applied(one, DOWN)
  await minutes(one, rules, 10, 0)
  expect(states(rules)).toEqual(['pending'])
  expect(one.sent).toEqual([])
  await minutes(one, rules, 1, 0)
  expect(states(rules)).toEqual(['firing'])
  expect(one.sent.map((alert) => alert.annotations.get('summary'))).toEqual(['{{ .x }} is 0'])
  await minutes(one, rules, 3, 1)
  expect(states(rules)).toEqual(['firing'])
  await minutes(one, rules, 1, 1)
  expect(states(rules)).toEqual(['inactive'])
  const last = one.sent.at(-1)!
  expect([last.startsAtMs, last.endsAtMs]).toEqual([
    START_MS + 10 * MINUTE_MS,
    START_MS + 14 * MINUTE_MS,
  ])
  expect(last.generatorUrl).toBe('http://host:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1')
})

test('a query that fails changes no alert', async () => {
  const one = house()
  const rules = await applied(one, DOWN)
  await minutes(one, rules, 11, 0)
  one.fails = true
  await minutes(one, rules, 20, 0)
  expect(states(rules)).toEqual(['firing'])
  const [rule] = rules.groups()[0]!.rules
  expect([rule!.outcome.health, rule!.outcome.lastError]).toEqual(['err', 'broken'])
  expect(rules.groups()[0]!.stats.evaluationFailures).toBe(20)
})

test('a restart at nine of ten minutes fires at ten, with the same start', async () => {
  const one = house()
  const before = await applied(one, DOWN)
  await minutes(one, before, 10, 0)
  await before.stop()
  const after = await applied(one, DOWN)
  await minutes(one, after, 1, 0)
  expect(states(after)).toEqual(['firing'])
  const [alert] = after.groups()[0]!.alertingRules[0]!.alerts()
  expect(alert!.activeAtMs).toBe(START_MS)
})

test('a firing alert that was sent is not sent anew after a restart', async () => {
  const one = house()
  const before = await applied(one, DOWN)
  await minutes(one, before, 11, 0)
  await before.stop()
  const count = one.sent.length
  const after = await applied(one, DOWN)
  const [group] = after.groups()
  await after.iterate(group!, one.clock.now() - MINUTE_MS + 1000, MINUTE_MS)
  expect(one.sent.length).toBe(count)
})

test('a damaged state file is told and costs nothing but the state', async () => {
  const one = house()
  await one.disk.writeFileAtomic('/alerts.json', new TextEncoder().encode('{"version":1,"ru'))
  const rules = await applied(one, DOWN)
  await minutes(one, rules, 11, 0)
  expect(states(rules)).toEqual(['firing'])
})

test('without a state file ALERTS_FOR_STATE tells since when an alert is active', async () => {
  const one = house()
  const long = DOWN.replace('for: 10m', 'for: 30m')
  const before = await applied(one, long)
  await minutes(one, before, 10, 0)
  await before.stop()
  await one.disk.remove('/alerts.json')
  await one.clock.advance(5 * MINUTE_MS)
  const after = await applied(one, long)
  await minutes(one, after, 1, 0)
  const [alert] = after.groups()[0]!.alertingRules[0]!.alerts()
  // Active for 9 minutes when it went down, and 6 later the clock of `for` goes on from there.
  expect(alert!.activeAtMs).toBe(START_MS + 6 * MINUTE_MS)
})

test('a rule reads what the rules before it gave in the same iteration', async () => {
  const one = house()
  const rules = await applied(
    one,
    'groups: [{name: g, rules: [{record: later, expr: b}, {record: a, expr: up}, {record: b, expr: a * 2}]}]',
  )
  await minutes(one, rules, 1, 3)
  expect(await valueOf(one, 'b')).toBe(6)
  expect(await valueOf(one, 'later')).toBe(undefined)
  await minutes(one, rules, 1, 4)
  expect([await valueOf(one, 'later'), await valueOf(one, 'b')]).toEqual([6, 8])
})

test('a series that a rule no longer gives ends at once', async () => {
  const one = house()
  const rules = await applied(one, 'groups: [{name: g, rules: [{record: r, expr: "up > 1"}]}]')
  await minutes(one, rules, 1, 2)
  expect(await valueOf(one, 'r')).toBe(2)
  await minutes(one, rules, 1, 1)
  expect(await valueOf(one, 'last_over_time(r[1m])')).toBe(undefined)
})

test('above the limit nothing is written, stale markers neither', async () => {
  const one = house()
  const rules = await applied(
    one,
    'groups: [{name: g, limit: 1, rules: [{record: r, expr: "up > 1"}]}]',
  )
  await minutes(one, rules, 1, 2)
  one.store.append(Labels.from({ __name__: 'up', a: 'b' }), one.clock.now(), 5, 'b')
  await minutes(one, rules, 1, 2)
  expect(rules.groups()[0]!.rules[0]!.outcome.lastError).toBe('exceeded limit of 1 with 2 series')
  expect(await valueOf(one, 'r offset 1m')).toBe(2)
  expect(await valueOf(one, 'count_over_time(r[2m])')).toBe(1)
})

test('a reload keeps the alerts of rules that stay', async () => {
  const one = house()
  const rules = await applied(one, DOWN)
  await minutes(one, rules, 9, 0)
  const changed = `${DOWN}      - {record: r, expr: up}\n`
  await rules.apply(readRules(changed, 'r.yml'), { ...TIMES, evaluationIntervalMs: 1e12 })
  await minutes(one, rules, 2, 0)
  expect(states(rules)).toEqual(['firing'])
})

async function valueOf(one: House, name: string): Promise<number | undefined> {
  const engine = createEngine(one.store, {
    lookbackMs: MINUTE_MS,
    timeoutMs: 100_000,
    maxSamples: 100_000,
    defaultSubqueryStepMs: MINUTE_MS,
    features: new Set(),
    clock: one.clock,
  })
  const { result } = await engine.instant(name, one.clock.now() - MINUTE_MS)
  return result.type === 'vector' ? result.series[0]?.value : undefined
}

test('alerts over the limit are an error and leave those before as they were', async () => {
  const one = house()
  const rules = await applied(
    one,
    'groups: [{name: g, limit: 1, rules: [{alert: A, expr: "up > 1"}]}]',
  )
  await minutes(one, rules, 2, 2)
  one.store.append(Labels.from({ __name__: 'up', a: 'b' }), one.clock.now(), 5, 'b')
  await minutes(one, rules, 1, 2)
  expect(rules.groups()[0]!.rules[0]!.outcome.lastError).toBe('exceeded limit of 1 with 2 alerts')
  const alerts = rules.groups()[0]!.alertingRules[0]!.alerts()
  expect(alerts.map(({ state, activeAtMs }) => [state, activeAtMs])).toEqual([['firing', START_MS]])
})

test('a resolved alert tells the value that ended it, and its last value', async () => {
  const one = house()
  const rules = await applied(
    one,
    `groups: [{name: g, rules: [{alert: High, expr: "up > 5", annotations: {text: "{{ if $resolved }}back at {{ $resolvedValue }}, was {{ $value }}{{ else }}at {{ $value }}{{ end }}"}}]}]`,
  )
  await minutes(one, rules, 1, 7)
  await minutes(one, rules, 1, 9)
  await minutes(one, rules, 1, 3)
  expect(one.sent.map(({ annotations }) => annotations.get('text')).slice(0, 1)).toEqual(['at 7'])
  expect(one.sent.at(-1)!.annotations.get('text')).toBe('back at 3, was 9')
  expect(one.sent.at(-1)!.endsAtMs).toBe(START_MS + 2 * MINUTE_MS)
})

test('with keep_firing_while_down a target that is down resolves nothing, one that is up does', async () => {
  const one = house()
  const rules = await applied(
    one,
    'groups: [{name: g, rules: [{alert: Full, expr: "used > 5", keep_firing_while_down: true}]}]',
  )
  const target = { job: 'node', instance: 'a' }
  const used = Labels.from({ __name__: 'used', ...target })
  const up = Labels.from({ __name__: 'up', ...target })
  const minute = async (value: number | undefined, isUp: number): Promise<string[]> => {
    one.store.append(up, one.clock.now(), isUp, 'up-a')
    one.store.append(used, one.clock.now(), value ?? STALE, 'used')
    await rules.iterate(rules.groups()[0]!, one.clock.now(), MINUTE_MS)
    await one.clock.advance(MINUTE_MS)
    return states(rules)
  }
  expect(await minute(9, 1)).toEqual(['firing'])
  for (let i = 0; i < 30; i++) expect(await minute(undefined, 0)).toEqual(['firing'])
  expect(await minute(9, 1)).toEqual(['firing'])
  expect(await minute(undefined, 0)).toEqual(['firing'])
  expect(await minute(2, 1)).toEqual(['inactive'])
})
