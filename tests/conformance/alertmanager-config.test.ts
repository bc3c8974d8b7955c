// alertmanager.yml, routing and intervals of time against the reference's own cases.
import { existsSync, readFileSync } from 'node:fs'
import { containsTime, intervalsAt, Route } from '@pharos/alertmanager'
import { messageOf } from '@pharos/base'
import { type AlertmanagerConfig, loadAlertmanagerConfig, type TimeInterval } from '@pharos/config'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/alertmanager/', import.meta.url)
const isMissing = !existsSync(directory)

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

function load(yaml: string): AlertmanagerConfig {
  // The reference's own tests run with classic names.
  const options = { file: 'am.yml', baseDirectory: '/etc/am', nameScheme: 'legacy' } as const
  return loadAlertmanagerConfig(yaml, options)
}

/** Our words where the reference only has its parser's. */
const OUR_WORDS: ReadonlyMap<string, string> = new Map([
  ['field teams not found in type opsgenie.plain', 'unknown key teams'],
])

test.skipIf(isMissing)('all 53 configurations are taken or refused as the reference does', () => {
  interface Case {
    readonly name: string
    readonly yaml?: string
    readonly file?: string
    readonly error?: string
    readonly error_any?: boolean
  }
  const cases = casesOf<Case>('config-load.json')
  const failures: string[] = []
  for (const { name, yaml, file, error, error_any } of cases) {
    const text = yaml ?? readFileSync(new URL(file ?? '', directory), 'utf8')
    let message = ''
    try {
      load(text)
    } catch (thrown) {
      message = messageOf(thrown)
    }
    const inOurs = [...OUR_WORDS].find(([theirs]) => error?.includes(theirs) === true)?.[1]
    const wanted = inOurs ?? error
    const isRight =
      wanted !== undefined
        ? message.includes(wanted)
        : error_any === true
          ? message !== ''
          : message === ''
    if (!isRight) failures.push(`${name}: ${message}\n  wanted: ${wanted ?? error_any}`)
  }
  expect(failures.join('\n')).toBe('')
  expect(cases.length).toBe(53)
})

test.skipIf(isMissing)('the reference’s good and example files load', () => {
  for (const name of [
    'config/conf.good.yml',
    'examples/simple.yml',
    'examples/ha.yml',
    'examples/route_labels.yml',
  ]) {
    const config = load(readFileSync(new URL(name, directory), 'utf8'))
    expect(config.receivers.length, name).toBeGreaterThan(0)
    expect(config.yaml, name).not.toContain('mysecret')
  }
})

