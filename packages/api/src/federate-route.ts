// /federate: the latest sample of every selected series, for another server to scrape.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import {
  compareText,
  escapeName,
  formatShortest,
  isSample,
  isStale,
  type Labels,
  METRIC_NAME,
  type Matcher,
} from '@pharos/model'
import { parseSelector, type Querier, type SeriesGroup } from '@pharos/promql'
import type { ApiServices } from './api-services.ts'
import { RequestForm } from './request-form.ts'

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'

export function registerFederateRoute(app: FastifyInstance, services: ApiServices): void {
  app.get('/federate', async (request, reply) => federate(services, request, reply))
}

interface Latest {
  readonly labels: Labels
  readonly timeMs: number
  readonly value: number
}

async function federate(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let sets: (readonly Matcher[])[]
  try {
    sets = new RequestForm(request).all('match[]').map((text) => parseSelector(text))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return reply
      .code(400)
      .header('Content-Type', 'text/plain; charset=utf-8')
      .send(`${error.message}\n`)
  }
  const endMs = services.clock.now()
  const startMs = endMs - services.lookbackMs
  const found = new Map<string, Latest>()
  const querier = services.queryable.querier(startMs, endMs)
  try {
    for (const matchers of sets) await collect(querier, matchers, startMs, endMs, found)
  } finally {
    querier.close()
  }
  return reply
    .header('Content-Type', TEXT_TYPE)
    .send(exposition([...found.values()], services.externalLabels()))
}

async function collect(
  querier: Querier,
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
  found: Map<string, Latest>,
): Promise<void> {
  const hints = { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
  const { groups } = await querier.select(matchers, hints)
  for (const group of groups) {
    const values = new Float64Array(group.times.length)
    for (let series = 0; series < group.seriesCount; series++) {
      const labels = group.labels(series)
      const latest = latestOf(group, series, values, startMs, endMs)
      if (latest !== undefined) found.set(labels.key, { labels, ...latest })
    }
  }
}

/** Undefined when the series has ended, or its latest sample is a histogram, which this format has no room for. */
function latestOf(
  group: SeriesGroup,
  series: number,
  values: Float64Array,
  startMs: number,
  endMs: number,
): { timeMs: number; value: number } | undefined {
  group.readValues(series, values)
  for (let i = values.length - 1; i >= 0; i--) {
    const timeMs = group.times[i]!
    const value = values[i]!
    if (timeMs > endMs) continue
    if (timeMs < startMs || isStale(value)) return undefined
    if (isSample(value)) return { timeMs, value }
  }
  return undefined
}

function exposition(all: readonly Latest[], external: Labels): string {
  // Among names in order, series stay in the order of their labels.
  const named = all.filter(({ labels }) => labels.has(METRIC_NAME))
  named.sort((a, b) => compareText(sortKey(a.labels), sortKey(b.labels)))
  const added = new Map<string, string>(external)
  if (!added.has('instance')) added.set('instance', '')
  const addedNames = [...added.keys()].sort(compareText)
  let text = ''
  let family = ''
  for (const { labels, timeMs, value } of named) {
    const name = escapeName(labels.get(METRIC_NAME), 'underscores')
    if (name !== family) text += `# TYPE ${name} untyped\n`
    family = name
    const pairs: string[] = []
    for (const [label, labelValue] of labels)
      if (label !== METRIC_NAME) pairs.push(pairText(label, labelValue))
    for (const label of addedNames)
      if (!labels.has(label)) pairs.push(pairText(label, added.get(label)!))
    text += `${name}{${pairs.join(',')}} ${formatShortest(value)} ${timeMs}\n`
  }
  return text
}

function sortKey(labels: Labels): string {
  return `${labels.get(METRIC_NAME)}\u0000${labels.flat.join('\u0000')}`
}

function pairText(name: string, value: string): string {
  const escaped = value.replace(/[\\\n"]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))
  return `${escapeName(name, 'underscores')}="${escaped}"`
}
