// What the API asks for, answered by the running server.
import type { ApiServices, QueryEngine, RuntimeInfo, TargetMetadata } from '@pharos/api'
import { formatDuration } from '@pharos/model'
import { availableParallelism } from 'node:os'
import { messageRoutes } from './alertmanager-part.ts'
import { ruleGroupsOf } from './rule-status.ts'
import { ruleTrialsOf } from './rule-workshop.ts'
import { machineMemoryBytes } from './memory-limit.ts'
import type { RunningServer } from './running-server.ts'
import { REFERENCE_VERSION, VERSION } from './version.ts'

/** Made before the store is open: everything that needs it is asked for when a request comes. */
export function apiServices(server: RunningServer): ApiServices {
  const { flags, world } = server.settings
  return {
    engine: engineOf(server),
    queries: server.queries,
    queryable: { querier: (minMs, maxMs) => server.parts.queryable.querier(minMs, maxMs) },
    clock: world.clock,
    features: new Set(flags.list('enable-feature')),
    lookbackMs: flags.durationMs('query.lookback-delta'),
    queryTimeoutMs: flags.durationMs('query.timeout'),
    externalUrl: new URL(server.urls.external),
    listenAddress: flags.list('web.listen-address')[0] ?? '',
    enableLifecycle: flags.bool('web.enable-lifecycle'),
    enableAdminApi: flags.bool('web.enable-admin-api'),
    administration: {
      deleteSeries: (sets, fromMs, toMs) => server.parts.tsdb.deleteSeries(sets, fromMs, toMs),
      undeleteSeries: (sets) => server.parts.tsdb.undeleteSeries(sets),
      cleanTombstones: () => server.parts.tsdb.cleanTombstones(),
      snapshot: (skipHead) => server.parts.tsdb.snapshot(skipHead),
    },
    buildInfo: {
      version: REFERENCE_VERSION,
      revision: `pharos-${VERSION}`,
      branch: '',
      buildUser: 'pharos',
      buildDate: '',
      goVersion: '',
    },
    flags: Object.fromEntries(flags.all()),
    featureTable: () => ({
      api: {
        remote_write_receiver: flags.bool('web.enable-remote-write-receiver'),
        otlp_write_receiver: flags.bool('web.enable-otlp-receiver'),
      },
      promql: Object.fromEntries(flags.list('enable-feature').map((name) => [name, true])),
    }),
    readiness: () => server.readiness,
    targets: () => server.parts.scrapes.pools(),
    registeredServices: () => server.parts.services.list(),
    metadata: () => metadataOf(server),
    appendedSamples: () => server.parts.tsdb.stats.appendedSamples,
    exemplars: () => server.parts.tsdb.exemplars(),
    relabelRules: (pool) =>
      server.config.scrapeConfigs.find((one) => one.jobName === pool)?.relabelRules,
    scrapeConfigYaml: (pool) => jobYaml(server.config.yaml, pool),
    configYaml: () => server.config.yaml,
    externalLabels: () => server.config.global.externalLabels,
    runtimeInfo: () => runtimeInfo(server),
    cardinality: (limit) => server.parts.tsdb.cardinality(limit),
    storageCost: (matchers) => server.parts.tsdb.storageCost(matchers),
    blocks: () => server.parts.tsdb.blocks(),
    walReplay: () => ({ min: 0, max: server.replay.last, current: server.replay.current }),
    notifications: server.notifications,
    ruleGroups: () => ruleGroupsOf(server.parts.rules),
    ruleTrials: ruleTrialsOf(server, (labels) =>
      messageRoutes(server.settings.alertmanager, labels),
    ),
    ruleFiles: server.ruleFiles,
    alertmanagers: () => ({
      active: server.parts.external.active,
      dropped: server.parts.external.dropped,
    }),
    reload: () => server.reloadNow(),
    quit: () => server.quit('asked to by HTTP'),
  }
}

/** The engine behind the lane. */
function engineOf(server: RunningServer): QueryEngine {
  return {
    instant: (query, timeMs, options = {}) =>
      server.queries.run(query, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, options, (inLane) =>
        server.parts.engine.instant(query, timeMs, inLane),
      ),
    range: (query, startMs, endMs, stepMs, options = {}) =>
      server.queries.run(query, { startMs, endMs, stepMs }, options, (inLane) =>
        server.parts.engine.range(query, startMs, endMs, stepMs, inLane),
      ),
  }
}

/** What the targets say of their families, and what the store remembers of others: written from elsewhere, or of targets gone. */
function metadataOf({ parts }: RunningServer): TargetMetadata[] {
  const rows: TargetMetadata[] = []
  const said = new Set<string>()
  for (const { scrapePool, labels, families } of parts.scrapes.metadata()) {
    for (const [family, metadata] of families) {
      said.add(family)
      rows.push({ scrapePool, target: labels, family, metadata })
    }
  }
  for (const [family, metadata] of parts.tsdb.metadata()) {
    if (!said.has(family)) rows.push({ scrapePool: '', target: undefined, family, metadata })
  }
  return rows
}

/** The part of the effective configuration that is one job. */
function jobYaml(yaml: string, pool: string): string | undefined {
  const start = yaml.indexOf('\nscrape_configs:\n')
  const section = start < 0 ? '' : yaml.slice(start + 1).split(/\n(?=[a-z])/, 1)[0]!
  const jobs = section.split(/\n(?=- )/).slice(1)
  const job = jobs.find((one) => {
    const name = /job_name: (.*)/.exec(one)?.[1] ?? ''
    return name === pool || name === `"${pool}"` || name === `'${pool}'`
  })
  return job === undefined ? undefined : `${job.replace(/^- /, '').replace(/\n {2}/g, '\n')}\n`
}

function runtimeInfo(server: RunningServer): RuntimeInfo {
  const { flags, hostName, workingDirectory } = server.settings
  const retention = [
    ...(flags.durationMs('storage.tsdb.retention.time') > 0
      ? [formatDuration(flags.durationMs('storage.tsdb.retention.time'))]
      : []),
    ...(flags.bytes('storage.tsdb.retention.size') > 0
      ? [flags.text('storage.tsdb.retention.size')]
      : []),
  ]
  return {
    startTimeMs: server.parts.startedMs,
    workingDirectory,
    hostname: hostName,
    reloadConfigSuccess: server.source.stats.isSuccessful,
    lastConfigTimeMs: server.source.stats.successMs,
    corruptionCount: server.parts.tsdb.stats.walCorruptions,
    taskCount: Math.max(1, process.getActiveResourcesInfo().length),
    cpuCount: availableParallelism(),
    memoryLimitBytes: machineMemoryBytes(),
    storageRetention: retention.join(' or '),
  }
}
