// The functions of alert and console templates.

import { messageOf, UserError } from '@pharos/base'
import { compareText, formatShortest, type Labels, parseSignedDuration } from '@pharos/model'
import { RE2JS } from 're2js'
import { callError } from './builtins.ts'
import { escapeQuery } from './escape.ts'
import {
  durationOf,
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  timeOf,
} from './humanize.ts'
import {
  type GoFunction,
  GoObject,
  innerOf,
  isList,
  plainText,
  safeHtml,
  textMap,
  type Value,
} from './value.ts'

/** One sample as templates see it: `.Labels` and `.Value`. */
export interface TemplateSample {
  readonly labels: Labels
  /** A float, or the text of a histogram. */
  readonly value: number | string
}

interface ExpansionSettings {
  readonly externalUrl: URL
  /** Evaluation time, ms since 1970: what `now` gives. */
  readonly nowMs: number
  /** The answer to a query. It throws Pending while there is none. */
  readonly query: (query: string) => readonly TemplateSample[]
  /** Executes a template by name, for `tmpl`. */
  readonly execute: (name: string, data: Value) => string
}

const one = (call: (value: Value) => Value): GoFunction => ({
  minArgs: 1,
  maxArgs: 1,
  call: ([value]) => call(value),
})
const text = (count: number, call: (...texts: string[]) => Value): GoFunction => ({
  minArgs: count,
  maxArgs: count,
  types: ['string'],
  call: (args) => call(...args.map(String)),
})
const none = (call: () => Value): GoFunction => ({ minArgs: 0, maxArgs: 0, call })

/** Those that need nothing but their arguments. @source Prometheus 3.14, template/template.go */
export const PLAIN_FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['humanize', one(humanize)],
  ['humanize1024', one(humanize1024)],
  ['humanizeDuration', one(humanizeDuration)],
  ['humanizePercentage', one(humanizePercentage)],
  ['humanizeTimestamp', one(humanizeTimestamp)],
  ['toTime', one(timeOf)],
  ['toDuration', one(durationOf)],
  [
    'title',
    text(1, (s) =>
      s.replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_w, b: string, c: string) => b + c.toUpperCase()),
    ),
  ],
  ['toUpper', text(1, (s) => s.toUpperCase())],
  ['toLower', text(1, (s) => s.toLowerCase())],
  ['match', text(2, (pattern, s) => compiled(pattern).matcher(s).find())],
  ['reReplaceAll', text(3, replaceAll)],
  ['safeHtml', text(1, safeHtml)],
  ['stripPort', text(1, stripPort)],
  ['stripDomain', text(1, stripDomain)],
  ['graphLink', text(1, (expr) => `/graph?g0.expr=${escapeQuery(expr)}&g0.tab=0`)],
  ['tableLink', text(1, (expr) => `/graph?g0.expr=${escapeQuery(expr)}&g0.tab=1`)],
  ['parseDuration', text(1, durationSeconds)],
  [
    'args',
    {
      minArgs: 0,
      maxArgs: Infinity,
      call: (args) => new Map(args.map((arg, i) => [`arg${i}`, arg])),
    },
  ],
  ['first', one(first)],
  [
    'label',
    {
      minArgs: 2,
      maxArgs: 2,
      types: ['string', 'any'],
      call: ([name, sample]) => labelOf(sample, plainText(name)),
    },
  ],
  ['value', one((sample) => fieldOf(sample, 'Value'))],
  ['strvalue', one((sample) => labelOf(sample, '__value__'))],
  [
    'sortByLabel',
    {
      minArgs: 2,
      maxArgs: 2,
      types: ['string', 'any'],
      call: ([name, list]) => sortByLabel(plainText(name), list),
    },
  ],
])

