// Dashboards in a real browser, over live data of this machine: dashboards of the community, import, editing, links.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import {
  type JsonObject,
  loadDashboard,
  type TimeRange,
  Variables,
  withInputs,
} from '@pharos/dashboards'
import { beforeAll, expect, test } from 'vitest'
import { instant } from '../e2e/query.ts'
import { axe, hasBrowser, lookName, LOOKS, overflow, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const

const site = siteOf('up', {
  config: ({ node }) => `global: {scrape_interval: 2s}
scrape_configs:
  - job_name: node
    static_configs: [{targets: ['${node}']}]
`,
  seen: ['node_load1', 5],
})

beforeAll(async () => {
  if (!hasBrowser) return
  await save({ ...KINDS, uid: 'kinds' })
  await save({ ...HOSTILE, uid: 'hostile' })
})

async function save(dashboard: object): Promise<void> {
  const response = await fetch(`${site.base}/api/dashboards/db`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard, overwrite: true }),
  })
  expect(response.status, await response.text()).toBe(200)
}

const panel = (id: number, type: string, title: string, expr: string, rest: object = {}) => ({
  id,
  type,
  title,
  gridPos: { x: ((id - 1) % 3) * 8, y: Math.floor((id - 1) / 3) * 7, w: 8, h: 7 },
  targets: [{ refId: 'A', expr, ...(type === 'table' ? { format: 'table', instant: true } : {}) }],
  fieldConfig: { defaults: {}, overrides: [] },
  options: {},
  ...rest,
})

const KINDS = {
  title: 'Every kind',
  schemaVersion: 41,
  time: { from: 'now-5m', to: 'now' },
  templating: {
    list: [
      {
        type: 'query',
        name: 'mode',
        label: 'Mode',
        query: 'label_values(node_cpu_seconds_total, mode)',
        multi: true,
        includeAll: true,
        current: { text: ['All'], value: ['$__all'] },
      },
    ],
  },
  panels: [
    panel(1, 'timeseries', 'CPU', 'sum by (mode) (node_cpu_seconds_total{mode=~"$mode"})'),
    panel(2, 'stat', 'CPUs', 'count(node_cpu_seconds_total{mode="idle"})'),
    panel(3, 'gauge', 'Memory', '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes', {
      fieldConfig: { defaults: { unit: 'percentunit', min: 0, max: 1 }, overrides: [] },
    }),
    panel(4, 'bargauge', 'Modes', 'sum by (mode) (node_cpu_seconds_total)'),
    panel(5, 'table', 'Filesystems', 'node_filesystem_size_bytes'),
    panel(6, 'piechart', 'Shares', 'sum by (mode) (node_cpu_seconds_total)'),
    panel(7, 'state-timeline', 'Up', 'up'),
    panel(8, 'status-history', 'Scrapes', 'up'),
    panel(9, 'barchart', 'Bars', 'sum by (mode) (node_cpu_seconds_total)'),
    panel(10, 'histogram', 'Spread', 'node_load1'),
    panel(11, 'heatmap', 'Heat', 'node_load1', { options: { calculate: true } }),
    panel(12, 'text', 'Notes', '', { options: { mode: 'markdown', content: '# Notes' } }),
    panel(13, 'somebody-elses-panel', 'Foreign', 'up'),
  ],
}

const EVIL =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><a href="javascript:window.hacked=1">x</a><svg onload="window.hacked=1">'
const HOSTILE = {
  title: `Hostile ${EVIL}`,
  schemaVersion: 41,
  time: { from: 'now-5m', to: 'now' },
  panels: [
    panel(1, 'text', EVIL, '', { options: { mode: 'html', content: EVIL } }),
    panel(2, 'text', 'Markdown', '', {
      options: { mode: 'markdown', content: `${EVIL} [x](javascript:window.hacked=1)` },
    }),
    panel(3, 'stat', EVIL, 'up', {
      description: EVIL,
      links: [{ title: EVIL, url: 'javascript:window.hacked=1' }],
      fieldConfig: {
        defaults: {
          displayName: EVIL,
          unit: EVIL,
          links: [{ title: 'x', url: 'javascript:window.hacked=1' }],
        },
        overrides: [],
      },
    }),
    panel(4, 'table', 'T', `label_replace(up, "evil", ${JSON.stringify(EVIL)}, "", "")`),
    panel(5, '__proto__', 'P', 'up'),
    panel(6, 'timeseries', 'S', `label_replace(up, "evil", ${JSON.stringify(EVIL)}, "", "")`),
  ],
}

