// What templates see of a notification, with the methods that the reference gives them.
import { compareText, goQuote, type Labels } from '@pharos/model'
import {
  callError,
  type GoFunction,
  GO_ZERO_TIME_MS,
  GoObject,
  goTime,
  plainText,
  type Value,
} from '@pharos/template'
import { isResolvedAt, type StoredAlert } from './alert.ts'

/** A notification as data, before it is wrapped for templates. */
export interface NotificationData {
  readonly receiver: string
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly AlertData[]
  readonly reason: string
  readonly groupLabels: Labels
  readonly commonLabels: readonly (readonly [string, string])[]
  readonly commonAnnotations: readonly (readonly [string, string])[]
  readonly routeLabels: Labels
  readonly externalUrl: string
}

interface AlertData {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAtMs: number
  /** Year 1 while it fires. */
  readonly endsAtMs: number
  readonly generatorUrl: string
  readonly fingerprint: string
}

interface DataSource {
  readonly receiver: string
  readonly reason: string
  readonly groupLabels: Labels
  readonly routeLabels: Labels
  readonly externalUrl: string
  readonly nowMs: number
}

/** @source Alertmanager template.Template.Data */
export function notificationData(
  alerts: readonly StoredAlert[],
  source: DataSource,
): NotificationData {
  const data = alerts.map((alert): AlertData => {
    const isResolved = isResolvedAt(alert, source.nowMs)
    return {
      status: isResolved ? 'resolved' : 'firing',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAtMs: alert.startsAtMs,
      endsAtMs: isResolved ? alert.endsAtMs : GO_ZERO_TIME_MS,
      generatorUrl: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    }
  })
  return {
    // As a regular expression, because links of the default templates use it as one.
    receiver: source.receiver.replace(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`),
    status: data.some((one) => one.status === 'firing') ? 'firing' : 'resolved',
    alerts: data,
    reason: source.reason,
    groupLabels: source.groupLabels,
    commonLabels: commonPairs(alerts.map((one) => one.labels)),
    commonAnnotations: commonPairs(alerts.map((one) => one.annotations)),
    routeLabels: source.routeLabels,
    externalUrl: source.externalUrl,
  }
}

function commonPairs(sets: readonly Labels[]): readonly (readonly [string, string])[] {
  const [first, ...rest] = sets
  if (first === undefined) return []
  return [...first].filter(([name, value]) => rest.every((set) => set.get(name) === value))
}

/** The dot of a template. */
export function templateDot(data: NotificationData): GoObject {
  return new GoObject({
    type: '*template.Data',
    fields: new Map<string, Value>([
      ['Receiver', data.receiver],
      ['Status', data.status],
      ['Alerts', alertList(data.alerts.map(alertObject))],
      ['NotificationReason', data.reason],
      ['GroupLabels', keyValues(data.groupLabels)],
      ['CommonLabels', keyValues(data.commonLabels)],
      ['CommonAnnotations', keyValues(data.commonAnnotations)],
      ['RouteLabels', keyValues(data.routeLabels)],
      ['ExternalURL', data.externalUrl],
    ]),
  })
}

function alertObject(alert: AlertData): GoObject {
  return new GoObject({
    type: 'template.Alert',
    fields: new Map<string, Value>([
      ['Status', alert.status],
      ['Labels', keyValues(alert.labels)],
      ['Annotations', keyValues(alert.annotations)],
      ['StartsAt', goTime(alert.startsAtMs)],
      ['EndsAt', goTime(alert.endsAtMs)],
      ['GeneratorURL', alert.generatorUrl],
      ['Fingerprint', alert.fingerprint],
    ]),
  })
}

function method(count: number, call: (args: readonly Value[]) => Value): GoFunction {
  return { minArgs: count, maxArgs: count, call }
}

/** template.Alerts over objects as `alertObject` makes them. */
export function alertList(alerts: readonly Value[]): GoObject {
  const withStatus = (status: string): Value =>
    new GoObject({
      type: '[]template.Alert',
      inner: alerts.filter((one) => one instanceof GoObject && one.fields.get('Status') === status),
    })
  return new GoObject({
    type: 'template.Alerts',
    inner: alerts,
    methods: new Map([
      ['Firing', method(0, () => withStatus('firing'))],
      ['Resolved', method(0, () => withStatus('resolved'))],
    ]),
  })
}

/** template.KV: a map whose absent keys are the empty text. */
export function keyValues(pairs: Iterable<readonly [string, string]>): GoObject {
  const inner = new Map<string, string>(pairs)
  return new GoObject({
    type: 'template.KV',
    inner,
    zero: '',
    text: () => pairsText(sortedPairs(inner)),
    methods: () =>
      new Map([
        ['SortedPairs', method(0, () => pairList(sortedPairs(inner)))],
        ['Names', method(0, () => stringList(sortedPairs(inner).map(([name]) => name)))],
        ['Values', method(0, () => stringList(sortedPairs(inner).map(([, value]) => value)))],
        ['Remove', method(1, ([names]) => removed(inner, textsOf(names)))],
      ]),
  })
}

/** By name; the alert's own name comes first. */
function sortedPairs(inner: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const rank = (name: string): number => (name === 'alertname' ? 0 : 1)
  return [...inner].sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b))
}

function pairsText(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join(', ')
}

function removed(inner: ReadonlyMap<string, string>, names: readonly string[]): GoObject {
  return keyValues([...inner].filter(([name]) => !names.includes(name)))
}

function pairList(pairs: readonly (readonly [string, string])[]): GoObject {
  return new GoObject({
    type: 'template.Pairs',
    inner: pairs.map(
      ([name, value]) =>
        new GoObject({
          type: 'template.Pair',
          fields: new Map<string, Value>([
            ['Name', name],
            ['Value', value],
          ]),
        }),
    ),
    text: () => pairsText(pairs),
    methods: new Map([
      ['Names', method(0, () => stringList(pairs.map(([name]) => name)))],
      ['Values', method(0, () => stringList(pairs.map(([, value]) => value)))],
    ]),
  })
}

function stringList(texts: readonly string[]): GoObject {
  return new GoObject({
    type: 'template.Strings',
    inner: texts,
    methods: new Map([['Join', method(1, ([separator]) => texts.join(plainText(separator)))]]),
  })
}

/** The texts of a list. @throws UserError `template/call` for anything else */
export function textsOf(value: Value): readonly string[] {
  const inner = value instanceof GoObject ? value.inner : value
  if (Array.isArray(inner)) {
    return (inner as readonly Value[]).map((one) => {
      if (typeof one !== 'string')
        throw callError(`wrong type for value; expected string; got ${goQuote(plainText(one))}`)
      return one
    })
  }
  throw callError('wrong type for value; expected []string')
}
