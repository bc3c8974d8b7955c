// The client library against the reference's vectors (../shared/conformance/client).
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  type Collector,
  constNativeHistogram,
  contentTypeOf,
  Counter,
  Gauge,
  Histogram,
  type HistogramSnapshot,
  lint,
  metricsHandler,
  type MetricType,
  negotiate,
  Registry,
  snapshotOf,
  Summary,
  TEXT,
  FixedFamily,
  textOf,
} from '../../packages/client/src/index.ts'
import { parseFamilies } from '../../packages/exposition/src/index.ts'
import { NativeLayout } from '../../packages/client/src/native-layout.ts'
import { bucketsOf } from '../../packages/client/src/sparse-buckets.ts'
import { decodeFamilies } from '../../packages/client/src/proto-decode.fixture.ts'

const folder = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url))
const isMissing = !existsSync(folder)

type Case = Record<string, unknown>
type Verdict = 'pass' | { readonly skip: string }

async function vectors(
  file: string,
  wanted: { pass: number; skip: number },
  run: (one: Case) => Verdict | Promise<Verdict>,
): Promise<void> {
  const all = JSON.parse(readFileSync(`${folder}${file}.json`, 'utf8')) as { cases: Case[] }
  const skipped: string[] = []
  let passed = 0
  for (const one of all.cases) {
    let verdict: Verdict
    try {
      verdict = await run(one)
    } catch (error) {
      throw new Error(`${file} ${JSON.stringify(one).slice(0, 600)}: ${String(error)}`, {
        cause: error,
      })
    }
    if (verdict === 'pass') passed++
    else skipped.push(`${JSON.stringify(one).slice(0, 140)}: ${verdict.skip}`)
  }
  if (skipped.length > 0) console.log(`${file}: skipped:\n  ${skipped.join('\n  ')}`)
  expect({ pass: passed, skip: skipped.length }).toEqual(wanted)
}

/** Asks a handler without a socket. */
function answerOf(registry: Registry, accept: string): Promise<{ type: string; body: Uint8Array }> {
  return new Promise((resolve) => {
    let type = ''
    const response = {
      writeHead: (_code: number, headers: Record<string, string>) =>
        (type = headers['Content-Type'] ?? ''),
      end: (body: Uint8Array | string) =>
        resolve({ type, body: typeof body === 'string' ? new TextEncoder().encode(body) : body }),
    }
    metricsHandler(registry, { openMetrics: false })(
      { headers: { accept }, url: '/metrics', method: 'GET' } as unknown as IncomingMessage,
      response as unknown as ServerResponse,
    )
  })
}

interface ExternalFamily {
  readonly Name: string
  readonly Help: string
  readonly Metric: readonly {
    readonly Counter: { readonly Value: number }
    readonly Label?: readonly { readonly Name: string; readonly Value: unknown }[]
  }[]
}

/** The upstream test's own metrics, as its vectors describe them. */
function collectorOf(name: unknown): Collector | undefined {
  const word = typeof name === 'object' && name !== null ? (name as { c: string }).c : name
  if (word === 'metricVec') {
    const counter = new Counter({
      name: 'name',
      help: 'docstring',
      labelNames: ['labelname'],
      constLabels: { constname: 'constvalue' },
    })
    counter.inc({ labelname: 'val1' })
    counter.inc({ labelname: 'val2' })
    return counter
  }
  if (word === 'histogram') return new Histogram({ name: 'complex', help: '' })
  if (word === 'summary') {
    return new Summary({
      name: 'complex',
      help: 'A metric to check collisions with _sum and _count.',
      objectives: { 0.5: 0.05, 0.9: 0.01, 0.99: 0.001 },
    })
  }
  return undefined
}

function externalOf(family: ExternalFamily): Collector {
  const labels = (family.Metric[0]?.Label ?? []).map(
    (one) => [one.Name, String(one.Value)] as const,
  )
  const counter = new Counter({
    name: family.Name,
    help: family.Help,
    labelNames: labels.map(([name]) => name),
  })
  counter.inc(Object.fromEntries(labels), family.Metric[0]?.Counter.Value ?? 0)
  return counter
}