/** All of them, for one expansion. */
export function expansionFunctions(settings: ExpansionSettings): ReadonlyMap<string, GoFunction> {
  const { externalUrl } = settings
  return new Map<string, GoFunction>([
    ...PLAIN_FUNCTIONS,
    ['query', text(1, (query) => sampleList(settings.query(query)))],
    ['now', none(() => settings.nowMs / 1000)],
    ['externalURL', none(() => externalUrl.href.replace(/\/$/, ''))],
    ['pathPrefix', none(() => externalUrl.pathname.replace(/\/$/, ''))],
    [
      'tmpl',
      {
        minArgs: 2,
        maxArgs: 2,
        types: ['string', 'any'],
        call: ([name, data]) => safeHtml(settings.execute(plainText(name), data)),
      },
    ],
  ])
}

function sampleList(samples: readonly TemplateSample[]): GoObject {
  const inner = samples.map(
    ({ labels, value }) =>
      new GoObject({
        type: '*template.sample',
        fields: new Map<string, Value>([
          ['Labels', textMap(labels)],
          ['Value', value],
        ]),
        text: () =>
          `{${labels.toString()} ${typeof value === 'number' ? formatShortest(value) : value}}`,
      }),
  )
  return new GoObject({ type: 'template.queryResult', inner })
}

function first(value: Value): Value {
  const inner = innerOf(value)
  if (!isList(inner)) throw callError('first() called on something else than a vector')
  if (inner.length === 0) throw callError('first() called on vector with no elements')
  return inner[0]
}

function fieldOf(sample: Value, name: string): Value {
  if (sample instanceof GoObject && sample.fields.has(name)) return sample.fields.get(name)
  const inner = innerOf(sample)
  if (inner instanceof Map) return inner.get(name)
  throw callError('wrong type for value; expected *template.sample')
}

function labelOf(sample: Value, name: string): string {
  const labels = innerOf(fieldOf(sample, 'Labels'))
  const found: unknown = labels instanceof Map ? labels.get(name) : undefined
  return typeof found === 'string' ? found : ''
}

function sortByLabel(name: string, list: Value): Value {
  const inner = innerOf(list)
  if (!isList(inner)) throw callError('sortByLabel() called on something else than a vector')
  const sorted = [...inner].sort((a, b) => compareText(labelOf(a, name), labelOf(b, name)))
  return new GoObject({ type: 'template.queryResult', inner: sorted })
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw callError(messageOf(error))
  }
}

/** @source Go regexp ReplaceAllString */
function replaceAll(pattern: string, replacement: string, subject: string): string {
  const matcher = compiled(pattern).matcher(subject)
  let out = ''
  let last = 0
  while (matcher.find()) {
    out += subject.slice(last, matcher.start())
    out += replacement.replace(
      /\$(?:\{(\w+)\}|(\w+)|(\$))/g,
      (_whole, braced: string | undefined, bare: string | undefined, dollar: string | undefined) =>
        dollar === undefined ? groupOf(matcher, braced ?? bare ?? '') : '$',
    )
    last = matcher.end()
  }
  return out + subject.slice(last)
}

/** For Go a group that is not there is empty, the library throws for it. */
function groupOf(matcher: ReturnType<RE2JS['matcher']>, name: string): string {
  const isNumber = /^\d+$/.test(name)
  if (isNumber)
    return Number(name) > matcher.groupCount() ? '' : (matcher.group(Number(name)) ?? '')
  const known = matcher.pattern().namedGroups()
  return Object.hasOwn(known, name) ? (matcher.group(name) ?? '') : ''
}

function durationSeconds(duration: string): number {
  try {
    return parseSignedDuration(duration) / 1000
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw callError(messageOf(error))
  }
}

/** `host:port`, `[v6]:port`; anything else has no port. @source Go net.SplitHostPort */
function splitPort(hostPort: string): { host: string; port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(hostPort)
  if (match === null) return undefined
  return { host: match[1] ?? match[2] ?? '', port: match[3]! }
}

function stripPort(hostPort: string): string {
  return splitPort(hostPort)?.host ?? hostPort
}

function stripDomain(hostPort: string): string {
  const split = splitPort(hostPort)
  const host = split?.host ?? hostPort
  if (/^\d+(?:\.\d+){3}$|:/.test(host)) return hostPort
  const name = host.split('.', 1)[0]!
  return split === undefined ? name : `${name}:${split.port}`
}
