// Every dialog of the pages, open: what opens one says so by aria-haspopup and is found that way; forms that open in place are
// listed. Each with axe, in both themes and both languages, wide and narrow.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { until } from '../e2e/process.ts'
import { axe, FOUR_LOOKS, hasBrowser, lookName, overflow, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const site = siteOf('up', {
  config: ({ own, node }) => {
    // What fires gives the pages of alerting something to open.
    writeFileSync(
      join(site.directory, 'rules.yml'),
      'groups: [{name: g, rules: [{alert: Always, expr: vector(1), labels: {severity: page}, annotations: {summary: it is so}}]}]\n',
    )
    return `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['${own}']}]
    relabel_configs: [{source_labels: [job], target_label: team}]
  - job_name: node
    static_configs: [{targets: ['${node}']}]
`
  },
  flags: ['--web.enable-admin-api', '--alertmanager.listen-address='],
  seen: ['ALERTS{alertstate="firing"}', 2],
})

const DASHBOARD = {
  uid: 'dialogs',
  title: 'Dialogs',
  schemaVersion: 41,
  time: { from: 'now-5m', to: 'now' },
  templating: {
    list: [
      {
        type: 'query',
        name: 'mode',
        query: 'label_values(node_cpu_seconds_total, mode)',
        multi: true,
        includeAll: true,
        current: { text: ['All'], value: ['$__all'] },
      },
      { type: 'adhoc', name: 'filters' },
    ],
  },
  panels: [
    {
      id: 1,
      type: 'timeseries',
      title: 'CPU',
      gridPos: { x: 0, y: 0, w: 24, h: 8 },
      targets: [
        { refId: 'A', expr: 'sum by (mode) (rate(node_cpu_seconds_total{mode=~"$mode"}[10s]))' },
      ],
      fieldConfig: { defaults: {}, overrides: [] },
      options: {},
    },
  ],
}

beforeAll(async () => {
  if (!hasBrowser) return
  const saved = await fetch(`${site.base}/api/dashboards/db`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard: DASHBOARD, overwrite: true }),
  })
  if (!saved.ok) throw new Error(await saved.text())
  await until('an alert in the alert manager', async () => {
    const text = await (await fetch(`${site.base}/api/v2/alerts`)).text()
    return text.includes('Always') ? true : undefined
  })
})

/** Pages whose openers are found by themselves. */
const PAGES: readonly (readonly [string, string])[] = [
  ['query', '/query?g0.expr=node_load1&g0.tab=graph&g0.range_input=5m'],
  ['dashboard', '/d/dialogs/x'],
  ['dashboards', '/dashboards'],
  ['targets', '/targets'],
  ['alerts', '/alerts'],
]

/** What opens in other ways: where, and what is done there. */
const OTHERS: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
  ['help', '/status', (page) => page.keyboard.press('?')],
  ['palette', '/status', (page) => page.keyboard.press('Control+k')],
  ['inspect', '/d/dialogs/x', (page) => onPanel(page, 'i')],
  ['annotate', '/d/dialogs/x', (page) => fromMenu(page, /^(Annotate|添加注释)$/)],
  [
    'settings',
    '/d/dialogs/x',
    async (page) => {
      await press(page, /^(Edit|编辑)$/)
      await press(page, /^(Settings|设置)$/)
    },
  ],
  [
    'save',
    '/d/dialogs/x',
    async (page) => {
      await press(page, /^(Edit|编辑)$/)
      await press(page, /^(Add panel|添加面板)$/)
      await press(page, /^(Apply|应用)$/)
      await press(page, /^(Save|保存)$/)
    },
  ],
  ['acknowledge', '/alerts?view=groups', (page) => press(page, /^(Acknowledge|确认)$/)],
]

