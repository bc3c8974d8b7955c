// What is scraped and how it went: targets, their metadata, scrape pools, relabelling step by step.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { messageOf, UserError } from '@pharos/base'
import type { RelabelRule } from '@pharos/config'
import { formatDuration, Labels, type Matcher, type Metadata } from '@pharos/model'
import { parseSelector } from '@pharos/promql'
import type { ScrapePoolStatus, TargetStatus } from '@pharos/scrape'
import { answerData, type Payload } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { badData, invalidParameter } from './api-error.ts'
import { globalUrl } from './global-url.ts'
import { jsonLabels, jsonMap, jsonText, jsonTexts, jsonTime } from './json-text.ts'
import { RequestForm, wholeNumber } from './request-form.ts'
import { targetColumnsJson } from './target-columns.ts'

export function registerTargetRoutes(app: FastifyInstance, services: ApiServices): void {
  app.get('/api/v1/targets', async (request, reply) => targets(services, request, reply))
  app.get('/api/v1/targets/columns', async (_request, reply) => targetColumns(services, reply))
  app.get('/api/v1/targets/metadata', async (request, reply) =>
    targetMetadata(services, new RequestForm(request), reply),
  )
  app.get('/api/v1/metadata', async (request, reply) =>
    metricMetadata(services, new RequestForm(request), reply),
  )
  app.get('/api/v1/scrape_pools', async (_request, reply) => {
    const names = services.targets().map((pool) => pool.name)
    return answerData(reply, `{"scrapePools":${jsonTexts(names.sort())}}`)
  })
  app.get('/api/v1/scrape_pools/config', async (request, reply) => {
    const pool = requiredPool(new RequestForm(request))
    const yaml = services.scrapeConfigYaml(pool)
    if (yaml === undefined) throw unknownPool(pool)
    return answerData(reply, `{"yaml":${jsonText(yaml)}}`)
  })
  app.get('/api/v1/targets/relabel_steps', async (request, reply) =>
    relabelSteps(services, new RequestForm(request), reply),
  )
}

