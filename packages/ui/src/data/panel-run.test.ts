import { loadDashboard, type Panel, Variables } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import {
  askedQueries,
  type PanelMemory,
  panelRange,
  type PanelQuestion,
  runPanel,
} from './panel-run.ts'
import type { BatchQuery } from './query-batch.ts'

function question(panel: unknown, rest: Partial<PanelQuestion> = {}): PanelQuestion {
  const { dashboard } = loadDashboard({
    title: 't',
    schemaVersion: 39,
    panels: [panel],
    templating: {
      list: [
        {
          type: 'custom',
          name: 'job',
          query: 'a,b',
          multi: true,
          current: { value: ['a', 'b'], text: ['a', 'b'] },
        },
      ],
    },
  })
  return {
    panel: dashboard.panels[0]!,
    variables: Variables.of(dashboard),
    values: new Map(),
    range: { fromMs: 0, toMs: 3_600_000 },
    rawRange: { from: 'now-1h', to: 'now' },
    maxDataPoints: 600,
    scrapeIntervalMs: 15_000,
    withFilters: (expr) => expr,
    ...rest,
  }
}

const panel = (targets: object[], rest: Partial<Panel> = {}) => ({
  id: 1,
  type: 'timeseries',
  targets,
  ...rest,
})

test('variables and the step are filled in, times lie on multiples of the step', () => {
  const [asked] = askedQueries(
    question(panel([{ refId: 'A', expr: 'rate(up{job=~"$job"}[$__rate_interval])' }]), {
      range: { fromMs: 7_000, toMs: 3_607_000 },
    }),
  )
  expect(asked?.query).toEqual({
    query: 'rate(up{job=~"(a|b)"}[1m])',
    start: 0,
    end: 3600,
    step: 15,
  })
})

test('hidden targets, empty ones and those of other data sources ask nothing', () => {
  const targets = [
    { refId: 'A', expr: 'up', hide: true },
    { refId: 'B', expr: ' ' },
    { refId: 'C', expr: '{app="x"}', datasource: { type: 'loki', uid: 'l' } },
  ]
  expect(askedQueries(question(panel(targets)))).toEqual([])
})

test('a table asks for one moment, a target that wants both asks twice', () => {
  const kinds = (target: object, type = 'timeseries') =>
    askedQueries(question(panel([{ refId: 'A', expr: 'up', ...target }], { type }))).map(
      ({ query }) => ('time' in query ? 'instant' : 'range'),
    )
  expect(kinds({ format: 'table' }, 'table')).toEqual(['instant'])
  expect(kinds({ instant: true, range: false })).toEqual(['instant'])
  expect(kinds({ instant: true, range: true })).toEqual(['instant', 'range'])
  expect(kinds({ instant: false, range: true }, 'table')).toEqual(['range'])
  expect(kinds({})).toEqual(['range'])
})

test('the least step is that of the target, then of the panel, then of scraping', () => {
  const step = (target: object, rest: Partial<Panel> = {}) => {
    const [asked] = askedQueries(question(panel([{ refId: 'A', expr: 'up', ...target }], rest)))
    return asked !== undefined && 'step' in asked.query ? asked.query.step : undefined
  }
  expect(step({})).toBe(15)
  expect(step({}, { interval: '1m' })).toBe(60)
  expect(step({ interval: '5m' }, { interval: '1m' })).toBe(300)
})

test('the second time only the tail is asked for, and the whole range is shown', async () => {
  const sent: BatchQuery[] = []
  const batcher = {
    ask(query: BatchQuery) {
      sent.push(query)
      const { start, end, step } = query as { start: number; end: number; step: number }
      const values: [number, string][] = []
      for (let t = start; t <= end; t += step) values.push([t, String(t)])
      return Promise.resolve({
        data: { resultType: 'matrix' as const, result: [{ metric: {}, values }] },
        warnings: [],
        infos: [],
      })
    },
  }
  const memory: PanelMemory = new Map()
  const { signal } = new AbortController()
  const first = question(panel([{ refId: 'A', expr: 'up' }]))
  await runPanel(batcher, first, memory, signal)
  const moved = { ...first, range: { fromMs: 60_000, toMs: 3_660_000 } }
  const answer = await runPanel(batcher, moved, memory, signal)
  expect(sent.map((query) => ('start' in query ? query.start : undefined))).toEqual([0, 3555])
  const times = answer.frames[0]!.fields[0]!.values as Float64Array
  expect([times.length, times[0], times.at(-1)]).toEqual([241, 60_000, 3_660_000])
})

test("a panel may show another range than its dashboard's", () => {
  const { panel: own } = question(panel([], { timeFrom: '5m', timeShift: '1h' }))
  expect(panelRange(own, { fromMs: 0, toMs: 1 }, 10_000_000)).toEqual({
    fromMs: 10_000_000 - 300_000 - 3_600_000,
    toMs: 10_000_000 - 3_600_000,
  })
})