/** Waits until no panel in the window is loading. */
/** A panel's dot is there until it is drawn. */
async function settled(page: Page, wait: { timeout: number } = SLOW): Promise<void> {
  await page.locator('.dash-panel').first().waitFor(SLOW)
  await expect.poll(() => page.locator('.loading-dot').count(), wait).toBe(0)
  await page.waitForLoadState('networkidle')
}

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`dashboards are sound: ${lookName(look)}`, async () => {
    const { context, page, faults } = await site.open(look)
    const wrong: string[] = []
    for (const [name, path] of [
      ['dashboards', '/dashboards'],
      ['dashboard-import', '/dashboard/import'],
      ['dashboard-kinds', '/d/kinds/every-kind'],
      ['panel-editor', '/d/kinds/every-kind?editPanel=1'],
    ] as const) {
      await page.goto(site.base + path)
      await page.locator('main h1, main h2').first().waitFor(SLOW)
      await page.waitForLoadState('networkidle')
      if (name.includes('kinds')) await settled(page)
      await picture(page, `${name}-${lookName(look)}`)
      wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
      const px = await overflow(page)
      if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
      const text = await page.locator('main').innerText()
      if (/undefined|NaN|\[object/.test(text))
        wrong.push(`${name}: shows ${/\S*(undefined|NaN|\[object)\S*/.exec(text)?.[0]}`)
    }
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}

test.skipIf(!hasBrowser)(
  'every kind of panel shows data, and a stat what its query answers',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/d/kinds/every-kind`)
    await settled(page)
    for (const { id, title, type } of KINDS.panels) {
      const frame = page.locator(`[data-panel="${id}"]`)
      await frame.scrollIntoViewIfNeeded()
      const body = frame.locator('.panel-body')
      await expect.poll(async () => (await body.innerHTML()).length, SLOW).toBeGreaterThan(20)
      expect([title, await body.locator('.no-data, .panel-error').count()]).toEqual([title, 0])
      if (type.startsWith('somebody')) expect(await body.innerText()).toContain(type)
    }
    const answer = await instant(
      site.base,
      'count(node_cpu_seconds_total{mode="idle"})',
      Date.now() / 1000,
    )
    const shown = await page
      .getByRole('region', { name: 'CPUs', exact: true })
      .locator('strong')
      .innerText()
    expect(shown.trim()).toBe(answer.data?.result[0]?.value?.[1])
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'a variable is chosen, the address says so and brings it back',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/d/kinds/every-kind`)
    await settled(page)
    await page.getByRole('button', { name: /^Mode:/ }).click()
    await page.getByRole('checkbox', { name: 'idle' }).check()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.url(), SLOW).toContain('var-mode=idle')
    const legend = page
      .getByRole('region', { name: 'CPU', exact: true })
      .locator('.legend-wrap button')
    await expect.poll(() => legend.count(), SLOW).toBe(1)
    await page.reload()
    await settled(page)
    await expect.poll(() => legend.count(), SLOW).toBe(1)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'an imported dashboard is edited, saved and comes back as it was left',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/dashboard/import`)
    const file = { ...KINDS, title: 'Imported', uid: 'imported', kept: { by: 'nobody' } }
    await page.locator('textarea.source').fill(JSON.stringify(file))
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.waitForURL(/\/d\/imported/)
    await settled(page)
    await page.goto(`${site.base}/d/imported/x?editPanel=2`)
    const title = page.locator('.editor-options textarea').first()
    await title.fill('Processors')
    await title.blur()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.locator('dialog').getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => page.locator('dialog').count(), SLOW).toBe(0)
    await page.reload()
    await settled(page)
    await page.getByRole('region', { name: 'Processors', exact: true }).waitFor(SLOW)
    const stored = (await (await fetch(`${site.base}/api/dashboards/uid/imported`)).json()) as {
      dashboard: { kept: unknown; panels: { title: string }[] }
    }
    expect(stored.dashboard.kept).toEqual({ by: 'nobody' })
    expect(stored.dashboard.panels[1]?.title).toBe('Processors')
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)('what strangers write into dashboards and labels stays text', async () => {
  const { context, page, faults } = await site.open(DESK)
  await page.goto(`${site.base}/d/hostile/x`)
  await settled(page)
  await page.getByText('Markdown').first().waitFor(SLOW)
  expect(
    await page.evaluate(() => (window as unknown as { hacked?: number }).hacked),
  ).toBeUndefined()
  expect(await page.evaluate(() => ({} as { hacked?: number }).hacked)).toBeUndefined()
  expect(
    await page
      .locator('main a[href^="javascript"], main script, main [onload], main [onerror]')
      .count(),
  ).toBe(0)
  expect(faults).toEqual([])
  await context.close()
})

const GRAFANA = join(import.meta.dirname, '../../../shared/conformance/grafana')
for (const name of ['node-exporter-full', 'node-exporter-nodes-mixin']) {
  const path = join(GRAFANA, `${name}.json`)
  const text = readIfThere(path)
  test.skipIf(!hasBrowser || text === undefined)(
    `${name}: each panel shows what its queries answer, and no variable is left in one`,
    async () => {
      const dashboard = withOpenRows(
        JSON.parse(text!.replaceAll('job=\\"node-exporter\\"', 'job=\\"node\\"')) as JsonObject,
      )
      await save({ ...dashboard, uid: name, id: null })
      const { context, page, faults } = await site.open({ ...DESK, theme: 'dark' })
      const sent: string[] = []
      page.on('request', (request) => {
        if (request.url().includes('/query_batch')) sent.push(request.postData() ?? '')
      })
      // A time that has passed gives both sides the same answers.
      const toMs = Math.floor(Date.now() / 1000) * 1000
      const range = { fromMs: toMs - 300_000, toMs }
      await page.setViewportSize({ width: 1280, height: 30_000 })
      await page.goto(`${site.base}/d/${name}/x?from=${range.fromMs}&to=${range.toMs}`)
      // A window this high takes the browser long to paint.
      await settled(page, { timeout: 90_000 })
      const queries = sent.flatMap(
        (body) => (JSON.parse(body) as { queries: { query: string }[] }).queries,
      )
      expect(queries.map(({ query }) => query).filter((query) => query.includes('$'))).toEqual([])
      expect(await page.locator('.panel-error').allInnerTexts()).toEqual([])
      const wanted = await answersByPanel(dashboard, range)
      await settled(page)
      const shown = await page.locator('[data-panel]').evaluateAll((panels) =>
        panels.map((panel) => ({
          id: Number((panel as HTMLElement).dataset['panel']),
          isEmpty: panel.querySelector('.no-data') !== null,
        })),
      )
      const wrong = shown.flatMap(({ id, isEmpty }) => {
        const answer = wanted.get(id)
        return answer === undefined || answer.series > 0 === !isEmpty
          ? []
          : [`${answer.title}: ${answer.series} series, shown ${isEmpty ? 'empty' : 'with data'}`]
      })
      const withData = [...wanted.values()].filter(({ series }) => series > 0).length
      process.stdout.write(
        `${name}: ${shown.length} panels drawn, ${queries.length} queries; ${wanted.size} panels ask, ${withData} have data, ${wrong.length} differ from their queries' own answers\n`,
      )
      expect(wrong).toEqual([])
      expect([...wanted.keys()].filter((id) => !shown.some((one) => one.id === id))).toEqual([])
      expect(withData).toBeGreaterThan(wanted.size / 2)
      expect(faults).toEqual([])
      await context.close()
    },
  )
}

