// Whole dashboards, old and new: they load, their variables fill in, and what is stored is written back as it was.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Panel } from './dashboard.ts'
import { gridLayout } from './layout/grid-layout.ts'
import { loadCurrent, needsMigration } from './load-current.ts'
import { loadDashboard } from './load-dashboard.ts'
import { exportText } from './store/dashboard-text.ts'
import { Variables } from './variables/variables.ts'
import type { VariableSource } from './variables/variable.ts'

const OWN = new URL('testdata/', import.meta.url)
const COMMUNITY = new URL('../../../../shared/conformance/grafana/', import.meta.url)

const filesIn = (directory: URL): URL[] =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => new URL(name, directory))
    : []

const own = filesIn(OWN)
const community = filesIn(COMMUNITY)
const read = (file: URL): string => readFileSync(file, 'utf8')
const nameOf = (file: URL): string => file.pathname.split('/').at(-1)!

/** A source that always has something. */
const SOURCE: VariableSource = {
  labelNames: async () => ['job', 'instance'],
  labelValues: async (label) => [`${label}-1:9100`, `${label}-2:9100`],
  series: async () => [{ __name__: 'up', job: 'x' }],
  query: async () => ({
    resultType: 'vector',
    result: [{ metric: { __name__: 'up', instance: 'a:1' }, value: [1, '1'] }],
  }),
}

const DATA_SOURCES = [{ uid: 'pharos', name: 'Pharos', type: 'prometheus', isDefault: true }]
const RANGE = { fromMs: 1_700_000_000_000, toMs: 1_700_003_600_000 }

/** Every query and variable of a file that something in it stays unfilled of. */
async function unresolvedIn(file: URL): Promise<string[]> {
  const { dashboard } = loadDashboard(JSON.parse(read(file)))
  const variables = await Variables.of(dashboard, { dataSources: DATA_SOURCES }).load(SOURCE, {
    range: RANGE,
  })
  const scope = { range: RANGE, rawRange: dashboard.time, stepMs: 15_000, scrapeIntervalMs: 15_000 }
  const all = dashboard.panels.flatMap((panel): Panel[] => [panel, ...(panel.panels ?? [])])
  const texts = all.flatMap((panel) => [
    panel.title,
    ...panel.targets.flatMap(({ expr, legendFormat, datasource }) => [
      expr ?? '',
      legendFormat ?? '',
      datasource?.uid ?? '',
    ]),
    panel.datasource?.uid ?? '',
  ])
  return texts.flatMap((text) =>
    variables.unresolvedIn(text, scope).map((one) => `${nameOf(file)}: ${one} in ${text}`),
  )
}

test('no dashboard here has a variable that stays unresolved', async () => {
  const wrong = (await Promise.all(own.map(unresolvedIn))).flat()
  expect(own.length).toBeGreaterThanOrEqual(20)
  expect(wrong).toEqual([])
})

test.skipIf(community.length === 0)(
  'the community’s dashboards have no unresolved variable and no problem',
  async () => {
    const wrong = (await Promise.all(community.map(unresolvedIn))).flat()
    expect(wrong).toEqual([])
    for (const file of community)
      expect(loadDashboard(JSON.parse(read(file))).problems, nameOf(file)).toEqual([])
  },
)

test.skipIf(community.length === 0)('Node Exporter Full has its 125 panels in 16 rows', () => {
  const file = community.find((one) => nameOf(one) === 'node-exporter-full.json')!
  const { dashboard } = loadDashboard(JSON.parse(read(file)))
  const all = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  expect(all.filter(({ type }) => type === 'row')).toHaveLength(16)
  expect(all.filter(({ type }) => type !== 'row')).toHaveLength(125)
  expect(all.flatMap(({ targets }) => targets)).toHaveLength(286)
})

test('what was only looked at is written back byte for byte', () => {
  for (const file of [...own, ...community]) {
    const text = read(file)
    const before = JSON.stringify(JSON.parse(text))
    const parsed: unknown = JSON.parse(text)
    loadDashboard(parsed)
    expect(JSON.stringify(parsed), nameOf(file)).toBe(before)
    expect(exportText(text, parsed), nameOf(file)).toBe(text)
  }
})

