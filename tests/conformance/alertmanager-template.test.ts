// Templates of notifications against the reference's own cases, and its default templates against ours.
import { existsSync, readFileSync } from 'node:fs'
import {
  alertList,
  fingerprintOf,
  keyValues,
  notificationData,
  NotificationTemplates,
  type StoredAlert,
  templateDot,
} from '@pharos/alertmanager'
import { messageOf } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { GO_ZERO_TIME_MS, GoObject, goTime, type Value } from '@pharos/template'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/alertmanager/', import.meta.url)
const isMissing = !existsSync(directory)

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

interface TemplateCase {
  readonly title: string
  readonly in: string
  readonly data?: unknown
  readonly html?: boolean
  readonly exp?: string
  readonly fail?: boolean
  readonly error?: string
}

const KV_FIELDS = ['GroupLabels', 'CommonLabels', 'CommonAnnotations', 'RouteLabels']

/** The test's data as the templates of a notification see it. */
function dotOf(data: unknown, title: string, clock: SimClock): Value {
  if (typeof data === 'object' && data !== null && '$call' in data)
    return goTime(clock.now() - 3_600_000)
  if (typeof data === 'string' && /^\d{4}-\d\d-\d\dT/.test(data)) return goTime(Date.parse(data))
  if (Array.isArray(data))
    return data.map((one: unknown) =>
      typeof one === 'number' && /int\b/i.test(title) ? BigInt(one) : (one as Value),
    )
  if (typeof data !== 'object' || data === null) return data as Value
  const entries = Object.entries(data as Readonly<Record<string, unknown>>)
  if (!entries.some(([key]) => KV_FIELDS.includes(key) || key === 'Alerts'))
    return new Map(
      entries.map(([key, one]) => [key, typeof one === 'number' ? BigInt(one) : (one as Value)]),
    )
  const fields = new Map<string, Value>()
  for (const [key, one] of entries) {
    if (KV_FIELDS.includes(key))
      fields.set(key, keyValues(Object.entries(one as Readonly<Record<string, string>>)))
    else fields.set(key, alertList((one as { args: readonly AlertJson[] }).args.map(alertOf)))
  }
  return new GoObject({ type: '*template.Data', fields })
}

interface AlertJson {
  readonly Status: string
  readonly Labels?: Readonly<Record<string, string>>
}

function alertOf(json: AlertJson): GoObject {
  return new GoObject({
    type: 'template.Alert',
    fields: new Map<string, Value>([
      ['Status', json.Status],
      ['Labels', json.Labels === undefined ? null : keyValues(Object.entries(json.Labels))],
      ['Annotations', null],
      ['StartsAt', goTime(GO_ZERO_TIME_MS)],
      ['EndsAt', goTime(GO_ZERO_TIME_MS)],
      ['GeneratorURL', ''],
      ['Fingerprint', ''],
    ]),
  })
}

test.skipIf(isMissing).each([
  ['template-expansion.json', 43],
  ['template-funcs.json', 25],
])('templates of %s give the texts of all %i cases', (file, count) => {
  const clock = new SimClock()
  const cases = casesOf<TemplateCase>(file)
  const failures: string[] = []
  for (const one of cases) {
    const templates = new NotificationTemplates(clock, [])
    let got: string
    try {
      const dot = dotOf(one.data, one.title, clock)
      got = templates.expand(one.in, dot, one.html === true ? 'html' : 'text')
    } catch (error) {
      got = `error: ${messageOf(error)}`
    }
    const isRight =
      one.fail === true
        ? got.startsWith('error: ')
        : got === (one.error === undefined ? one.exp : `error: ${one.error}`)
    if (!isRight) failures.push(`${one.title}\n  ${got}\n  ${one.exp ?? one.error}`)
  }
  expect(failures.join('\n')).toBe('')
  expect(cases.length).toBe(count)
})

const NOW_MS = 1_760_000_000_000