/** With every row open, so that every panel is asked. */
function withOpenRows(dashboard: JsonObject): JsonObject {
  const panels = (dashboard['panels'] as JsonObject[]).flatMap((panel) =>
    panel['type'] === 'row' && Array.isArray(panel['panels'])
      ? [{ ...panel, collapsed: false, panels: [] }, ...(panel['panels'] as JsonObject[])]
      : [panel],
  )
  return { ...dashboard, panels }
}

/** What the queries of each panel answer when they are asked one by one. */
async function answersByPanel(
  json: JsonObject,
  range: TimeRange,
): Promise<Map<number, { title: string; series: number }>> {
  const { dashboard } = loadDashboard(withInputs(json))
  const api = async <T>(path: string): Promise<T> =>
    ((await (await fetch(`${site.base}/api/v1/${path}`)).json()) as { data: T }).data
  const variables = await Variables.of(dashboard, {
    dataSources: [{ uid: 'pharos', name: 'Pharos', type: 'prometheus', isDefault: true }],
  }).load(
    {
      labelNames: async () => api('labels'),
      labelValues: async (label, matchers) =>
        api(
          `label/${label}/values?${matchers.map((one) => `match[]=${encodeURIComponent(one)}`).join('&')}`,
        ),
      series: async (matcher) => api(`series?match[]=${encodeURIComponent(matcher)}`),
      query: async (expr) => api(`query?query=${encodeURIComponent(expr)}`),
    },
    { range },
  )
  const found = new Map<number, { title: string; series: number }>()
  const scope = { range, stepMs: 15_000, scrapeIntervalMs: 2000 }
  for (const { id, title, targets } of dashboard.panels) {
    const exprs = targets.flatMap(({ expr = '', hide }) =>
      expr === '' || hide === true ? [] : [variables.interpolateQuery(expr, scope)],
    )
    if (exprs.length === 0) continue
    const counts = await Promise.all(
      exprs.map(async (query) => {
        const asked = new URLSearchParams({
          query,
          start: String(range.fromMs / 1000),
          end: String(range.toMs / 1000),
          step: '15',
        })
        return (await api<{ result: unknown[] }>(`query_range?${asked.toString()}`)).result.length
      }),
    )
    found.set(id, { title, series: counts.reduce((sum, count) => sum + count, 0) })
  }
  return found
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

test.skipIf(!hasBrowser)(
  'a panel is saved as a picture that shows what stands on the page',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/d/kinds/x`)
    for (const title of ['CPU', 'Memory']) {
      const shown = page.locator(`.dash-panel[aria-label="${title}"]`)
      await shown.locator('canvas, svg').first().waitFor(SLOW)
      await page.waitForLoadState('networkidle')
      await shown.hover()
      await shown.locator('header button[aria-haspopup]').click()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save as picture' }).click(),
      ])
      expect(file.suggestedFilename()).toBe(`${title}.png`)
      const saved = readFileSync(await file.path())
      const box = await shown.boundingBox()
      const wanted = await shown.screenshot()
      const likeness = await likenessOf(page, saved, wanted)
      expect(likeness.size).toEqual([Math.ceil(box!.width * 2), Math.ceil(box!.height * 2)])
      // Time goes on between the two: a line moves, a number changes. The page's own background tells nothing.
      expect(likeness.inked, title).toBeGreaterThan(0.005)
      expect(likeness.same, title).toBeGreaterThan(0.6)
    }
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'a snapshot is a file that shows the same everywhere, and asks nobody',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/d/kinds/x`)
    const before = await textsOf(page)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^Save a snapshot/ }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^every-kind-.*\.json$/)
    const text = readFileSync(await file.path(), 'utf8')
    await save({ ...(JSON.parse(text) as object), uid: 'snapshot' })
    const asked: string[] = []
    page.on('request', (request) => {
      if (/\/api\/v1\/(query|series|label)/.test(request.url())) asked.push(request.url())
    })
    await page.goto(`${site.base}/d/snapshot/x`)
    expect(await textsOf(page)).toEqual(before)
    await picture(page, 'snapshot')
    expect(asked).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  },
)