test('a file that needs no migration loads the same without the code for old forms', () => {
  const all = [...own, ...community].map((file) => ({
    file,
    json: JSON.parse(read(file)) as unknown,
  }))
  const current = all.filter(({ json }) => !needsMigration(json))
  expect(current.length).toBeGreaterThan(0)
  expect(current.length).toBeLessThan(all.length)
  for (const { file, json } of current)
    expect(loadCurrent(json), nameOf(file)).toEqual(loadDashboard(json))
})

test('one old form in an otherwise new file is found', () => {
  const withPanel = (panel: object): boolean =>
    needsMigration({ schemaVersion: 41, panels: [{ type: 'row', panels: [panel] }] })
  const defaults = (value: object): object => ({ type: 'stat', fieldConfig: { defaults: value } })
  expect(withPanel({ type: 'graph' })).toBe(true)
  expect(withPanel({ type: 'heatmap', yAxis: { format: 's' } })).toBe(true)
  expect(withPanel({ type: 'text', content: '# hi' })).toBe(true)
  expect(withPanel({ type: 'stat', options: { fieldOptions: { calcs: ['mean'] } } })).toBe(true)
  expect(withPanel(defaults({ mappings: [{ type: 1, value: '0', text: 'down' }] }))).toBe(true)
  expect(withPanel(defaults({ custom: { displayMode: 'basic' } }))).toBe(true)
  expect(withPanel(defaults({ mappings: [{ type: 'value', options: {} }] }))).toBe(false)
  expect(needsMigration({ dashboard: { rows: [{ panels: [] }] } })).toBe(true)
  expect(needsMigration({ spec: { elements: {}, layout: {} } })).toBe(true)
  expect(needsMigration(undefined)).toBe(false)
})

test('after an edit a file keeps its own style', () => {
  const file = own.find((one) => nameOf(one) === 'chinese.json')!
  const text = read(file)
  const edited = { ...(JSON.parse(text) as object), title: '新标题' }
  expect(exportText(text, edited)).toBe(text.replace('主机监控', '新标题'))
})

test('no panel overlaps another one', async () => {
  for (const file of [...own, ...community]) {
    const { dashboard } = loadDashboard(JSON.parse(read(file)))
    const { panels } = gridLayout(dashboard, Variables.of(dashboard), { collapsed: new Map() })
    const taken = new Set<string>()
    for (const { at } of panels) {
      for (let x = at.x; x < at.x + at.w; x++)
        for (let y = at.y; y < at.y + at.h; y++) {
          expect(taken.has(`${x} ${y}`), nameOf(file)).toBe(false)
          taken.add(`${x} ${y}`)
        }
    }
  }
})

function loadedOwn(name: string): ReturnType<typeof loadDashboard>['dashboard'] {
  return loadDashboard(JSON.parse(read(new URL(`${name}.json`, OWN)))).dashboard
}

test('rows of spans become rows of a grid', () => {
  const { panels, graphTooltip } = loadedOwn('schema-14-rows')
  expect(graphTooltip).toBe(1)
  expect(panels.map(({ type, gridPos: { x, y, w, h } }) => [type, x, y, w, h])).toEqual([
    ['row', 0, 0, 24, 1],
    ['timeseries', 0, 1, 12, 7],
    ['timeseries', 12, 1, 12, 7],
    ['row', 0, 8, 24, 1],
  ])
  expect(panels[3]!.panels?.map(({ title }) => title)).toEqual(['Hidden'])
})

test('a graph becomes a time series with its axes, legend and overrides', () => {
  const [, , stacked] = loadedOwn('schema-14-rows').panels
  const { defaults, overrides } = stacked!.fieldConfig
  expect(defaults).toMatchObject({
    unit: 'bytes',
    min: 0,
    custom: { lineWidth: 2, fillOpacity: 10, stacking: { mode: 'percent' } },
  })
  expect(stacked!.options).toMatchObject({
    legend: {
      displayMode: 'table',
      placement: 'right',
      calcs: ['max', 'mean', 'lastNotNull'],
      sortBy: 'lastNotNull',
    },
    tooltip: { mode: 'multi', sort: 'desc' },
  })
  expect(
    overrides.map(({ matcher, properties }) => [
      matcher.id,
      matcher.options,
      properties.map(({ id }) => id),
    ]),
  ).toEqual([
    ['byName', 'a', ['color']],
    [
      'byRegexp',
      '/idle/',
      ['custom.fillOpacity', 'custom.axisPlacement', 'unit', 'custom.lineStyle'],
    ],
    ['byName', 'user', ['color', 'custom.transform', 'custom.stacking']],
  ])
})