function targets(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Payload {
  const form = new RequestForm(request)
  const wantedPool = form.getFromUrl('scrapePool')
  const state = form.getFromUrl('state').toLowerCase()
  const isAll = state === '' || state === 'any'
  // Ours: the targets of one address.
  const wantedUrl = form.getFromUrl('scrapeUrl')
  const pools = sortedPools(services)
  const shown = pools.filter((pool) => wantedPool === '' || pool.name === wantedPool)
  const active =
    isAll || state === 'active'
      ? shown.flatMap((pool) =>
          pool.active
            .filter(({ scrapeUrl }) => wantedUrl === '' || scrapeUrl === wantedUrl)
            .map((target) => targetJson(pool.name, target, services)),
        )
      : []
  const dropsShown = isAll || state === 'dropped'
  const dropped = dropsShown ? shown.flatMap(droppedJson) : []
  // The counts are of all pools, also when one is asked for, and null when they are not asked for.
  const counts = dropsShown ? droppedCountsJson(pools) : 'null'
  return answerData(
    reply,
    `{"activeTargets":[${active.join(',')}],"droppedTargets":[${dropped.join(',')}],"droppedTargetCounts":${counts}}`,
  )
}

function sortedPools(services: ApiServices): ScrapePoolStatus[] {
  return [...services.targets()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function droppedCountsJson(pools: readonly ScrapePoolStatus[]): string {
  return jsonMap(pools.map((pool) => [pool.name, String(pool.droppedCount)]))
}

/** Ours: what a list of all active targets shows, see `target-columns.ts`. */
function targetColumns(services: ApiServices, reply: FastifyReply): Payload {
  const pools = sortedPools(services)
  const shown = pools.filter(({ active }) => active.length > 0)
  return answerData(
    reply,
    `{"pools":[${shown.map(targetColumnsJson).join(',')}],"droppedTargetCounts":${droppedCountsJson(pools)}}`,
  )
}

function targetJson(pool: string, target: TargetStatus, services: ApiServices): string {
  const url = globalUrl(target.scrapeUrl, services.externalUrl, services.listenAddress)
  const fields = [
    `"discoveredLabels":${jsonLabels(target.discoveredLabels)}`,
    `"labels":${jsonLabels(target.labels)}`,
    `"scrapePool":${jsonText(pool)}`,
    `"scrapeUrl":${jsonText(target.scrapeUrl)}`,
    `"globalUrl":${jsonText(url)}`,
    `"lastError":${jsonText(target.lastError)}`,
    `"lastScrape":${jsonTime(target.lastScrapeMs)}`,
    `"lastScrapeDuration":${target.lastScrapeDurationMs / 1000}`,
    `"health":"${target.health}"`,
    `"scrapeInterval":"${formatDuration(target.scrapeIntervalMs)}"`,
    `"scrapeTimeout":"${formatDuration(target.scrapeTimeoutMs)}"`,
  ]
  // Ours, and only when there is something to say.
  if (target.offendingSeries !== '')
    fields.push(`"lastErrorSeries":${jsonText(target.offendingSeries)}`)
  if (target.quarantine !== undefined) {
    const { reason, untilMs } = target.quarantine
    fields.push(`"quarantine":{"reason":${jsonText(reason)},"until":${jsonTime(untilMs)}}`)
  }
  return `{${fields.join(',')}}`
}

function droppedJson(pool: ScrapePoolStatus): string[] {
  return pool.dropped.map(({ discoveredLabels, reason }) => {
    // The reason is ours; whoever knows the reference's two fields passes over it.
    const why = reason === '' ? '' : `,"reason":${jsonText(reason)}`
    return `{"discoveredLabels":${jsonLabels(discoveredLabels)},"scrapePool":${jsonText(pool.name)}${why}}`
  })
}

/** −1 when the parameter is missing. */
function numberParameter(form: RequestForm, name: string): number {
  const text = form.get(name)
  if (text === '') return -1
  const value = wholeNumber(text)
  if (value === undefined) throw badData(`${name} must be a number`)
  return value
}

function targetMetadata(
  services: ApiServices,
  form: RequestForm,
  reply: FastifyReply,
): FastifyReply | Payload {
  const limit = numberParameter(form, 'limit')
  const matchers = targetMatchers(form.get('match_target'))
  const metric = form.get('metric')
  const rows: string[] = []
  for (const { target, family, metadata } of services.metadata()) {
    if (limit >= 0 && rows.length >= limit) break
    if (target === undefined || (metric !== '' && family !== metric)) continue
    if (!matchers.every((matcher) => matcher.matches(target.get(matcher.name)))) continue
    const name = metric === '' ? `"metric":${jsonText(family)},` : ''
    const { type, help, unit } = metadata
    rows.push(
      `{"target":${jsonLabels(target)},${name}"type":"${type}","help":${jsonText(help)},"unit":${jsonText(unit)}}`,
    )
  }
  return answerData(reply, `[${rows.join(',')}]`)
}

function targetMatchers(text: string): readonly Matcher[] {
  if (text === '') return []
  try {
    return parseSelector(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw invalidParameter('match_target', error.message)
  }
}

function metricMetadata(
  services: ApiServices,
  form: RequestForm,
  reply: FastifyReply,
): FastifyReply | Payload {
  const limit = numberParameter(form, 'limit')
  const limitPerMetric = numberParameter(form, 'limit_per_metric')
  const metric = form.get('metric')
  const families = new Map<string, Set<string>>()
  for (const { family, metadata } of services.metadata()) {
    if (metric !== '' && family !== metric) continue
    const known = families.get(family) ?? new Set()
    if (limitPerMetric > 0 && known.size >= limitPerMetric) continue
    families.set(family, known.add(metadataJson(metadata)))
  }
  const shown = [...families].slice(0, limit < 0 ? undefined : limit)
  return answerData(reply, jsonMap(shown.map(([name, set]) => [name, `[${[...set].join(',')}]`])))
}

function metadataJson({ type, unit, help }: Metadata): string {
  return `{"type":"${type}","unit":${jsonText(unit)},"help":${jsonText(help)}}`
}

function requiredPool(form: RequestForm): string {
  const pool = form.get('scrapePool')
  if (pool === '') throw badData('no scrapePool parameter provided')
  return pool
}

function unknownPool(pool: string): Error {
  return badData(`error retrieving scrape config: scrape pool ${JSON.stringify(pool)} not found`)
}

function relabelSteps(
  services: ApiServices,
  form: RequestForm,
  reply: FastifyReply,
): FastifyReply | Payload {
  const pool = requiredPool(form)
  const text = form.get('labels')
  if (text === '') throw badData('no labels parameter provided')
  let labels = labelsFromJson(text)
  const rules = services.relabelRules(pool)
  if (rules === undefined) throw unknownPool(pool)
  let keep = true
  const steps: string[] = []
  for (const rule of rules) {
    const next: Labels | undefined = keep ? rule.apply(labels) : undefined
    keep = next !== undefined
    labels = next ?? Labels.EMPTY
    steps.push(`{"rule":${ruleJson(rule)},"output":${jsonLabels(labels)},"keep":${keep}}`)
  }
  return answerData(reply, `{"steps":[${steps.join(',')}]}`)
}

function labelsFromJson(text: string): Labels {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw badData(`error parsing labels: ${messageOf(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badData('error parsing labels: wants an object of texts')
  const pairs: [string, string][] = []
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== 'string') throw badData('error parsing labels: wants an object of texts')
    pairs.push([name, field])
  }
  return Labels.of(pairs)
}

/** A rule as it would stand in the configuration, fields that say nothing left out. */
function ruleJson(rule: RelabelRule): string {
  const fields = [
    ...(rule.sourceLabels.length === 0 ? [] : [`"source_labels":${jsonTexts(rule.sourceLabels)}`]),
    ...(rule.separator === '' ? [] : [`"separator":${jsonText(rule.separator)}`]),
    `"regex":${jsonText(rule.regex)}`,
    ...(rule.modulus === 0 ? [] : [`"modulus":${rule.modulus}`]),
    ...(rule.targetLabel === '' ? [] : [`"target_label":${jsonText(rule.targetLabel)}`]),
    ...(rule.replacement === '' ? [] : [`"replacement":${jsonText(rule.replacement)}`]),
    `"action":"${rule.action}"`,
  ]
  return `{${fields.join(',')}}`
}
