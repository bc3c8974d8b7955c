// Services of a server that has nothing, for tests of single routes.

import type { Clock } from '@pharos/base'
import { Labels } from '@pharos/model'
import type { QueryAnswer, QueryOptions, QueryResult } from '@pharos/promql'
import type { Cardinality, StorageCost } from '@pharos/tsdb'
import type { ApiServices, QueryEngine, RuntimeInfo } from '../api-services.ts'

export const SCALAR: QueryResult = { type: 'scalar', timeMs: 1_435_781_451_781, value: 1 }

const RUNTIME: RuntimeInfo = {
  startTimeMs: 0,
  workingDirectory: '/w',
  hostname: 'h',
  reloadConfigSuccess: true,
  lastConfigTimeMs: 1500,
  corruptionCount: 0,
  taskCount: 4,
  cpuCount: 2,
  memoryLimitBytes: 5,
  storageRetention: '15d',
}

const CARDINALITY: Cardinality = {
  numSeries: 2,
  numLabelPairs: 3,
  chunkCount: 4,
  minTimeMs: 5,
  maxTimeMs: 6,
  seriesCountByMetricName: [{ name: 'up', value: 2 }],
  labelValueCountByLabelName: [],
  memoryInBytesByLabelName: [],
  seriesCountByLabelValuePair: [],
}

const COST: StorageCost = {
  series: 3,
  activeSeries: 2,
  samples: 40,
  diskBytes: 50,
  memoryBytes: 60,
  minTimeMs: undefined,
  maxTimeMs: undefined,
  isEstimate: false,
}

export function answer(result: QueryResult, notes: Partial<QueryAnswer> = {}): QueryAnswer {
  const stats = {
    totalSamples: 3,
    samplesRead: 3,
    peakSamples: 2,
    memoryBytesMax: 0,
    timings: { preparationMs: 0, evaluationMs: 0 },
    perStep: undefined,
  }
  return { result, warnings: [], infos: [], stats, release: () => undefined, ...notes }
}

export function engineOf(
  give: (query: string, options: QueryOptions) => Promise<QueryAnswer>,
): QueryEngine {
  return {
    instant: (query, _time, options = {}) => give(query, options),
    range: (query, _start, _end, _step, options = {}) => give(query, options),
  }
}

export function quietServices(clock: Clock): ApiServices {
  const list = () => Promise.resolve({ values: [], warnings: [] })
  return {
    engine: engineOf(() => Promise.resolve(answer(SCALAR))),
    queries: { list: () => [], kill: () => false },
    queryable: {
      querier: () => ({
        select: () => Promise.resolve({ groups: [], warnings: ['half of it is missing'] }),
        labelNames: list,
        labelValues: list,
        close: () => undefined,
      }),
    },
    clock,
    features: new Set(),
    lookbackMs: 300_000,
    queryTimeoutMs: 120_000,
    externalUrl: new URL('http://pharos.example:9090/'),
    listenAddress: '0.0.0.0:9090',
    enableLifecycle: false,
    enableAdminApi: false,
    buildInfo: {
      version: '3.14.0',
      revision: 'r',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    },
    flags: { 'web.b': '<x>', 'web.a': '1' },
    featureTable: () => ({ promql: { fill: true }, tsdb: { isolation: true } }),
    readiness: () => 'ready',
    targets: () => [],
    registeredServices: () => [],
    metadata: () => [],
    relabelRules: () => undefined,
    scrapeConfigYaml: () => undefined,
    configYaml: () => 'global: {}\n',
    externalLabels: () => Labels.EMPTY,
    runtimeInfo: () => RUNTIME,
    cardinality: async () => CARDINALITY,
    appendedSamples: () => 0,
    storageCost: async () => COST,
    blocks: () => [],
    walReplay: () => ({ min: 0, max: 2, current: 1 }),
    notifications: { list: () => [], subscribe: () => undefined },
    ruleGroups: () => [],
    ruleTrials: {
      intervalMs: () => 60_000,
      test: () => Promise.resolve({ alerts: [], problems: [] }),
      backtest: () =>
        Promise.resolve({
          backtest: { episodes: [], stepMs: 60_000, steps: 1, problems: [] },
          messages: [],
        }),
    },
    ruleFiles: undefined,
    alertmanagers: () => ({ active: [], dropped: [] }),
    reload: () => Promise.resolve(),
    quit: () => undefined,
  }
}