function stored(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  startsAtMs: number,
  endsAtMs: number,
): StoredAlert {
  return {
    labels: Labels.from(labels),
    annotations: Labels.from(annotations),
    startsAtMs,
    endsAtMs,
    generatorUrl: 'http://host:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
    updatedAtMs: startsAtMs,
    isTimeout: false,
    fingerprint: fingerprintOf(Labels.from(labels)),
  }
}

test.skipIf(isMissing)('the data of a notification are those of the reference', () => {
  interface Case {
    readonly receiver?: string
    readonly groupLabels?: Readonly<Record<string, string>>
    readonly routeLabels?: Readonly<Record<string, string>>
    readonly alerts?: readonly {
      readonly Alert: {
        readonly Labels: Readonly<Record<string, string>>
        readonly Annotations: Readonly<Record<string, string>>
        readonly EndsAt?: string
      }
    }[]
    readonly exp: {
      readonly Status: string
      readonly CommonLabels: Readonly<Record<string, string>>
      readonly CommonAnnotations: Readonly<Record<string, string>>
      readonly Alerts: {
        readonly args?: readonly { readonly Fingerprint: string; readonly Status: string }[]
      }
    }
  }
  const cases = casesOf<Case>('template-data.json')
  for (const one of cases) {
    const alerts = (one.alerts ?? []).map(({ Alert }) =>
      stored(
        Alert.Labels,
        Alert.Annotations,
        NOW_MS - 1000,
        Alert.EndsAt === undefined ? NOW_MS + 1000 : NOW_MS - 500,
      ),
    )
    const data = notificationData(alerts, {
      receiver: one.receiver ?? '',
      reason: 'first notification',
      groupLabels: Labels.from(one.groupLabels ?? {}),
      routeLabels: Labels.from(one.routeLabels ?? {}),
      externalUrl: 'http://example.com/',
      nowMs: NOW_MS,
    })
    expect(data.status).toBe(one.exp.Status)
    expect(Object.fromEntries(data.commonLabels)).toEqual(one.exp.CommonLabels)
    expect(Object.fromEntries(data.commonAnnotations)).toEqual(one.exp.CommonAnnotations)
    expect(data.alerts.map(({ fingerprint, status }) => [fingerprint, status])).toEqual(
      (one.exp.Alerts.args ?? []).map(({ Fingerprint, Status }) => [Fingerprint, Status]),
    )
  }
  expect(cases.length).toBe(4)
})

test.skipIf(isMissing)('our default templates write what the reference’s do', () => {
  const clock = new SimClock()
  const theirs = readFileSync(new URL('template/default.tmpl', directory), 'utf8')
  const names = [...theirs.matchAll(/define "([^"]+)"/g)]
    .map((match) => match[1]!)
    .filter((name) => !name.startsWith('__text_alert_list') && !name.endsWith('.instances'))
  const mixed = [
    stored(
      { alertname: 'Down', severity: 'critical', job: 'a' },
      { summary: 'it <is> down' },
      NOW_MS,
      NOW_MS + 1,
    ),
    stored(
      { alertname: 'Slow', severity: 'warning', job: 'a' },
      { summary: 'so slow' },
      NOW_MS - 9,
      NOW_MS - 1,
    ),
    stored({ alertname: 'Slow', severity: 'info', job: 'b' }, {}, NOW_MS - 9, NOW_MS - 1),
  ]
  const ours = new NotificationTemplates(clock, [])
  const reference = new NotificationTemplates(clock, [{ name: '', text: theirs }])
  let compared = 0
  for (const alerts of [mixed, mixed.slice(0, 1), mixed.slice(1), mixed.slice(2)]) {
    const data = notificationData(alerts, {
      receiver: 'team-X (night)',
      reason: 'first notification',
      groupLabels: Labels.from({ alertname: alerts[0]!.labels.get('alertname') }),
      routeLabels: Labels.EMPTY,
      externalUrl: 'http://am:9093',
      nowMs: NOW_MS,
    })
    for (const name of names) {
      const text = `{{ template "${name}" . }}`
      const dot = templateDot(data)
      expect(ours.expand(text, dot), name).toBe(reference.expand(text, dot))
      compared++
    }
  }
  expect(compared).toBe(names.length * 4)
  expect(names.length).toBeGreaterThan(55)
})
