import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { createHttpServer } from '@pharos/http'
import { Labels } from '@pharos/model'
import { createEngine } from '@pharos/promql'
import { MemoryStore } from '@pharos/promql/testing'
import { expect, test } from 'vitest'
import type { ApiServices } from './api-services.ts'
import { registerApi } from './register-api.ts'

async function get(path: string): Promise<Record<string, unknown>> {
  const clock = new SimClock(590_000)
  const store = new MemoryStore()
  for (const job of ['a', 'b'])
    for (let t = 0; t < 60; t++)
      store.append(Labels.from({ __name__: 'x_total', job }), t * 10_000, t)
  const features = new Set(['promql-per-step-stats'])
  const engine = createEngine(store, {
    lookbackMs: 300_000,
    timeoutMs: 60_000,
    maxSamples: 1000,
    defaultSubqueryStepMs: 60_000,
    features,
    clock,
  })
  const server = createHttpServer({ log: silentLogger, clock, address: ':0', allowedHosts: 'any' })
  const services: Partial<ApiServices> = {
    engine,
    queryable: store,
    metadata: () => [
      {
        scrapePool: '',
        target: Labels.EMPTY,
        family: 'x_total',
        metadata: { type: 'counter', help: '', unit: '' },
      },
    ],
    clock,
    features,
    queryTimeoutMs: 60_000,
    readiness: () => 'ready',
  }
  // The routes that are asked here need no more than this.
  registerApi(server.app, services as ApiServices)
  const reply = await server.app.inject({ url: `/api/v1/${path}` })
  return reply.json()
}

test('query_explain answers the tree with the text of each node', async () => {
  const query = encodeURIComponent('sum by (job) (rate(x_total{job=~"a|b"}[1m]))')
  const answer = await get(`query_explain?query=${query}&start=300&end=360&step=30`)
  expect(answer).toMatchObject({
    status: 'success',
    data: {
      query: 'sum by (job) (rate(x_total{job=~"a|b"}[1m]))',
      resultType: 'matrix',
      resultSeries: 2,
      stats: { samples: { totalQueryableSamples: 36 } },
      tree: {
        type: 'aggregation',
        name: 'sum by (job)',
        position: { start: 0, end: 44 },
        series: 2,
        points: 6,
        children: [
          {
            type: 'call',
            text: 'rate(x_total{job=~"a|b"}[1m])',
            samples: 36,
            labels: { job: 2 },
            children: [
              {
                type: 'rangeSelector',
                text: 'x_total{job=~"a|b"}[1m]',
                children: [
                  {
                    type: 'selector',
                    series: 2,
                    select: {
                      func: 'rate',
                      rangeMs: 60_000,
                      matchers: ['job=~"a|b"', '__name__="x_total"'],
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    },
  })
  expect(await get('query_explain?query=1')).toMatchObject({
    data: { resultType: 'scalar', tree: { type: 'number' } },
  })
  expect(await get('query_explain?query=%28')).toMatchObject({ errorType: 'bad_data' })
})

test('statistics by step are pairs of time and count, and come only with stats=all', async () => {
  const range = 'query_range?query=x_total&start=300&end=360&step=30'
  expect(await get(`${range}&stats=all`)).toMatchObject({
    data: {
      stats: {
        samples: {
          totalQueryableSamplesPerStep: [
            [300, 2],
            [330, 2],
            [360, 2],
          ],
          totalQueryableSamples: 6,
          samplesReadPerStep: [
            [300, 2],
            [330, 2],
            [360, 2],
          ],
          samplesRead: 6,
          peakSamples: 6,
        },
      },
    },
  })
  expect(JSON.stringify(await get(`${range}&stats=true`))).not.toContain('PerStep')
})

test('lint answers what the data of the last hour show', async () => {
  const codes = async (query: string) => {
    const { data } = await get(`lint?query=${encodeURIComponent(query)}`)
    return (data as { code: string }[]).map(({ code }) => code)
  }
  expect(await codes('sum(x_total)')).toEqual(['counter-without-rate'])
  expect(await codes('rate(x_totl[5m])')).toEqual(['unknown-metric'])
  expect(await codes('rate(x_total{job="c"}[30s])')).toEqual([
    'range-too-short',
    'label-never-matches',
  ])
  expect(await codes('rate(x_total{job="a"}[1m])')).toEqual([])
  expect(await get('lint?query=%28')).toMatchObject({ errorType: 'bad_data' })
})