test('a singlestat becomes a stat or a gauge', () => {
  const [gauge, value, total, name] = loadedOwn('schema-15-singlestat').panels
  expect([gauge, value, total, name].map((panel) => panel!.type)).toEqual([
    'gauge',
    'stat',
    'stat',
    'stat',
  ])
  expect(gauge!.fieldConfig.defaults).toMatchObject({
    unit: 'percent',
    min: 0,
    max: 100,
    noValue: 'none',
  })
  expect(gauge!.fieldConfig.defaults.thresholds?.steps.map(({ value: from }) => from)).toEqual([
    null,
    50,
    80,
  ])
  expect(value!.fieldConfig.defaults).toMatchObject({
    unit: 'suffix:jobs',
    mappings: [{ type: 'range' }],
  })
  expect(value!.options).toMatchObject({
    colorMode: 'background',
    graphMode: 'area',
    reduceOptions: { calcs: ['lastNotNull'] },
  })
  expect(total!.options).toMatchObject({ reduceOptions: { calcs: ['sum'] } })
  expect(name!.options).toMatchObject({ textMode: 'name' })
})

test('v2 dashboards become classic ones', () => {
  const grid = loadedOwn('v2-grid')
  expect([grid.uid, grid.title, grid.refresh, grid.graphTooltip]).toEqual([
    'v2grid',
    'V2 grid',
    '30s',
    1,
  ])
  expect(grid.panels[0]).toMatchObject({
    id: 1,
    type: 'timeseries',
    repeat: 'job',
    interval: '10s',
    gridPos: { x: 0, y: 0, w: 12, h: 8 },
  })
  expect(grid.panels[0]!.targets[0]).toMatchObject({
    refId: 'A',
    expr: 'up{job=~"$job",env="$env",x="$text"}',
  })
  expect(
    grid.templating.list.map(({ type, name, hide, refresh }) => [type, name, hide, refresh]),
  ).toEqual([
    ['query', 'job', 0, 2],
    ['custom', 'env', 1, undefined],
    ['datasource', 'ds', 2, undefined],
    ['textbox', 'text', 0, undefined],
    ['interval', 'step', 0, undefined],
  ])
  const rows = loadedOwn('v2-rows')
  expect(rows.panels.map(({ type, title }) => [type, title])).toEqual([
    ['row', 'One'],
    ['stat', 'A'],
    ['row', 'Two'],
  ])
  expect(rows.panels[2]!.panels?.map(({ title }) => title)).toEqual(['B', 'C'])
})

test('inputs, wrappers and library panels are resolved', () => {
  const exported = loadedOwn('export-inputs')
  expect(JSON.stringify(exported)).not.toMatch(/\$\{(DS|VAR)_/)
  expect(exported.panels[0]).toMatchObject({
    datasource: { uid: 'pharos' },
    targets: [{ expr: 'rate(up[5m])' }],
  })
  expect(loadedOwn('api-wrapper')).toMatchObject({ uid: 'wrapped', title: 'Wrapped' })
  expect(loadedOwn('library-panels').panels[0]).toMatchObject({
    id: 1,
    type: 'timeseries',
    title: 'From library',
  })
})

test('an unknown panel keeps all it holds, and one without a type is told', () => {
  const { dashboard, problems } = loadDashboard(
    JSON.parse(read(new URL('unknown-panels.json', OWN))),
  )
  expect(dashboard.panels[0]).toMatchObject({ somePluginKey: { deep: [1, 2, { x: null }] } })
  expect(dashboard['customKey']).toEqual({ kept: true })
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['dashboards/panel-type', 'panels[2]'],
  ])
})

test('a hostile dashboard changes no prototype, and its values do not leave their quotes', () => {
  const dashboard = loadedOwn('hostile')
  const variables = Variables.of(dashboard)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(variables.interpolateQuery(dashboard.panels[0]!.targets[0]!.expr!)).toBe(
    'up{a="a\\"} or up{b=\\""}',
  )
  for (const junk of [
    null,
    1,
    'x',
    [],
    [null],
    { panels: 5 },
    { panels: [null, 1, []] },
    { rows: [{ panels: 'x' }] },
    { elements: {}, layout: {} },
    { templating: [] },
  ])
    expect(() => loadDashboard(junk), JSON.stringify(junk)).not.toThrow()
})
