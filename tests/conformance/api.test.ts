// The HTTP API against the calls and answers of the reference.

import { existsSync, readFileSync } from 'node:fs'
import { type ApiServices, registerApi, type TargetMetadata } from '@pharos/api'
import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { compileRelabelRule } from '@pharos/config'
import { createHttpServer } from '@pharos/http'
import {
  ABSENT,
  compareText,
  isAbsent,
  Labels,
  type MetricType,
  type NativeHistogram,
  parseValue,
} from '@pharos/model'
import {
  createEngine,
  type MatrixSeries,
  parseSeriesDescription,
  type Querier,
  type QueryAnswer,
  type QueryResult,
  type Queryable,
  type SeriesGroup,
} from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import type { ScrapePoolStatus } from '@pharos/scrape'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/api/', import.meta.url)
const missing = !existsSync(dir)

type Json = Readonly<Record<string, unknown>>

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as T
}

/** `load 1m` and the series lines below it. */
function loaded(script: string): MemoryStore {
  const store = new MemoryStore()
  for (const line of script.split('\n').slice(1)) {
    if (line.trim() === '') continue
    const { labels, values } = parseSeriesDescription(line.trim())
    for (const [i, { value }] of values.entries())
      if (value !== undefined) store.append(labels, i * 60_000, value, 'all')
  }
  return store
}

/** The store as one that knows time: series without samples in the range are not there. */
function timed(store: MemoryStore): Queryable {
  return {
    querier(minMs, maxMs): Querier {
      const inner = store.querier(minMs, maxMs)
      const labelsOf = async (matchers: Parameters<Querier['select']>[0]): Promise<Labels[]> => {
        const hints = {
          startMs: minMs,
          endMs: maxMs,
          stepMs: 0,
          rangeMs: 0,
          func: 'series',
          grouping: [],
          by: false,
        }
        const { groups } = await inner.select(matchers, hints)
        return groups.flatMap((group) => visible(group).map((i) => group.labels(i)))
      }
      const list = (texts: readonly string[], limit: number) => {
        const values = [...new Set(texts)].sort(compareText)
        return { values: limit === 0 ? values : values.slice(0, limit), warnings: [] }
      }
      return {
        select: async (matchers, hints) => {
          const { groups, warnings } = await inner.select(matchers, hints)
          return { groups: groups.map(onlyVisible), warnings }
        },
        labelNames: async (matchers, limit) =>
          list(
            (await labelsOf(matchers)).flatMap((labels) => [...labels].map(([name]) => name)),
            limit,
          ),
        labelValues: async (name, matchers, limit) =>
          list(
            (await labelsOf(matchers)).map((labels) => labels.get(name)).filter((v) => v !== ''),
            limit,
          ),
        close: () => inner.close(),
      }
    },
  }
}

function visible(group: SeriesGroup): number[] {
  const values = new Float64Array(group.times.length)
  const shown: number[] = []
  for (let i = 0; i < group.seriesCount; i++) {
    group.readValues(i, values)
    if (values.some((value) => !isAbsent(value))) shown.push(i)
  }
  return shown
}

function onlyVisible(group: SeriesGroup): SeriesGroup {
  const shown = visible(group)
  return {
    times: group.times,
    seriesCount: shown.length,
    labels: (i) => group.labels(shown[i]!),
    readValues: (i, out) => group.readValues(shown[i]!, out),
    readHistograms: (i, out) => group.readHistograms(shown[i]!, out),
  }
}

const SCRAPE_START_MS = Date.parse('2026-01-02T03:04:05.600Z')

/** The reference's mocks: two targets, one dropped one. */
function targets(dropped: Json, active: readonly Json[]): ScrapePoolStatus[] {
  return active.map((one) => {
    const labels = Labels.from(one['Labels'] as Record<string, string>)
    const name = String(one['ScrapePool'])
    const isBlackbox = name === 'blackbox'
    return {
      name,
      active: [
        {
          scrapePool: name,
          discoveredLabels: Labels.from(one['DiscoveredLabels'] as Record<string, string>),
          labels,
          scrapeUrl: String(one['ScrapeURL']),
          health: isBlackbox ? 'down' : 'up',
          lastError: isBlackbox ? 'failed: missing port in address' : '',
          lastScrapeMs: SCRAPE_START_MS,
          lastScrapeDurationMs: isBlackbox ? 100 : 70,
          scrapeIntervalMs: isBlackbox ? 20_000 : 15_000,
          scrapeTimeoutMs: isBlackbox ? 10_000 : 5_000,
          samplesScraped: 0,
        },
      ],
      dropped: isBlackbox
        ? [
            {
              scrapePool: name,
              discoveredLabels: Labels.from(dropped['DiscoveredLabels'] as Record<string, string>),
              reason: 'keep',
            },
          ]
        : [],
      droppedCount: isBlackbox ? 1 : 0,
    }
  })
}