test.skipIf(isMissing)('client/handler-negotiation: 20 of 23 cases', async () => {
  await vectors('client/handler-negotiation', { pass: 20, skip: 3 }, async (one) => {
    const headers = one['out_headers'] as Record<string, string>
    const wantedType = headers['Content-Type'] ?? ''
    const external = one['external_families'] as ExternalFamily[]
    const labels = external.flatMap((family) =>
      family.Metric.flatMap((metric) => metric.Label ?? []),
    )
    if (labels.some(({ Value }) => typeof Value !== 'string')) {
      return { skip: 'a label value that is no UTF-8: no JavaScript string can be one' }
    }
    if (new Set(labels.map(({ Name }) => Name)).size < labels.length) {
      return {
        skip: 'one label twice in a family from outside: a metric here cannot be made that way',
      }
    }
    const registry = new Registry()
    const metrics = [collectorOf(one['collector']), ...external.map(externalOf)].filter(
      (each) => each !== undefined,
    )
    const names = external.map((family) => family.Name)
    if (one['collector'] !== null && names.includes('name')) {
      return { skip: 'a family in two parts: here one metric has all series of a name' }
    }
    const wanted = bodyOf(one['out_body'])
    if (wanted.startsWith('An error')) {
      // The reference finds the collision when it gathers, we refuse it when the second one is registered.
      const register = (): void => metrics.forEach((metric) => registry.register(metric))
      expect(register).toThrow(wanted.split('\n\n')[1]!.trim())
      return 'pass'
    }
    for (const metric of metrics) registry.register(metric)
    const { type, body } = await answerOf(registry, (one['headers'] as { Accept: string }).Accept)
    expect(type).toBe(wantedType)
    expect(shownAs(wantedType, body)).toBe(wanted)
    return 'pass'
  })
})

/** Bodies of the upstream test that the vectors name instead of giving their bytes: what they hold. */
const NAMED: Readonly<Record<string, string>> = {
  expectedMetricFamily:
    '# HELP name docstring\n# TYPE name counter\nname{constname="constvalue",labelname="val1"} 1\nname{constname="constvalue",labelname="val2"} 1\n',
  externalMetricFamily:
    '# HELP externalname externaldocstring\n# TYPE externalname counter\nexternalname{externalconstname="externalconstvalue",externallabelname="externalval1"} 1\n',
}

/** A body as classic text, so that it can be compared; the text forms of protobuf by the values that they hold. */
function shownAs(contentType: string, body: Uint8Array): string {
  if (contentType.includes('encoding=delimited')) {
    return decodeFamilies(body)
      .map((family) => textOf(new FixedFamily(family, () => family.series), TEXT))
      .join('')
  }
  const text = new TextDecoder().decode(body)
  if (!contentType.includes('protobuf')) return text
  const tokens =
    text.replace(/created_timestamp\s*\{[^}]*\}/g, '').match(/"[^"]*"|[A-Z]{2,}|\d+/g) ?? []
  let shown = ''
  for (let i = 0; i < tokens.length;) {
    const [name, help] = [tokens[i++]!, tokens[i++]!].map((one) => one.slice(1, -1))
    shown += `# HELP ${name} ${help}\n# TYPE ${name} ${tokens[i++]!.toLowerCase()}\n`
    while (i + 2 < tokens.length && tokens[i + 2]!.startsWith('"')) {
      const pairs: string[] = []
      for (; tokens[i]!.startsWith('"'); i += 2)
        pairs.push(`${tokens[i]!.slice(1, -1)}=${tokens[i + 1]}`)
      shown += `${name}{${pairs.join(',')}} ${tokens[i++]}\n`
    }
  }
  return shown
}

/** A text, an empty list, or upstream's bytes.Join of several texts. */
function bodyOf(body: unknown): string {
  if (typeof body === 'string') return NAMED[body.replace(/As(Bytes|Proto.*)$/, '')] ?? body
  if (Array.isArray(body)) return ''
  const { args } = body as { args: [string[], unknown] }
  return args[0].map(bodyOf).join('')
}

test.skipIf(isMissing)('client/textfile: 1 of 1 case', async () => {
  await vectors('client/textfile', { pass: 1, skip: 0 }, async ({ text }): Promise<Verdict> => {
    const registry = new Registry()
    const options = (name: string, value: string) => ({
      name: `test_${name}`,
      help: `test ${name}`,
      constLabels: { name: value },
    })
    const summary = new Summary({
      ...options('summary', 'foo'),
      objectives: { 0.5: 0.05, 0.9: 0.01, 0.99: 0.001 },
    })
    const histogram = new Histogram({ ...options('hist', 'bar'), help: 'test histogram' })
    const gauge = new Gauge(options('gauge', 'baz'))
    const counter = new Counter(options('counter', 'qux'))
    for (const metric of [summary, histogram, gauge, counter]) registry.register(metric)
    for (const value of [10, 20]) summary.observe(value)
    for (const value of [0.93, 2.71]) histogram.observe(value)
    gauge.set(1.1)
    counter.inc()
    expect(await registry.metrics()).toBe(text)
    return 'pass'
  })
})