/** Forms and details that open in their page. */
const IN_PLACE: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
  [
    'silence-form',
    '/silences/new?filter=%7Balertname%3D%22Always%22%7D',
    (page) => page.locator('form textarea, form input').first().waitFor(SLOW),
  ],
  ['contact-form', '/contact-points', (page) => press(page, /^(Edit|编辑)$/)],
  ['route-form', '/notification-policies', (page) => press(page, /^(Add below|添加子路由)$/)],
  [
    'panel-editor',
    '/d/dialogs/x?editPanel=1',
    (page) => page.locator('.editor-options').waitFor(SLOW),
  ],
  [
    'import',
    '/dashboard/import',
    (page) =>
      page.locator('textarea.source').fill(JSON.stringify({ ...DASHBOARD, uid: 'x', title: 'X' })),
  ],
  [
    'rule-editor',
    '/rules/new?expr=up',
    async (page) => {
      await page
        .getByLabel(/^(Name|名称)$/)
        .first()
        .fill('Seen')
      await press(page, /^(Test rule|测试规则)$/)
    },
  ],
  ['target-details', '/targets', (page) => page.locator('.target-row .fold').first().click()],
  [
    'relabel-steps',
    '/service-discovery',
    (page) => page.locator('main tbody tr button').first().click(),
  ],
  [
    'delete-series',
    '/tsdb-status',
    async (page) => {
      await page.locator('.delete-form input').first().fill('scrape_samples_scraped')
      await press(page, /^(Delete|删除)$/)
    },
  ],
]

async function press(page: Page, name: RegExp): Promise<void> {
  await page.locator('main').getByRole('button', { name }).first().click(SLOW)
}

async function onPanel(page: Page, key: string): Promise<void> {
  await page.locator('[data-panel="1"]').focus()
  await page.keyboard.press(key)
}

async function fromMenu(page: Page, name: RegExp): Promise<void> {
  await page.locator('[data-panel="1"] header button').last().click()
  await page.locator('.menu-popover').getByRole('button', { name }).click(SLOW)
}

const dialog = (page: Page): Locator => page.locator('[role=dialog]:visible, dialog[open]').first()

for (const look of FOUR_LOOKS) {
  test.skipIf(!hasBrowser)(
    `every dialog is sound: ${lookName(look)}`,
    async () => {
      const { context, page, faults } = await site.open(look)
      const wrong: string[] = []
      const names: string[] = []
      const check = async (name: string): Promise<void> => {
        names.push(name)
        await picture(page, `dialog-${name}-${lookName(look)}`)
        wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
        const px = await overflow(page)
        if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
      }
      const go = async (path: string): Promise<void> => {
        await page.goto(site.base + path)
        await page.locator('main h1, main section').first().waitFor(SLOW)
        await page.waitForLoadState('networkidle')
      }
      for (const [name, path] of PAGES) {
        await go(path)
        const openers = page.locator('[aria-haspopup="dialog"]:visible')
        for (let i = 0; i < (await openers.count()); i++) {
          // The bell is on every page: once is enough.
          if (
            name !== 'query' &&
            (await openers.nth(i).locator('xpath=ancestor::header[@class="top"]').count()) > 0
          )
            continue
          await openers.nth(i).click()
          await dialog(page).waitFor(SLOW)
          await page.waitForLoadState('networkidle')
          await check(`${name}-${i}`)
          await page.keyboard.press('Escape')
          await expect.poll(() => dialog(page).count(), SLOW).toBe(0)
        }
      }
      for (const [name, path, opened] of [...OTHERS, ...IN_PLACE]) {
        await go(path)
        try {
          await opened(page)
          if (OTHERS.some(([other]) => other === name)) await dialog(page).waitFor(SLOW)
        } catch (error) {
          wrong.push(`${name} does not open: ${String(error).slice(0, 300)}`)
          continue
        }
        await page.waitForLoadState('networkidle')
        await check(name)
      }
      if (look.width < 760) {
        await go('/status')
        await page.locator('.burger button').click()
        await dialog(page).waitFor()
        await check('drawer')
      }
      process.stdout.write(`dialogs, ${lookName(look)}: ${names.length} (${names.join(', ')})\n`)
      await context.close()
      expect([...wrong, ...faults]).toEqual([])
    },
    300_000,
  )
}