const RULES = [
  compileRelabelRule({
    action: 'replace',
    targetLabel: '__address__',
    replacement: 'example.com:443',
    regex: '',
  }),
  compileRelabelRule({ action: 'drop', sourceLabels: ['__address__'], regex: 'example\\.com:.*' }),
]
const LATER_RULE = compileRelabelRule({
  action: 'replace',
  targetLabel: 'job',
  replacement: 'should_not_apply',
  regex: '.*',
})

interface Setup {
  readonly store: MemoryStore
  readonly clock: SimClock
  readonly pools?: readonly ScrapePoolStatus[]
  readonly metadata?: readonly TargetMetadata[]
  readonly externalLabels?: Labels
  /** Instead of the engine: what every query answers. */
  readonly result?: QueryResult
}

function services({
  store,
  clock,
  pools = [],
  metadata = [],
  externalLabels = Labels.EMPTY,
  result,
}: Setup): ApiServices {
  const queryable = timed(store)
  const options = {
    lookbackMs: 300_000,
    timeoutMs: 100_000,
    maxSamples: 10_000,
    defaultSubqueryStepMs: 60_000,
    features: new Set<string>(),
  }
  return {
    engine:
      result === undefined
        ? createEngine(queryable, { ...options, clock })
        : { instant: () => answerOf(result), range: () => answerOf(result) },
    queryable,
    clock,
    features: options.features,
    lookbackMs: options.lookbackMs,
    queryTimeoutMs: options.timeoutMs,
    externalUrl: new URL('http://localhost:9090/'),
    listenAddress: 'localhost:9090',
    enableLifecycle: false,
    enableAdminApi: false,
    buildInfo: {
      version: '3.14.0',
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
    flags: { 'b.flag': 'value', 'a.flag': '' },
    featureTable: () => ({}),
    readiness: () => 'ready',
    targets: () => pools,
    metadata: () => metadata,
    relabelRules: (pool) =>
      pool === 'testpool' ? RULES : pool === 'testpool3' ? [...RULES, LATER_RULE] : undefined,
    scrapeConfigYaml: () => undefined,
    configYaml: () => 'global:\n  scrape_interval: 15s\n',
    externalLabels: () => externalLabels,
    runtimeInfo: () => ({
      startTimeMs: 0,
      workingDirectory: '/',
      hostname: 'h',
      reloadConfigSuccess: true,
      lastConfigTimeMs: 0,
      corruptionCount: 0,
      taskCount: 1,
      cpuCount: 1,
      memoryLimitBytes: 1,
      storageRetention: '15d',
    }),
    cardinality: () => ({
      numSeries: 0,
      numLabelPairs: 0,
      chunkCount: 0,
      minTimeMs: 0,
      maxTimeMs: 0,
      seriesCountByMetricName: [],
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    }),
    blocks: () => [],
    walReplay: () => ({ min: 0, max: 0, current: 0 }),
    notifications: () => [],
    reload: () => Promise.resolve(),
    quit: () => undefined,
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Asker {
  get(url: string): Promise<Answer>
  post(path: string, form: string): Promise<Answer>
  close(): Promise<void>
}

function asker(setup: Setup): Asker {
  const server = createHttpServer({
    log: silentLogger,
    clock: setup.clock,
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  registerApi(server.app, services(setup))
  const answer = (reply: {
    statusCode: number
    headers: Readonly<Record<string, unknown>>
    body: string
  }): Answer => ({
    status: reply.statusCode,
    type: String(reply.headers['content-type']),
    body: reply.body,
  })
  return {
    get: async (url) => answer(await server.app.inject({ url })),
    post: async (url, form) =>
      answer(
        await server.app.inject({
          method: 'POST',
          url,
          payload: form,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      ),
    close: () => server.close(),
  }
}

interface CallVector {
  readonly endpoint: string
  readonly params?: Readonly<Record<string, string | { b64: string }>>
  readonly query?: Readonly<Record<string, readonly (string | Json)[]>>
  readonly response?: unknown
  readonly response_json?: unknown
  readonly response_length?: number
  readonly response_go_fields?: unknown
  readonly error_type?: string
  readonly warnings?: number
  readonly metadata?: readonly {
    identifier: string
    metadata: readonly { MetricFamily: string; Type: MetricType; Help: string; Unit: string }[]
  }[]
}

/** Why a case cannot be asked yet, or undefined. */
function skipReason(vector: CallVector): string | undefined {
  const { endpoint, response_go_fields: fields } = vector
  if (endpoint === '/api/v1/rules' && JSON.stringify(fields ?? '').includes('"Rules":[{'))
    return 'wants rules'
  if (endpoint === '/api/v1/alerts') return 'wants rules'
  if (endpoint === '/api/v1/alertmanagers') return 'wants a notifier'
  if (endpoint === '/api/v1/query_exemplars' && JSON.stringify(vector.response) !== '[]')
    return 'wants exemplars'
  if (typeof vector.params?.['name'] === 'object')
    return 'a path that is no UTF-8 is refused, with 400 too, before it reaches a route'
  const text = JSON.stringify([vector.response, fields])
  if (endpoint.startsWith('/api/v1/status') && /\$id|\$call/.test(text))
    return 'the vector names an upstream symbol instead of the value'
  return undefined
}

function urlOf({ endpoint, params = {} }: CallVector): string {
  return endpoint.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if (typeof value !== 'object') return encodeURIComponent(value ?? '')
    return Buffer.from(value.b64, 'base64')
      .toString('latin1')
      .replace(/[^\w.]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  })
}

function formOf({ query = {} }: CallVector): string {
  const form = new URLSearchParams()
  for (const [name, values] of Object.entries(query))
    for (const value of values) form.append(name, typeof value === 'string' ? value : 'token')
  return form.toString()
}

/** JSON names for Go's, values as the JSON has them. */
function fromGo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromGo)
  if (typeof value !== 'object' || value === null) return value
  if ('$id' in value) return value.$id === 'scrapeStart' ? '2026-01-02T03:04:05.6Z' : value
  const out: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    const isMap = [
      'Labels',
      'DiscoveredLabels',
      'Target',
      'DroppedTargetCounts',
      'Output',
    ].includes(name)
    out[GO_NAMES[name] ?? name[0]!.toLowerCase() + name.slice(1)] = isMap ? field : fromGo(field)
  }
  return out
}

const GO_NAMES: Readonly<Record<string, string>> = {
  ScrapeURL: 'scrapeUrl',
  GlobalURL: 'globalUrl',
  MetricFamily: 'metric',
  RuleGroups: 'groups',
}

/** A matrix given as points in Go's fields. */
function plainMatrix(response: unknown): unknown {
  const text = JSON.stringify(response ?? null)
  if (!text.includes('"Floats"')) return response
  return JSON.parse(
    text.replace(/"Floats":\[.*?\]/g, (floats) => {
      const points = (JSON.parse(`{${floats}}`) as { Floats: { F: number; T: number }[] }).Floats
      return `"metric":{},"values":${JSON.stringify(points.map(({ F, T }) => [T / 1000, String(F)]))}`
    }),
  )
}

function check(vector: CallVector, { status, body }: Answer): string | undefined {
  let answer: Json
  try {
    answer = JSON.parse(body) as Json
  } catch (error) {
    return `${status} ${body}: ${String(error)}`
  }
  if (vector.error_type !== undefined)
    return answer['errorType'] === vector.error_type && status === 400
      ? undefined
      : `${status} ${body}`
  if (status !== 200) return `${status} ${body}`
  const data = answer['data']
  const warnings = (answer['warnings'] as unknown[] | undefined)?.length ?? 0
  if (warnings !== (vector.warnings ?? 0)) return `${warnings} warnings: ${body}`
  if (vector.response_length !== undefined) {
    const length = Array.isArray(data) ? data.length : Object.keys(data as object).length
    return length === vector.response_length ? undefined : `${length} items: ${body}`
  }
  let wanted = vector.response_json ?? plainMatrix(vector.response)
  if (vector.response_go_fields !== undefined) wanted = fromGo(vector.response_go_fields)
  // Without a time parameter the time is the clock's.
  const shown =
    (wanted as { result?: unknown[] } | undefined)?.result?.[0] === null
      ? body.replace(/\[[\d.]+,/, '[null,')
      : body
  const got = (JSON.parse(shown) as Json)['data']
  try {
    if (vector.endpoint === '/api/v1/targets/relabel_steps')
      expect(withoutRules(got)).toEqual(withoutRules(wanted))
    else expect(withoutZeroCounts(got)).toEqual(wanted)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return `${body} wants ${JSON.stringify(wanted)}`
  }
}

/** The reference's scrape manager counts every pool, also with 0; the mock of the vectors has only one. */
function withoutZeroCounts(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('droppedTargetCounts' in data)) return data
  const { droppedTargetCounts: counts, ...rest } = data
  if (counts === null) return rest
  const some = Object.entries(counts as Json).filter(([, count]) => count !== 0)
  return { ...rest, droppedTargetCounts: Object.fromEntries(some) }
}

/** The vectors give rules in Go's fields, with defaults missing; what they do is compared, not how they are written. */
function withoutRules(value: unknown): unknown {
  return (value as { steps: Json[] }).steps.map(({ output, keep }) => ({ output, keep }))
}

function metadataOf(vector: CallVector): TargetMetadata[] {
  return (vector.metadata ?? []).flatMap(({ identifier, metadata }) =>
    metadata.map(({ MetricFamily, Type, Help, Unit }) => ({
      scrapePool: identifier,
      target: Labels.from({ job: identifier }),
      family: MetricFamily,
      metadata: { type: Type, help: Help, unit: Unit },
    })),
  )
}

interface Endpoints {
  readonly load: string
  readonly cases: readonly CallVector[]
}

test.skipIf(missing)(
  '110 of 131 API calls give the reference’s answers, by GET and by POST',
  async () => {
    const { load, cases } = read<Endpoints>('endpoints.json')
    const store = loaded(load)
    const fields = cases.find((one) => one.endpoint === '/api/v1/targets')!.response_go_fields as {
      ActiveTargets: Json[]
      DroppedTargets: Json[]
    }
    const pools = targets(fields.DroppedTargets[0]!, fields.ActiveTargets)
    const failed: string[] = []
    const skipped: string[] = []
    let passed = 0
    for (const [i, vector] of cases.entries()) {
      const name = `${i} ${vector.endpoint} ${JSON.stringify(vector.query ?? {})}`
      const reason = skipReason(vector)
      if (reason !== undefined) {
        skipped.push(`${name}: ${reason}`)
        continue
      }
      const api = asker({
        store,
        clock: new SimClock(6_060_000),
        pools,
        metadata: metadataOf(vector),
      })
      const wrong = [check(vector, await api.get(`${urlOf(vector)}?${formOf(vector)}`))]
      if (
        ['query', 'query_range', 'series', 'labels'].some(
          (path) => vector.endpoint === `/api/v1/${path}`,
        )
      )
        wrong.push(check(vector, await api.post(urlOf(vector), formOf(vector))))
      await api.close()
      const first = wrong.find((one) => one !== undefined)
      if (first === undefined) passed++
      else failed.push(`${name}: ${first}`)
    }
    console.log(`api calls: ${passed} pass, ${skipped.length} skipped\n  ${skipped.join('\n  ')}`)
    expect(failed).toEqual([])
    expect([passed, skipped.length]).toEqual([110, 21])
  },
)

interface FederationVector {
  readonly name: string
  readonly params: string
  readonly external_labels: Readonly<Record<string, string>>
  readonly status: number
  readonly body: string
}

test.skipIf(missing)('all 17 federation requests give the reference’s bodies', async () => {
  const { load, cases } = read<{ load: string; cases: readonly FederationVector[] }>(
    'federation.json',
  )
  const store = loaded(load)
  const failed: string[] = []
  for (const vector of cases) {
    const api = asker({
      store,
      clock: new SimClock(101 * 60_000),
      externalLabels: Labels.from(vector.external_labels),
    })
    const { status, body } = await api.get(`/federate?${vector.params}`)
    await api.close()
    if (status !== vector.status || body !== vector.body)
      failed.push(`${vector.name}: ${status} ${body} wants ${vector.status} ${vector.body}`)
  }
  expect(failed).toEqual([])
  expect(cases.length).toBe(17)
})

function answerOf(result: QueryResult): Promise<QueryAnswer> {
  const stats = { totalSamples: 0, peakSamples: 0 }
  return Promise.resolve({ result, warnings: [], infos: [], stats })
}

interface GoPoint {
  readonly type?: string
  readonly F: number | string
  readonly T: number | { num: string }
}

interface GoHistogram {
  readonly Schema: number
  readonly Count: number
  readonly Sum: number
  readonly ZeroCount: number
  readonly ZeroThreshold: number
  readonly PositiveSpans: readonly { Offset: number; Length: number }[]
  readonly PositiveBuckets: readonly number[]
  readonly NegativeSpans: readonly { Offset: number; Length: number }[]
  readonly NegativeBuckets: readonly number[]
}

interface GoSeries {
  readonly Metric: Readonly<Record<string, string>>
  readonly Floats?: readonly GoPoint[]
  readonly Histograms?: readonly { readonly T: number; readonly H: GoHistogram }[]
}

interface EncodingVector {
  readonly response:
    | (GoPoint & { ResultType?: string; Result?: readonly GoSeries[] })
    | readonly Json[]
  readonly expected: string
}

function seriesOf(series: GoSeries): MatrixSeries {
  const floats = series.Floats ?? []
  const histograms = series.Histograms ?? []
  const times = [
    ...floats.map(({ T }) => Number(typeof T === 'object' ? T.num : T)),
    ...histograms.map(({ T }) => T),
  ]
  const values = [...floats.map(({ F }) => parseValue(String(F))!), ...histograms.map(() => ABSENT)]
  return {
    labels: Labels.from(series.Metric),
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    histograms: histograms.length === 0 ? undefined : histograms.map(({ H }) => histogramOf(H)),
  }
}

function histogramOf(h: GoHistogram): NativeHistogram {
  const spans = (list: GoHistogram['PositiveSpans']) =>
    list.map(({ Offset, Length }) => ({ offset: Offset, length: Length }))
  return {
    schema: h.Schema,
    zeroThreshold: h.ZeroThreshold,
    zeroCount: h.ZeroCount,
    count: h.Count,
    sum: h.Sum,
    positiveSpans: spans(h.PositiveSpans),
    positiveBuckets: h.PositiveBuckets,
    negativeSpans: spans(h.NegativeSpans),
    negativeBuckets: h.NegativeBuckets,
    customValues: [],
    counterResetHint: 'unknown',
  }
}

test.skipIf(missing)('17 of 21 answers are the reference’s JSON byte by byte', async () => {
  const { cases } = read<{ cases: readonly EncodingVector[] }>('json-encoding.json')
  const failed: string[] = []
  const skipped: string[] = []
  for (const { response, expected } of cases) {
    if (Array.isArray(response)) {
      skipped.push(`${expected}: wants exemplars`)
      continue
    }
    const value = response as GoPoint & { ResultType?: string; Result?: readonly GoSeries[] }
    if (value.ResultType === 'vector') {
      skipped.push(`${expected}: samples of one instant vector at different times`)
      continue
    }
    if (typeof value.T === 'object') {
      skipped.push(`${expected}: a time above 2^53 ms`)
      continue
    }
    // A point alone is asked for as the only one of a series.
    const series = value.Result ?? [{ Metric: {}, Floats: [value] }]
    const result = { type: 'matrix', series: series.map(seriesOf) } as const
    const api = asker({ store: new MemoryStore(), clock: new SimClock(0), result })
    const { body } = await api.get('/api/v1/query?query=x')
    await api.close()
    const point = /"values":\[(.*)\]\}\]\}\}$/.exec(body)?.[1]
    const got = value.Result === undefined ? `{"status":"success","data":${point}}` : body
    if (got !== expected) failed.push(`${got} wants ${expected}`)
  }
  console.log(`answers skipped:\n  ${skipped.join('\n  ')}`)
  expect(failed).toEqual([])
  expect([cases.length, skipped.length]).toEqual([21, 4])
})

test.skipIf(missing)(
  'the features of the language are those of a default server of the reference',
  async () => {
    const wanted = read<Readonly<Record<string, Json>>>('features.json')
    const api = asker({ store: new MemoryStore(), clock: new SimClock(0) })
    const { body } = await api.get('/api/v1/features')
    await api.close()
    const { data } = JSON.parse(body) as { data: Readonly<Record<string, Json>> }
    for (const group of ['promql', 'promql_functions', 'promql_operators'])
      expect(data[group], group).toEqual(wanted[group])
    // What this server does not have is said to be off, and nothing is on that the reference does not know.
    for (const [name, isOn] of Object.entries(data['api']!))
      if (isOn === true) expect(wanted['api']![name], name).toBe(true)
  },
)