test.skipIf(isMissing)(
  'exposition/accept-negotiation: 25 of 33 cases apply to the client',
  async () => {
    await vectors('exposition/accept-negotiation', { pass: 25, skip: 8 }, (one) => {
      const wanted = one['expectedFmt'] as string
      if (one['group'] === 'TestNegotiateAccept')
        return { skip: 'choosing among formats in a given order is for servers' }
      const isOpen = one['group'] === 'TestNegotiateIncludingOpenMetrics'
      const format = negotiate(one['acceptHeaderValue'] as string, isOpen)
      // The upstream test sets the default escaping to "values" for its second group.
      const isDefault = !(one['acceptHeaderValue'] as string).includes('escaping=')
      const shown = contentTypeOf(isDefault && isOpen ? { ...format, escaping: 'values' } : format)
      expect(shown).toBe(wanted)
      return 'pass'
    })
  },
)

/** Numbers of vectors, which have words for what JSON lacks. */
const numberOf = (one: unknown): number =>
  one === '+Inf' ? Infinity : one === '-Inf' ? -Infinity : Number(one)

/** Observes a vector's values, one a simulated minute, and gives the only series. */
function observed(one: Case): HistogramSnapshot {
  let nowMs = 1_700_000_000_000
  const histogram = new Histogram({
    name: 'name',
    help: 'help',
    nativeHistogramBucketFactor: one['factor'] as number,
    nativeHistogramZeroThreshold: (one['zeroThreshold'] as number | undefined) ?? 0,
    nativeHistogramMaxBucketNumber: (one['maxBuckets'] as number | undefined) ?? 0,
    nativeHistogramMinResetDuration: (one['minResetDuration'] as number | undefined) ?? 0,
    nativeHistogramMaxZeroThreshold: (one['maxZeroThreshold'] as number | undefined) ?? 0,
    now: () => nowMs,
  })
  nowMs += 60_000
  for (const value of (one['observations'] as unknown[] | undefined) ?? []) {
    histogram.observe(numberOf(value))
    nowMs += 60_000
  }
  return snapshotOf(histogram).series[0]!.histogram!
}

/** A histogram under the field names of the vectors; what is empty is left out there. */
function protoOf({ buckets, count, sum, native }: HistogramSnapshot): Case {
  const spans = (all: readonly { offset: number; length: number }[]): Case[] =>
    all.map((span) => ({ Length: span.length, Offset: span.offset }))
  const fields: Case = {
    Bucket: buckets.map((one) => ({ CumulativeCount: one.count, UpperBound: one.upperBound })),
    SampleCount: count,
    SampleSum: sum,
    ...(native && {
      Schema: native.schema,
      ZeroCount: native.zeroCount,
      ZeroThreshold: native.zeroThreshold,
      NegativeSpan: spans(native.negativeSpans),
      NegativeDelta: native.negativeDeltas,
      PositiveSpan: spans(native.positiveSpans),
      PositiveDelta: native.positiveDeltas,
    }),
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  )
}

function wantedHistogram(one: Case): Case {
  const want = one['want'] as Case
  return { ...want, SampleSum: numberOf(want['SampleSum']) }
}

test.skipIf(isMissing)('client/native-histogram-observe: 25 of 25 cases', async () => {
  await vectors('client/native-histogram-observe', { pass: 25, skip: 0 }, (one) => {
    expect(protoOf(observed(one))).toEqual(wantedHistogram(one))
    return 'pass'
  })
})

test.skipIf(isMissing)('client/const-native-histogram: 24 of 24 cases', async () => {
  await vectors('client/const-native-histogram', { pass: 24, skip: 0 }, (one) => {
    const { native, count, sum } = observed(one)
    const constant = constNativeHistogram({
      ...native!,
      count,
      sum,
      positiveBuckets: bucketsOf(native!.positiveSpans, native!.positiveDeltas),
      negativeBuckets: bucketsOf(native!.negativeSpans, native!.negativeDeltas),
    })
    expect(protoOf(constant)).toEqual(wantedHistogram(one))
    return 'pass'
  })
})

test.skipIf(isMissing)('client/native-histogram-le: 15 of 15 cases', async () => {
  await vectors('client/native-histogram-le', { pass: 15, skip: 0 }, (one) => {
    const schema = one['schema'] as number
    expect(new NativeLayout(schema).upperBoundOf(one['key'] as number, schema)).toBe(
      numberOf(one['want']),
    )
    return 'pass'
  })
})

test.skipIf(isMissing)('client/promlint: 53 of 53 cases', async () => {
  await vectors('client/promlint', { pass: 53, skip: 0 }, (one) => {
    const found = parseFamilies(one['input'] as string).flatMap((family) => {
      const { name, help = '', type } = family
      const labels = family.metrics.flatMap((metric) => metric.labels.filter((_, i) => i % 2 === 0))
      const linted = { name, help, type: type as MetricType, labelNames: [...new Set(labels)] }
      return lint(linted).map((text) => ({ metric: name, text }))
    })
    const byText = (a: { text: string }, b: { text: string }): number => (a.text < b.text ? -1 : 1)
    const wanted = one['problems'] as { metric: string; text: string }[]
    expect(found.sort(byText)).toEqual(wanted.sort(byText))
    return 'pass'
  })
})