/** What stands in each panel of the dashboard with every kind. */
async function textsOf(page: Page): Promise<string[]> {
  await settled(page)
  const texts: string[] = []
  for (const { id } of KINDS.panels) {
    const body = page.locator(`[data-panel="${id}"]`).locator('.panel-body')
    await body.scrollIntoViewIfNeeded()
    await expect.poll(async () => (await body.innerHTML()).length, SLOW).toBeGreaterThan(20)
    texts.push(await body.innerText())
  }
  return texts
}

/** Of what is not background in `wanted`: its part of all, and how much of it has nearly the same colour in `saved`. */
async function likenessOf(
  page: Page,
  saved: Buffer,
  wanted: Buffer,
): Promise<{ size: number[]; inked: number; same: number }> {
  return page.evaluate(
    async (urls) => {
      const images = await Promise.all(
        urls.map(async (url) => {
          const image = new Image()
          image.src = url
          await image.decode()
          return image
        }),
      )
      const { naturalWidth: width, naturalHeight: height } = images[1]!
      const [a, b] = images.map((image) => {
        const canvas = document.createElement('canvas')
        canvas.width = width
        canvas.height = height
        const brush = canvas.getContext('2d')!
        brush.drawImage(image, 0, 0, width, height)
        return brush.getImageData(0, 0, width, height).data
      })
      const differ = (x: Uint8ClampedArray, i: number, y: Uint8ClampedArray, j: number) =>
        Math.abs(x[i]! - y[j]!) + Math.abs(x[i + 1]! - y[j + 1]!) + Math.abs(x[i + 2]! - y[j + 2]!)
      const middle = (Math.floor(height / 2) * width + 4) * 4
      let [inked, same] = [0, 0]
      for (let i = 0; i < b!.length; i += 4) {
        if (differ(b!, i, b!, middle) < 60) continue
        inked++
        if (differ(a!, i, b!, i) < 120) same++
      }
      const { naturalWidth, naturalHeight } = images[0]!
      return {
        size: [naturalWidth, naturalHeight],
        inked: (inked * 4) / b!.length,
        same: same / inked,
      }
    },
    [saved, wanted].map((png) => `data:image/png;base64,${png.toString('base64')}`),
  )
}