/** A `route` block with receivers for all that it names. */
function routeOf(routeYaml: string): Route {
  const names = [...routeYaml.matchAll(/receiver: ['"]?([\w-]+)/g)].map((match) => match[1]!)
  const receivers = [...new Set(['none', ...names])].map((name) => `- name: ${name}\n`)
  const isWhole = /^receiver:/m.test(routeYaml)
  const route = `route:\n${isWhole ? '' : '  receiver: none\n'}${routeYaml.replace(/^/gm, '  ')}`
  return new Route(load(`receivers:\n${receivers.join('')}\n${route}\n`).route)
}

test.skipIf(isMissing)('alerts take the routes of all 24 reference cases', () => {
  interface Case {
    readonly route_yaml: string
    readonly labels: Readonly<Record<string, string>>
    readonly keys: readonly string[]
    readonly routes: readonly Readonly<Record<string, unknown>>[]
  }
  const cases = casesOf<Case>('route-match.json')
  for (const { route_yaml: yaml, labels, keys, routes } of cases) {
    const matched = routeOf(yaml).match(Labels.from(labels))
    const context = JSON.stringify(labels)
    expect(
      matched.map(({ settings }) => ({
        receiver: settings.receiver,
        group_by: [...settings.groupBy].sort(),
        group_by_all: settings.groupByAll,
        group_wait_ms: settings.groupWaitMs,
        group_interval_ms: settings.groupIntervalMs,
        repeat_interval_ms: settings.repeatIntervalMs,
      })),
      context,
    ).toEqual(
      routes.map((route) => ({ ...route, group_by: [...(route['group_by'] as string[])].sort() })),
    )
    expect(
      matched.map((route) => route.key),
      context,
    ).toEqual(keys)
  }
  expect(cases.length).toBe(24)
})

test.skipIf(isMissing)('routes have the ids and the labels of the reference', () => {
  const [tree] = casesOf<{ readonly route_yaml: string; readonly ids: readonly string[] }>(
    'route-id.json',
  )
  const ids = [...routeOf(tree!.route_yaml).walk()].map((route) => route.id)
  expect(ids.sort()).toEqual([...tree!.ids].sort())
  interface LabelCase {
    readonly route_yaml: string
    readonly labels: Readonly<Record<string, string>>
    readonly route_labels: Readonly<Record<string, string>>
  }
  for (const { route_yaml: yaml, labels, route_labels: wanted } of casesOf<LabelCase>(
    'route-labels.json',
  )) {
    const [route] = routeOf(yaml).match(Labels.from(labels))
    expect({ ...route?.settings.labels.toObject() }, yaml).toEqual(wanted)
  }
})

test.skipIf(isMissing)('amtool’s routing tests find the reference’s receivers', () => {
  interface Case {
    readonly config: string
    readonly labels: Readonly<Record<string, string>>
    readonly receivers: readonly string[]
  }
  for (const { config, labels, receivers } of casesOf<Case>('amtool-routes-test.json')) {
    const route = new Route(load(readFileSync(new URL(config, directory), 'utf8')).route)
    expect(route.match(Labels.from(labels)).map((one) => one.settings.receiver)).toEqual(receivers)
  }
})

interface PlainInterval {
  readonly times?: readonly (readonly [number, number])[]
  readonly weekdays?: readonly (readonly [number, number])[]
  readonly days_of_month?: readonly (readonly [number, number])[]
  readonly months?: readonly (readonly [number, number])[]
  readonly years?: readonly (readonly [number, number])[]
  readonly location?: string
}

function intervalOf(plain: PlainInterval): TimeInterval {
  const ranges = (list: PlainInterval['months']) =>
    (list ?? []).map(([begin, end]) => ({ begin, end }))
  return {
    times: (plain.times ?? []).map(([startMinute, endMinute]) => ({ startMinute, endMinute })),
    weekdays: ranges(plain.weekdays),
    daysOfMonth: ranges(plain.days_of_month),
    months: ranges(plain.months),
    years: ranges(plain.years),
    location: plain.location ?? '',
  }
}

/** `02 Jan 06 15:04 +0000`. */
function timeOf(text: string): number {
  const [day, month, year, clock, zone] = text.split(' ')
  return Date.parse(`${day} ${month} 20${year} ${clock}:00 ${zone}`)
}

function parsed(yaml: string): readonly TimeInterval[] {
  const list = yaml.replace(/^\s*---\n/, '').replace(/^/gm, '    ')
  const config = `receivers:\n- name: x\nroute:\n  receiver: x\ntime_intervals:\n- name: t\n  time_intervals:\n${list}\n`
  return load(config).timeIntervals.get('t') ?? []
}

interface IntervalCase {
  readonly kind: string
  readonly interval?: PlainInterval
  readonly valid?: readonly string[]
  readonly invalid?: readonly string[]
  readonly text?: string
  readonly start_minute?: number
  readonly end_minute?: number
  readonly yaml?: string
  readonly intervals?: readonly PlainInterval[]
  readonly contains?: readonly string[]
  readonly excludes?: readonly string[]
  readonly error?: string | boolean
  readonly now?: string
  readonly muted_by?: readonly string[]
}

const SYDNEY: ReadonlyMap<string, readonly TimeInterval[]> = new Map([
  [
    'evenings',
    [
      intervalOf({
        times: [
          [0, 540],
          [1020, 1440],
        ],
        location: 'Australia/Sydney',
      }),
    ],
  ],
  [
    'weekends',
    [
      intervalOf({
        weekdays: [
          [6, 6],
          [0, 0],
        ],
        location: 'Australia/Sydney',
      }),
    ],
  ],
])

function checkInterval(one: IntervalCase): void {
  const holds = (interval: TimeInterval, times: readonly string[], wanted: boolean): void => {
    for (const time of times)
      expect(containsTime(interval, timeOf(time)), `${JSON.stringify(one)} ${time}`).toBe(wanted)
  }
  if (one.kind === 'contains') {
    holds(intervalOf(one.interval ?? {}), one.valid ?? [], true)
    holds(intervalOf(one.interval ?? {}), one.invalid ?? [], false)
    return
  }
  if (one.kind === 'mutes') {
    const [local, zone] = (one.now ?? '').split(' ')
    // Sydney is at +11:00 in January.
    const nowMs = Date.parse(`${local}${zone === 'UTC' ? 'Z' : '+11:00'}`)
    expect(intervalsAt(['evenings', 'weekends'], SYDNEY, nowMs), one.now).toEqual(one.muted_by)
    return
  }
  const yaml =
    one.kind === 'time_range'
      ? `- times: [${one.text}]`
      : one.kind === 'complete'
        ? (one.yaml ?? '').replace('---\n', '').trim().replace(/^/gm, '  ').replace(/^ {2}/, '- ')
        : (one.yaml ?? '')
  if (one.error !== undefined) {
    const message = one.error === true ? /./ : String(one.error)
    expect(() => parsed(yaml), yaml).toThrow(message)
    return
  }
  const intervals = parsed(yaml)
  if (one.kind === 'time_range') {
    const { start_minute: startMinute, end_minute: endMinute } = one
    expect(intervals[0]?.times).toEqual([{ startMinute, endMinute }])
    return
  }
  if (one.intervals !== undefined) expect(intervals).toEqual(one.intervals.map(intervalOf))
  for (const interval of intervals) {
    holds(interval, one.contains ?? [], true)
    holds(interval, one.excludes ?? [], false)
  }
}

test.skipIf(isMissing)('intervals of time hold the moments of all 45 reference cases', () => {
  const cases = casesOf<IntervalCase>('time-intervals.json')
  for (const one of cases) checkInterval(one)
  expect(cases.length).toBe(45)
})
