// An API over a store in memory, asked without a socket. Shared by the conformance tests of the API.

import {
  type ApiServices,
  registerApi,
  type RuleGroupStatus,
  type SeriesExemplar,
  type TargetMetadata,
} from '@pharos/api'
import { answer as fixedAnswer, quietServices } from '@pharos/api/testing'
import { silentLogger } from '@pharos/base'
import type { SimClock } from '@pharos/base/sim'
import { compileRelabelRule } from '@pharos/config'
import { createHttpServer } from '@pharos/http'
import { compareText, isAbsent, Labels } from '@pharos/model'
import {
  createEngine,
  parseSeriesDescription,
  type Querier,
  type Queryable,
  type QueryResult,
  type SeriesGroup,
} from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import type { ScrapePoolStatus } from '@pharos/scrape'

/** `load 1m` and the series lines below it. */
export function loaded(script: string): MemoryStore {
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

export interface Setup {
  readonly store: MemoryStore
  readonly clock: SimClock
  readonly pools?: readonly ScrapePoolStatus[]
  readonly metadata?: readonly TargetMetadata[]
  readonly ruleGroups?: readonly RuleGroupStatus[]
  readonly externalLabels?: Labels
  readonly exemplars?: readonly SeriesExemplar[]
  readonly alertmanagers?: ReturnType<ApiServices['alertmanagers']>
  /** Instead of the engine: what every query answers. */
  readonly result?: QueryResult
}

const NO_ALERTMANAGERS = { active: [], dropped: [] }

function services({
  store,
  clock,
  pools = [],
  metadata = [],
  ruleGroups = [],
  externalLabels = Labels.EMPTY,
  exemplars = [],
  alertmanagers = NO_ALERTMANAGERS,
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
    ...quietServices(clock),
    engine:
      result === undefined
        ? createEngine(queryable, { ...options, clock })
        : { instant: async () => fixedAnswer(result), range: async () => fixedAnswer(result) },
    queryable,
    lookbackMs: options.lookbackMs,
    queryTimeoutMs: options.timeoutMs,
    externalUrl: new URL('http://localhost:9090/'),
    listenAddress: 'localhost:9090',
    flags: { 'b.flag': 'value', 'a.flag': '' },
    featureTable: () => ({}),
    targets: () => pools,
    metadata: () => metadata,
    relabelRules: rulesOfPool,
    configYaml: () => 'global:\n  scrape_interval: 15s\n',
    externalLabels: () => externalLabels,
    cardinality: async () => NO_CARDINALITY,
    ruleGroups: () => ruleGroups,
    alertmanagers: () => alertmanagers,
    exemplars: () => exemplars,
  }
}

const NO_CARDINALITY = {
  numSeries: 0,
  numLabelPairs: 0,
  chunkCount: 0,
  minTimeMs: 0,
  maxTimeMs: 0,
  seriesCountByMetricName: [],
  labelValueCountByLabelName: [],
  memoryInBytesByLabelName: [],
  seriesCountByLabelValuePair: [],
}

function rulesOfPool(pool: string): typeof RULES | undefined {
  return pool === 'testpool' ? RULES : pool === 'testpool3' ? [...RULES, LATER_RULE] : undefined
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface Asker {
  get(url: string): Promise<Answer>
  post(path: string, form: string): Promise<Answer>
  close(): Promise<void>
}

export function asker(setup: Setup): Asker {
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
