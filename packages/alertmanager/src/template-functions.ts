// The functions that templates of notifications have besides Go's own.
import { type Clock, messageOf, UserError } from '@pharos/base'
import {
  callError,
  type GoFunction,
  GO_ZERO_TIME_MS,
  goDuration,
  GoObject,
  goTime,
  humanizeDuration,
  isZone,
  parseGoTime,
  plainText,
  PLAIN_FUNCTIONS,
  safeUrl,
  timeJson,
  type Value,
} from '@pharos/template'
import { goJson, type GoJson } from './go-json.ts'
import { textsOf } from './template-data.ts'

const text = (count: number, call: (...texts: string[]) => Value): GoFunction => ({
  minArgs: count,
  maxArgs: count,
  types: ['string'],
  call: (args) => call(...args.map(String)),
})

const one = (call: (value: Value) => Value): GoFunction => ({
  minArgs: 1,
  maxArgs: 1,
  call: ([value]) => call(value),
})

/** Those that Prometheus' templates have too, and mean the same. */
const SHARED = ['toUpper', 'toLower', 'match', 'safeHtml', 'reReplaceAll'] as const

/** @source Alertmanager template.DefaultFuncs */
export function notificationFunctions(clock: Clock): ReadonlyMap<string, GoFunction> {
  const own: readonly (readonly [string, GoFunction])[] = [
    ['title', text(1, titled)],
    ['trimSpace', text(1, (s) => s.trim())],
    ['join', { minArgs: 2, maxArgs: 2, call: ([by, list]) => textsOf(list).join(plainText(by)) }],
    ['safeUrl', text(1, safeUrl)],
    ['urlUnescape', text(1, urlUnescaped)],
    [
      'stringSlice',
      { minArgs: 0, maxArgs: Infinity, types: ['string'], call: (args) => args.map(plainText) },
    ],
    // Replaced for each execution; here so that a template that names it can be read.
    ['routeLabels', text(1, () => '')],
    ['date', { minArgs: 2, maxArgs: 2, types: ['string', 'any'], call: dated }],
    ['tz', { minArgs: 2, maxArgs: 2, types: ['string', 'any'], call: inZone }],
    ['now', { minArgs: 0, maxArgs: 0, call: () => goTime(clock.now()) }],
    ['since', one((time) => goDuration(clock.now() - timeMs(time)))],
    ['humanizeDuration', one(humanized)],
    ['toDate', text(2, (layout, s) => goTime(dateOrZero(layout, s)))],
    ['mustToDate', text(2, (layout, s) => goTime(parseGoTime(layout, s)))],
    ['toJson', one((value) => goJson(jsonOf(value)))],
    ['base64encode', text(1, (s) => base64(Buffer.from(s)))],
    ['base64decode', text(1, fromBase64)],
    ['list', { minArgs: 0, maxArgs: Infinity, call: (args) => [...args] }],
    ['append', { minArgs: 1, maxArgs: Infinity, call: appended }],
    ['dict', { minArgs: 0, maxArgs: Infinity, call: dictionary }],
  ]
  return new Map([...SHARED.map((name) => [name, PLAIN_FUNCTIONS.get(name)!] as const), ...own])
}

/** First letters large, the others small. */
function titled(s: string): string {
  return s
    .toLowerCase()
    .replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_w, b: string, c: string) => b + c.toUpperCase())
}

function urlUnescaped(s: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(s)
  if (bad !== null) throw callError(`invalid URL escape ${JSON.stringify(bad[0])}`)
  const bytes: number[] = []
  for (const [part, hex] of s.replaceAll('+', ' ').matchAll(/%([0-9a-fA-F]{2})|[^%]+/g)) {
    if (hex === undefined) bytes.push(...new TextEncoder().encode(part))
    else bytes.push(parseInt(hex, 16))
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

function timeMs(value: Value): number {
  if (value instanceof GoObject && value.type === 'time.Time') return Number(value.inner)
  throw callError('wrong type for value; expected time.Time')
}

function dated([layout, time]: readonly Value[]): Value {
  timeMs(time)
  const format = (time as GoObject).methods.get('Format')
  return format?.call([layout])
}

function inZone([name, time]: readonly Value[]): Value {
  const zone = plainText(name)
  if (zone !== '' && !isZone(zone)) throw callError(`unknown time zone ${zone}`)
  return goTime(timeMs(time), zone === '' ? 'UTC' : zone)
}

function humanized(value: Value): Value {
  if (value instanceof GoObject && value.type === 'time.Duration')
    return humanizeDuration(Number(value.inner) / 1000)
  return humanizeDuration(value)
}

function dateOrZero(layout: string, s: string): number {
  try {
    return parseGoTime(layout, s)
  } catch (error) {
    if (error instanceof UserError) return GO_ZERO_TIME_MS
    throw error
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

function fromBase64(s: string): string {
  if (!/^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?$/.test(s)) throw callError('illegal base64 data')
  return Buffer.from(s, 'base64url').toString('utf8')
}

function appended([list, ...more]: readonly Value[]): Value {
  const inner = list instanceof GoObject ? list.inner : list
  if (!Array.isArray(inner)) throw callError('wrong type for value; expected []interface {}')
  return [...(inner as readonly Value[]), ...more]
}

function dictionary(args: readonly Value[]): Value {
  if (args.length % 2 !== 0) throw callError('dict requires an even number of arguments')
  const map = new Map<string, Value>()
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]
    if (typeof key !== 'string') throw callError('dict keys must be strings')
    map.set(key, args[i + 1])
  }
  return map
}

/** Names that a struct's fields have in JSON. */
const JSON_NAMES: ReadonlyMap<string, string> = new Map([
  ['NotificationReason', 'notification_reason'],
  ['ExternalURL', 'externalURL'],
  ['GeneratorURL', 'generatorURL'],
])

/** @throws UserError `template/call` for what has no JSON */
function jsonOf(value: Value): GoJson {
  if (value === undefined || value === null) return null
  if (value instanceof GoObject) {
    if (value.type === 'time.Time') return timeJson(Number(value.inner))
    if (value.fields.size === 0) return jsonOf(value.inner)
    const isOwn = /^\*?template\.(?:Data|Alert)$/.test(value.type)
    const named = (name: string): string =>
      isOwn ? (JSON_NAMES.get(name) ?? name[0]!.toLowerCase() + name.slice(1)) : name
    return Object.fromEntries([...value.fields].map(([name, one]) => [named(name), jsonOf(one)]))
  }
  if (value instanceof Map)
    return new Map([...(value as ReadonlyMap<string, Value>)].map(([k, v]) => [k, jsonOf(v)]))
  if (Array.isArray(value)) return (value as readonly Value[]).map(jsonOf)
  if (typeof value === 'number' && !Number.isFinite(value))
    throw callError(`json: unsupported value: ${messageOf(value)}`)
  return value as string | number | bigint | boolean
}
