// The forms of the panel editor in a real browser: mappings, overrides, transformations, links, the kinds of panels, undo;
// and exemplars over a chart.
import { createServer, type Server } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory, until } from '../e2e/process.ts'
import { instant } from '../e2e/query.ts'
import { axe, hasBrowser, launch, open, picture } from './browser.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const SLOW = { timeout: 30_000 }
const EVIL = '<img src=x onerror=window.hacked=1>'

let server: Running
let service: Server
let browser: Browser
let base = ''

/** A page with a histogram whose buckets remember traces; one of them is a stranger's idea of a label. */
function page(): string {
  const nowSeconds = Date.now() / 1000
  const bucket = (le: string, count: number, exemplar: string) =>
    `app_seconds_bucket{le="${le}"} ${count}${exemplar}\n`
  const exemplar = (trace: string, value: number) =>
    ` # {trace_id="${trace}"} ${value} ${nowSeconds.toFixed(3)}`
  const count = Math.floor(nowSeconds % 100_000)
  return [
    '# TYPE app_seconds histogram\n',
    bucket('0.1', count, exemplar('abc123', 0.07)),
    bucket('1', count * 2, exemplar(EVIL, 0.6)),
    bucket('+Inf', count * 2, ''),
    `app_seconds_count ${count * 2}\napp_seconds_sum ${count}\n`,
    '# TYPE app_state gauge\n',
    ...['a', 'b', 'c'].map((queue, i) => `app_state{queue="${queue}"} ${i}\n`),
    '# EOF\n',
  ].join('')
}

beforeAll(async () => {
  if (!hasBrowser) return
  const directory = temporaryDirectory(true)
  const [port, servicePort] = [await freePort(), await freePort()]
  base = `http://127.0.0.1:${port}`
  service = createServer((_, response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
    response.end(page())
  })
  await new Promise<void>((resolve) => service.listen(servicePort, '127.0.0.1', resolve))
  const config = join(directory, 'pharos.yml')
  writeFileSync(
    config,
    `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: app
    static_configs: [{targets: ['127.0.0.1:${servicePort}']}]
`,
  )
  server = pharos(
    [
      'server',
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
    ],
    { lasting: true, cwd: directory },
  )
  browser = await launch()
  await ready(base, server)
  await until('five scrapes of the service', async () => {
    const answer = await instant(base, 'count_over_time(up[1m])', Date.now() / 1000)
    return Number(answer.data?.result[0]?.value?.[1]) >= 5 ? true : undefined
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  service?.close()
})

async function save(dashboard: object): Promise<void> {
  const response = await fetch(`${base}/api/dashboards/db`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard, overwrite: true }),
  })
  expect(response.status, await response.text()).toBe(200)
}

const dashboardOf = (uid: string, rest: object = {}) => ({
  uid,
  title: `Forms ${uid}`,
  schemaVersion: 41,
  time: { from: 'now-5m', to: 'now' },
  panels: [
    {
      id: 1,
      type: 'timeseries',
      title: 'States',
      gridPos: { x: 0, y: 0, w: 12, h: 8 },
      targets: [{ refId: 'A', expr: 'app_state', legendFormat: '{{queue}}' }],
      fieldConfig: { defaults: {}, overrides: [] },
      options: {},
      somebodys: { key: [1, 2] },
      ...rest,
    },
  ],
})

/** Opens the editor of panel 1 of a dashboard, with its data drawn. */
async function openEditor(page: Page, uid: string): Promise<Locator> {
  await page.goto(`${base}/d/${uid}/x?editPanel=1`)
  const editor = page.getByRole('dialog', { name: /^Edit panel/ })
  await editor.locator('.editor-preview .panel-body > *').first().waitFor(SLOW)
  return editor
}

interface StoredPanel {
  readonly type: string
  readonly somebodys: unknown
  readonly transformations: readonly { id: string; options: unknown; disabled?: boolean }[]
  readonly fieldConfig: {
    readonly defaults: Readonly<Record<string, unknown>>
    readonly overrides: readonly { matcher: unknown; properties: unknown }[]
  }
}

