// The HTTP API against the calls and answers of the reference.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { RuleGroupStatus, SeriesExemplar, TargetMetadata } from '@pharos/api'
import { SimClock } from '@pharos/base/sim'
import { Labels, type MetricType } from '@pharos/model'
import type { ScrapePoolStatus } from '@pharos/scrape'
import { expect, test } from 'vitest'
import { type Answer, asker, loaded } from './api-asker.ts'

const dir = new URL('../../../shared/conformance/api/', import.meta.url)
const missing = !existsSync(dir)

type Json = Readonly<Record<string, unknown>>

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as T
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
          offendingSeries: '',
          quarantine: undefined,
        },
      ],
      dropped: isBlackbox
        ? [
            {
              scrapePool: name,
              discoveredLabels: Labels.from(dropped['DiscoveredLabels'] as Record<string, string>),
              reason: '',
            },
          ]
        : [],
      droppedCount: isBlackbox ? 1 : 0,
    }
  })
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

function formOf({ query = {}, response_go_fields: fields }: CallVector): string {
  const form = new URLSearchParams()
  for (const [name, values] of Object.entries(query))
    for (const value of values)
      form.append(name, typeof value === 'string' ? value : tokenOf(value))
  // The vectors have lost this parameter; it stands in what comes out.
  const types = new Set(rulesOf(fields).map((rule) => rule['Type']))
  if (types.size === 1) form.append('type', types.has('alerting') ? 'alert' : 'record')
  return form.toString()
}

/** `{"$call": "getRuleGroupNextToken", "args": [file, group]}` */
function tokenOf(call: Json): string {
  const [file, group] = call['args'] as [string, string]
  return createHash('sha1').update(`${file};${group}`).digest('hex')
}

function rulesOf(fields: unknown): readonly Json[] {
  const groups = (fields as { RuleGroups?: { Rules: Json[] }[] } | undefined)?.RuleGroups ?? []
  return groups.flatMap((group) => group.Rules)
}

/** The reference's mocks, as the answer without a question has them. */
function ruleGroups(cases: readonly CallVector[]): readonly RuleGroupStatus[] {
  const all = cases.find((one) => one.endpoint === '/api/v1/rules' && one.query === undefined)
  const groups = (all!.response_go_fields as { RuleGroups: Json[] }).RuleGroups
  return groups.map((group) => ({
    name: String(group['Name']),
    file: String(group['File']),
    intervalMs: Number(group['Interval']) * 1000,
    limit: 0,
    evaluationMs: 0,
    lastEvaluationMs: undefined,
    rules: (group['Rules'] as Json[]).map((rule) => ({
      kind: rule['Type'] as 'alerting' | 'recording',
      name: String(rule['Name']),
      query: String(rule['Query']),
      forMs: Number(rule['Duration'] ?? 0) * 1000,
      keepFiringForMs: 0,
      labels: Labels.from(rule['Labels'] as Record<string, string>),
      annotations: Labels.EMPTY,
      state: (rule['State'] ?? 'inactive') as 'inactive' | 'pending',
      health: 'ok' as const,
      lastError: '',
      evaluationMs: 0,
      lastEvaluationMs: undefined,
      alerts: ((rule['Alerts'] ?? []) as Json[]).map((alert) => ({
        labels: Labels.from(alert['Labels'] as Record<string, string>),
        annotations: Labels.EMPTY,
        state: 'pending' as const,
        activeAtMs: 0,
        keepFiringSinceMs: undefined,
        value: 1,
      })),
    })),
  }))
}

/** Times are of no moment to the vectors, and are missing in them. */
function withoutTimes(value: unknown): unknown {
  const times = ['evaluationTime', 'lastEvaluation', 'keepFiringFor', 'activeAt']
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (times.includes(key) ? undefined : part)),
  )
}

/** JSON names for Go's, values as the JSON has them. */
function fromGo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromGo)
  if (typeof value !== 'object' || value === null) return value
  if ('$call' in value) return tokenOf(value as Json)
  if ('$id' in value) return value.$id === 'scrapeStart' ? '2026-01-02T03:04:05.6Z' : value
  const out: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    const isMap = [
      'Labels',
      'Annotations',
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
  URL: 'url',
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
  if (vector.endpoint === '/api/v1/query_exemplars') wanted = exemplarsJson(vector.response)
  // Without a time parameter the time is the clock's.
  const shown =
    (wanted as { result?: unknown[] } | undefined)?.result?.[0] === null
      ? body.replace(/\[[\d.]+,/, '[null,')
      : body
  const got = (JSON.parse(shown) as Json)['data']
  try {
    if (/rules|alerts$/.test(vector.endpoint)) expect(withoutTimes(got)).toEqual(wanted)
    else if (vector.endpoint === '/api/v1/targets/relabel_steps')
      expect(withoutRules(got)).toEqual(withoutRules(wanted))
    else expect(withoutZeroCounts(got)).toEqual(wanted)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return `${body} wants ${JSON.stringify(wanted)}`
  }
}

interface GoExemplars {
  readonly SeriesLabels: Readonly<Record<string, string>>
  readonly Exemplars: readonly { Labels: Record<string, string>; Ts: number; Value: number }[]
}

/** Go's fields as the JSON has them. */
function exemplarsJson(response: unknown): unknown {
  return (response as readonly GoExemplars[]).map(({ SeriesLabels, Exemplars }) => ({
    seriesLabels: SeriesLabels,
    exemplars: Exemplars.map(({ Labels: labels, Ts, Value }) => ({
      labels,
      value: String(Value),
      timestamp: Ts / 1000,
    })),
  }))
}

/** Those that the vectors' answers have; each once. */
function exemplarsOf(cases: readonly CallVector[]): SeriesExemplar[] {
  const all = new Map<string, SeriesExemplar>()
  for (const { endpoint, response } of cases) {
    if (endpoint !== '/api/v1/query_exemplars' || !Array.isArray(response)) continue
    for (const { SeriesLabels, Exemplars } of response as readonly GoExemplars[]) {
      const series = Labels.from(SeriesLabels)
      for (const { Labels: labels, Ts, Value } of Exemplars)
        all.set(`${series.key} ${Ts}`, {
          series,
          exemplar: { labels: Labels.from(labels), value: Value, timestampMs: Ts },
        })
    }
  }
  return [...all.values()]
}

/** The reference's mock of a notifier. */
const ALERTMANAGERS = {
  active: ['http://alertmanager.example.com:8080/api/v1/alerts'],
  dropped: ['http://dropped.alertmanager.example.com:8080/api/v1/alerts'],
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
  '128 of 131 API calls give the reference’s answers, by GET and by POST',
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
        ruleGroups: ruleGroups(cases),
        metadata: metadataOf(vector),
        exemplars: exemplarsOf(cases),
        alertmanagers: ALERTMANAGERS,
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
    expect([passed, skipped.length]).toEqual([128, 3])
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
