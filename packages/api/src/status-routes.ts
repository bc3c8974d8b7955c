// What the server says of itself.

import type { FastifyInstance } from 'fastify'
import type { BlockInfo, Cardinality, NameCount, StorageCost } from '@pharos/tsdb'
import { answerData } from './answer.ts'
import type { ApiServices, RuntimeInfo } from './api-services.ts'
import { badData } from './api-error.ts'
import { featureTable } from './feature-table.ts'
import { jsonMap, jsonText, jsonTime, jsonValue } from './json-text.ts'
import { STATUS_ROWS_DEFAULT, STATUS_ROWS_MAX } from './limits.ts'
import { RequestForm, wholeNumber } from './request-form.ts'

export function registerStatusRoutes(app: FastifyInstance, services: ApiServices): void {
  const answer = (path: string, json: () => string): void => {
    app.get(`/api/v1/${path}`, async (_request, reply) => answerData(reply, json()))
  }
  answer('status/config', () => `{"yaml":${jsonText(services.configYaml())}}`)
  answer('status/flags', () => flagsJson(services.flags))
  answer('status/buildinfo', () => jsonValue(services.buildInfo))
  answer('status/runtimeinfo', () => runtimeJson(services.runtimeInfo(), services.clock.now()))
  answer('status/walreplay', () => jsonValue(services.walReplay()))
  answer('status/tsdb/blocks', () => blocksJson(services.blocks()))
  answer('features', () => featuresJson(featureTable(services)))
  app.get('/api/v1/status/tsdb', async (request, reply) => {
    const limit = rowLimit(new RequestForm(request).get('limit'))
    return answerData(reply, cardinalityJson(await services.cardinality(limit), limit))
  })
  app.get('/api/v1/status/tsdb/cost', async (request, reply) => {
    const sets = new RequestForm(request).matcherSets()
    if (sets.length !== 1) throw badData(`expected one match[] parameter, found ${sets.length}`)
    return answerData(reply, costJson(await services.storageCost(sets[0]!)))
  })
  app.get('/version', async (_request, reply) =>
    reply.header('Content-Type', 'application/json').send(`${jsonValue(services.buildInfo)}\n`),
  )
}

function flagsJson(flags: Readonly<Record<string, string>>): string {
  return jsonMap(Object.entries(flags).map(([name, value]) => [name, jsonText(value)]))
}

function featuresJson(table: Readonly<Record<string, Readonly<Record<string, boolean>>>>): string {
  // Operators are names here, and stay readable.
  const groups = Object.entries(table).map(([group, features]): [string, string] => [
    group,
    sortedJson(Object.entries(features).map(([name, isOn]) => [name, String(isOn)])),
  ])
  return sortedJson(groups)
}

function sortedJson(entries: readonly (readonly [string, string])[]): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

/** The names are the reference's, whose runtime is Go. */
function runtimeJson(info: RuntimeInfo, nowMs: number): string {
  const fields = [
    `"startTime":${jsonTime(info.startTimeMs)}`,
    `"CWD":${jsonText(info.workingDirectory)}`,
    `"hostname":${jsonText(info.hostname)}`,
    `"serverTime":${jsonTime(nowMs)}`,
    `"reloadConfigSuccess":${info.reloadConfigSuccess}`,
    `"lastConfigTime":${jsonTime(info.lastConfigTimeMs)}`,
    `"corruptionCount":${info.corruptionCount}`,
    `"goroutineCount":${info.taskCount}`,
    `"GOMAXPROCS":${info.cpuCount}`,
    `"GOMEMLIMIT":${info.memoryLimitBytes}`,
    `"GOGC":"","GODEBUG":""`,
    `"storageRetention":${jsonText(info.storageRetention)}`,
  ]
  return `{${fields.join(',')}}`
}

function rowLimit(text: string): number {
  if (text === '') return STATUS_ROWS_DEFAULT
  const limit = wholeNumber(text)
  if (limit === undefined || limit < 1) throw badData('limit must be a positive number')
  if (limit > STATUS_ROWS_MAX) throw badData(`limit must not exceed ${STATUS_ROWS_MAX}`)
  return limit
}

function cardinalityJson(status: Cardinality, limit: number): string {
  const rows = (list: readonly NameCount[]): readonly NameCount[] =>
    list.slice(0, limit).map(({ name, value }) => ({ name, value }))
  return jsonValue({
    headStats: {
      numSeries: status.numSeries,
      numLabelPairs: status.numLabelPairs,
      chunkCount: status.chunkCount,
      minTime: status.minTimeMs,
      maxTime: status.maxTimeMs,
    },
    seriesCountByMetricName: rows(status.seriesCountByMetricName),
    labelValueCountByLabelName: rows(status.labelValueCountByLabelName),
    memoryInBytesByLabelName: rows(status.memoryInBytesByLabelName),
    seriesCountByLabelValuePair: rows(status.seriesCountByLabelValuePair),
  })
}

function costJson(cost: StorageCost): string {
  const { series, activeSeries, samples, diskBytes, memoryBytes, isEstimate } = cost
  return jsonValue({
    series,
    activeSeries,
    samples,
    diskBytes,
    memoryBytes,
    isEstimate,
    minTime: cost.minTimeMs ?? null,
    maxTime: cost.maxTimeMs ?? null,
  })
}

function blocksJson(blocks: readonly BlockInfo[]): string {
  return jsonValue({
    blocks: blocks.map((block) => ({
      ulid: block.ulid,
      minTime: block.minTimeMs,
      maxTime: block.maxTimeMs,
      stats: { numSamples: block.numSamples, numSeries: block.numSeries, numBytes: block.bytes },
      compaction: { level: block.level },
      ...(block.stepMs > 0 ? { downsampling: { stepMs: block.stepMs } } : {}),
      version: 1,
    })),
  })
}