/** What the editor made of the panel, as its JSON says. */
async function jsonOf(editor: Locator): Promise<StoredPanel> {
  await editor.getByRole('tab', { name: 'JSON' }).click()
  const text = await editor.locator('#editor-panel textarea').inputValue()
  return JSON.parse(text) as StoredPanel
}

const undo = (editor: Locator) => editor.getByRole('button', { name: 'Undo' })

test.skipIf(!hasBrowser)(
  'mappings of every kind, thresholds and links are written, and each step is undone',
  async () => {
    await save(dashboardOf('mappings'))
    const { context, page, faults } = await open(browser, base, DESK)
    const editor = await openEditor(page, 'mappings')
    const mappings = editor
      .locator('details')
      .filter({ has: page.locator('summary', { hasText: /^Value mappings$/ }) })
    for (const [index, kind] of ['value', 'range', 'regex', 'special'].entries()) {
      await mappings.getByRole('button', { name: 'Add mapping' }).click()
      const row = mappings.getByRole('region', { name: 'Value mappings' }).nth(index)
      if (kind !== 'value') await row.getByLabel('Kind of mapping').selectOption(kind)
      await row.getByLabel('Text').fill(`as ${kind}`)
      await row.getByLabel('Text').press('Enter')
    }
    const [, range, regex, special] = [0, 1, 2, 3].map((index) =>
      mappings.getByRole('region', { name: 'Value mappings' }).nth(index),
    )
    await range!.getByLabel('From').fill('2')
    await range!.getByLabel('To', { exact: true }).fill('9.5')
    await regex!.getByLabel('Pattern').last().fill('^b')
    await regex!.getByLabel('Pattern').last().press('Enter')
    await special!.getByLabel('Special').last().selectOption('null+nan')
    const thresholds = editor.locator('details', { hasText: 'Add threshold' })
    await thresholds.getByRole('checkbox', { name: 'in per cent' }).check()
    const links = editor.getByRole('group', { name: 'Links of values' })
    await links.getByRole('button', { name: 'Add link' }).click()
    await links.getByLabel('Title').fill('To ${__field.labels.queue}')
    await links.getByLabel('Address').fill('/query?x=${__value.raw}')
    await links.getByLabel('Address').press('Enter')
    const { fieldConfig, somebodys } = await jsonOf(editor)
    expect(fieldConfig.defaults).toMatchObject({
      mappings: [
        { type: 'value', options: { '0': { text: 'as value' } } },
        { type: 'range', options: { from: 2, to: 9.5, result: { text: 'as range' } } },
        { type: 'regex', options: { pattern: '^b', result: { text: 'as regex' } } },
        { type: 'special', options: { match: 'null+nan', result: { text: 'as special' } } },
      ],
      thresholds: { mode: 'percentage' },
      links: [{ title: 'To ${__field.labels.queue}', url: '/query?x=${__value.raw}' }],
    })
    expect(somebodys).toEqual({ key: [1, 2] })
    await picture(page, 'panel-editor-mappings')
    expect(await axe(page)).toEqual([])
    for (let steps = 0; steps < 60 && (await undo(editor).isEnabled()); steps++)
      await undo(editor).click()
    expect(await mappings.getByRole('region', { name: 'Value mappings' }).count()).toBe(0)
    expect(await thresholds.getByRole('checkbox', { name: 'in per cent' }).isChecked()).toBe(false)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'every transformation is added by its form, moved, switched off and undone',
  async () => {
    await save(
      dashboardOf('transforms', { transformations: [{ id: 'somebodysOwn', options: { a: 1 } }] }),
    )
    const { context, page, faults } = await open(browser, base, DESK)
    const editor = await openEditor(page, 'transforms')
    await editor.getByRole('tab', { name: /^Transformations/ }).click()
    const add = editor.getByLabel('Add transformation…')
    const ids = (
      await add
        .locator('option')
        .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
    ).filter((id) => id !== '')
    expect(ids.length).toBeGreaterThan(20)
    for (const id of ids) {
      await add.selectOption(id)
      // Each alone: what one leaves of the data is not what the next expects.
      const item = editor.locator('.query-edit').last()
      await item.locator('.transform-form, .hint').first().waitFor(SLOW)
      await item.getByRole('button', { name: 'Hide', exact: true }).click()
    }
    expect(await axe(page)).toEqual([])
    await add.selectOption('organize')
    const organize = editor.getByRole('region', { name: /^Organize/ }).last()
    await organize.getByLabel('New name of b').fill('Queue B')
    await organize.getByLabel('New name of b').press('Enter')
    await organize.getByRole('button', { name: 'Hide: a' }).click()
    await organize.getByRole('button', { name: 'Move up: c' }).click()
    await organize.getByRole('button', { name: 'Move up', exact: true }).click()
    await picture(page, 'panel-editor-transforms')
    const { transformations } = await jsonOf(editor)
    expect(transformations[0]).toEqual({ id: 'somebodysOwn', options: { a: 1 } })
    expect(transformations.length).toBe(ids.length + 2)
    expect(transformations.at(-2)).toMatchObject({
      id: 'organize',
      options: { excludeByName: { a: true }, renameByName: { b: 'Queue B' } },
    })
    expect(transformations.slice(1, -2).every(({ disabled }) => disabled)).toBe(true)
    await editor.getByRole('tab', { name: /^Transformations/ }).click()
    for (let steps = 0; steps < 120 && (await undo(editor).isEnabled()); steps++)
      await undo(editor).click()
    expect(await editor.locator('.query-edit').count()).toBe(1)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'overrides mean fields by every matcher, and keep what no form shows',
  async () => {
    const kept = {
      matcher: { id: 'byName', options: 'a' },
      properties: [
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [3, 9] } },
        { id: 'somebodys.setting', value: { deep: true } },
      ],
    }
    await save(dashboardOf('overrides', { fieldConfig: { defaults: {}, overrides: [kept] } }))
    const { context, page, faults } = await open(browser, base, DESK)
    const editor = await openEditor(page, 'overrides')
    const list = editor.locator('details', { hasText: 'Add override' })
    const matchers = await list
      .getByLabel('Which fields')
      .first()
      .locator('option')
      .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
    expect(matchers.length).toBeGreaterThanOrEqual(12)
    for (const [index, id] of matchers.entries()) {
      await list.getByRole('button', { name: 'Add override' }).click()
      const item = list.getByRole('region', { name: 'Overrides' }).nth(index + 1)
      if (id !== 'byName') await item.getByLabel('Which fields').selectOption(id)
      await item.getByLabel('Add setting…').selectOption('color')
      await item.getByLabel('Colours').selectOption('fixed')
    }
    const byName = list.getByRole('region', { name: 'Overrides' }).nth(1)
    await byName.getByLabel('Name or pattern').fill('b')
    await byName.getByLabel('Name or pattern').press('Enter')
    const lineStyle = list.getByRole('region', { name: 'Overrides' }).first()
    await lineStyle.getByLabel('Line style').selectOption('dot')
    await picture(page, 'panel-editor-overrides')
    expect(await axe(page)).toEqual([])
    const { fieldConfig } = await jsonOf(editor)
    expect(fieldConfig.overrides.length).toBe(matchers.length + 1)
    expect(fieldConfig.overrides[0]).toEqual({
      ...kept,
      properties: [
        { id: 'custom.lineStyle', value: { fill: 'dot', dash: [3, 9] } },
        kept.properties[1],
      ],
    })
    expect(fieldConfig.overrides[1]).toEqual({
      matcher: { id: 'byName', options: 'b' },
      properties: [{ id: 'color', value: { mode: 'fixed' } }],
    })
    expect(
      fieldConfig.overrides.slice(1).map(({ matcher }) => (matcher as { id: string }).id),
    ).toEqual(matchers)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'the kinds of panels show this panel’s data, one is taken, and it is undone',
  async () => {
    const expr = 'last_over_time(app_state[$__rate_interval])'
    await save(dashboardOf('kinds', { targets: [{ refId: 'A', expr }] }))
    const { context, page, faults } = await open(browser, base, DESK)
    const editor = await openEditor(page, 'kinds')
    const switcher = editor.getByRole('region', { name: 'Kind of panel' })
    await switcher.getByRole('button', { expanded: false }).click()
    await expect
      .poll(
        () => switcher.locator('.type-thumb canvas, .type-thumb svg, .type-thumb table').count(),
        SLOW,
      )
      .toBeGreaterThan(10)
    expect(await switcher.locator('.panel-error').allInnerTexts()).toEqual([])
    await picture(page, 'panel-editor-kinds')
    expect(await axe(page)).toEqual([])
    await switcher.getByRole('button', { name: 'Stat', exact: true }).click()
    await editor.locator('.editor-preview .stat').first().waitFor(SLOW)
    expect(await jsonOf(editor)).toMatchObject({ type: 'stat', somebodys: { key: [1, 2] } })
    await undo(editor).click()
    await editor.locator('.editor-preview canvas').first().waitFor(SLOW)
    // A variable is no fault, what stands beside it may be one.
    await editor.getByRole('tab', { name: /^Queries/ }).click()
    const field = editor.getByRole('textbox', { name: 'PromQL expression' })
    await field.press('End')
    await field.pressSequentially(' +')
    const marked = editor.locator('.cm-lintRange-error, .cm-lintPoint-error')
    await expect.poll(() => marked.count(), SLOW).toBeGreaterThan(0)
    await field.press('Backspace')
    await field.press('Backspace')
    await expect.poll(() => marked.count(), SLOW).toBe(0)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'exemplars are diamonds that tell their labels and lead to their trace; a hostile label stays text',
  async () => {
    await save(
      dashboardOf('exemplars', {
        targets: [
          {
            refId: 'A',
            expr: 'histogram_quantile(0.9, sum by (le) (rate(app_seconds_bucket[1m])))',
            legendFormat: 'p90',
            exemplar: true,
          },
        ],
        fieldConfig: {
          defaults: {
            unit: 's',
            links: [
              {
                title: 'Trace ${__data.fields.trace_id}',
                url: '/query?trace=${__data.fields.trace_id}',
              },
            ],
          },
          overrides: [],
        },
      }),
    )
    const { context, page, faults } = await open(browser, base, DESK)
    await page.goto(`${base}/d/exemplars/x`)
    const diamonds = page.locator('.exemplar')
    await expect.poll(() => diamonds.count(), SLOW).toBeGreaterThan(0)
    await picture(page, 'exemplars')
    const cards: string[] = []
    const hrefs: (string | null)[] = []
    for (let i = 0; i < (await diamonds.count()) && i < 12; i++) {
      await diamonds.nth(i).focus()
      await diamonds.nth(i).press('Enter')
      const card = page.getByRole('group', { name: 'Exemplar' })
      cards.push(await card.innerText())
      hrefs.push(await card.locator('a').first().getAttribute('href'))
      if (i === 0) {
        await picture(page, 'exemplar-card')
        expect(await axe(page)).toEqual([])
      }
      await diamonds.nth(i).press('Enter')
    }
    expect(cards.some((text) => text.includes('abc123'))).toBe(true)
    expect(cards.some((text) => text.includes(EVIL))).toBe(true)
    expect(hrefs).toContain('query?trace=abc123')
    expect(hrefs.map((href) => decodeURIComponent(href ?? ''))).toContain(`query?trace=${EVIL}`)
    await page.goto(`${base}/query?g0.expr=app_seconds_bucket&g0.tab=graph&g0.range_input=5m`)
    await page.getByRole('checkbox', { name: 'Exemplars' }).check()
    await expect.poll(() => page.locator('.exemplar').count(), SLOW).toBeGreaterThan(0)
    expect(page.url()).toContain('g0.show_exemplars=1')
    await picture(page, 'exemplars-query')
    expect(
      await page.evaluate(() => (window as unknown as { hacked?: number }).hacked),
    ).toBeUndefined()
    expect(faults).toEqual([])
    await context.close()
  },
)
