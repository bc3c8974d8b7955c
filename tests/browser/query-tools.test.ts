// What the query and status pages offer beyond asking: Explain, heatmaps, the way to a dashboard, features, deletion; the
// palette; annotations; links of other programs. With axe, in a light and a dark, an English and a Chinese look.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { pause } from '../e2e/process.ts'
import { instant } from '../e2e/query.ts'
import { axe, hasBrowser, lookName, overflow, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const PHONE = { theme: 'dark', language: 'zh', width: 390 } as const

const site = siteOf('server', {
  config: ({ own }) => `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['${own}']}]
`,
  flags: ['--web.enable-admin-api'],
  seen: ['up', 3],
})

const queryPath = (expr: string, rest: Record<string, string>): string => {
  const keys = Object.entries({ expr, range_input: '5m', ...rest })
  return `/query?${new URLSearchParams(keys.map(([key, value]) => [`g0.${key}`, value])).toString()}`
}

const GAUGE_RATE = 'sum by (job) (rate(process_resident_memory_bytes[30s]))'
const BUCKETS = 'sum by (le) (nodejs_gc_duration_seconds_bucket)'

for (const look of [DESK, PHONE]) {
  test.skipIf(!hasBrowser)(`each tool is sound: ${lookName(look)}`, async () => {
    const { context, page, faults } = await site.open(look)
    const wrong: string[] = []
    for (const [name, path, there] of [
      ['explain', queryPath(GAUGE_RATE, { tab: 'explain' }), '.explain-node'],
      [
        'heatmap',
        queryPath(BUCKETS, { tab: 'graph', display_mode: 'heatmap' }),
        '.heat-graph canvas',
      ],
      ['features', '/features', '.feature-list'],
      ['delete', '/tsdb-status', '.delete-form'],
    ] as const) {
      await page.goto(site.base + path)
      await page.locator(there).first().waitFor(SLOW)
      await picture(page, `${name}-${lookName(look)}`)
      wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
      const px = await overflow(page)
      if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
    }
    await page.goto(site.base + queryPath('up', { tab: 'table' }))
    await page.locator('.query-links button').click()
    await page.locator('.dashboard-popover li').first().waitFor(SLOW)
    wrong.push(...(await axe(page)).map((text) => `to a dashboard: ${text}`))
    await page.goto(site.base + queryPath('up', { tab: 'graph' }))
    await page.locator('.legend-table .icon-btn').first().click()
    await page.locator('.series-dialog td').nth(8).waitFor(SLOW)
    await picture(page, `series-${lookName(look)}`)
    wrong.push(...(await axe(page)).map((text) => `series: ${text}`))
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}

test.skipIf(!hasBrowser)(
  'Explain tells of a rate of a gauge, mends it, and runs a part alone',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(site.base + queryPath(GAUGE_RATE, { tab: 'explain' }))
    await page.getByText('wants a counter').waitFor(SLOW)
    await page.getByRole('button', { name: /Replace with deriv/ }).click()
    await urlHas(page, 'g0.expr', GAUGE_RATE.replace('rate', 'deriv'))
    const lost = page.locator('.explain-node').first().locator('.is-lost')
    await expect.poll(async () => (await lost.allInnerTexts()).join(), SLOW).toContain('instance')
    await page.getByRole('button', { name: 'Run this part alone: deriv(' }).click()
    await urlHas(page, 'g0.expr', 'deriv(process_resident_memory_bytes[30s])')
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)(
  'a query becomes a panel, a link of Explore a query, and the palette finds dashboards',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    const explore = { queries: [{ expr: 'up' }], range: { from: 'now-30m', to: 'now' } }
    await page.goto(`${site.base}/explore?left=${encodeURIComponent(JSON.stringify(explore))}`)
    await urlHas(page, 'g0.expr', 'up')
    expect(new URL(page.url()).searchParams.get('g0.range_input')).toBe('30m')
    await page.getByRole('button', { name: 'Add to dashboard' }).click()
    await page.getByRole('button', { name: 'New dashboard' }).click()
    await page.waitForURL(/\/dashboard\/new\?.*editPanel=1/)
    await expect.poll(() => page.locator('.expression').first().innerText(), SLOW).toBe('up')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.locator('[data-panel="1"]').waitFor(SLOW)
    // The names of metrics are there first, and some fit; still dashboards stand on top.
    await page.route(/\/api\/(search|v1\/targets)/, async (route) => {
      await pause(700)
      await route.continue()
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('node.js pro')
    const first = page.getByRole('option').first()
    await page.getByRole('option', { name: /Node\.js process/ }).waitFor(SLOW)
    await expect.poll(() => first.innerText(), SLOW).toContain('Node.js process')
    await first.click()
    await page.waitForURL(/\/d\/pharos-nodejs/)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)('from a line of an answer to its target, a rule, and itself', async () => {
  const { context, page, faults } = await site.open(DESK)
  const about = async (expr: string) => {
    await page.goto(site.base + queryPath(expr, { tab: 'table' }))
    await page.locator('.row-tools button').first().click()
    return page.getByRole('dialog', { name: 'About this series' })
  }
  const dialog = await about('up')
  const fact = (name: string) =>
    dialog.getByRole('row', { name }).locator('td').first().innerText(SLOW)
  await expect.poll(() => fact('Active now'), SLOW).toBe('1')
  await expect.poll(() => fact('Samples'), SLOW).toMatch(/^[1-9]/)
  await dialog.getByRole('link', { name: 'Its target' }).click()
  await page.waitForURL(/\/targets\?search=127\.0\.0\.1/)
  await page.locator('.target-row').first().waitFor(SLOW)
  const computed = await about('sum by (job) (rate(process_resident_memory_bytes[30s]))')
  await computed.getByText('computed from stored series').waitFor(SLOW)
  await computed.getByRole('link', { name: 'Show it alone' }).click()
  await urlHas(
    page,
    'g0.expr',
    'sum by (job) (rate(process_resident_memory_bytes{job="self"}[30s]))',
  )
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)(
  'a live query runs again whenever samples come, and stops when told',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(site.base + queryPath('timestamp(up)', { tab: 'table' }))
    const value = page.locator('.result td.num')
    const seen = new Set<string>()
    const look = async () => seen.add(await value.innerText()).size
    await expect.poll(look, SLOW).toBe(1)
    await page.getByRole('button', { name: 'Live' }).click()
    await urlHas(page, 'g0.live', '1')
    await expect.poll(look, SLOW).toBeGreaterThan(3)
    await page.getByRole('button', { name: 'Live' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.has('g0.live'), SLOW).toBe(false)
    await pause(1500)
    const last = await value.innerText()
    await pause(2500)
    expect(await value.innerText()).toBe(last)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)('series are counted, deleted and brought back', async () => {
  const { context, page, faults } = await site.open(DESK)
  await page.goto(`${site.base}/tsdb-status`)
  await page.getByLabel('Selector').fill('scrape_samples_scraped')
  await page.getByText('1 series matches').waitFor(SLOW)
  const many = async () => {
    const answer = await instant(
      site.base,
      'count_over_time(scrape_samples_scraped[1h])',
      Date.now() / 1000,
    )
    return Number(answer.data?.result[0]?.value?.[1] ?? 0)
  }
  const before = await many()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Delete 1 series?' }).click()
  await page.getByText('Deleted.').waitFor(SLOW)
  expect(await many()).toBeLessThan(before)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Taken back.').waitFor(SLOW)
  expect(await many()).toBeGreaterThanOrEqual(before)
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)(
  'what happened is written down in a panel’s menu and shown to all',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    await page.goto(`${site.base}/d/pharos-itself/x?from=now-5m&to=now`)
    const frame = page.locator('[data-panel]').first()
    await frame.waitFor(SLOW)
    await frame.hover()
    await frame.getByRole('button', { name: /menu/i }).first().click()
    await page.locator('.menu-popover').getByRole('button', { name: 'Annotate' }).click()
    const dialog = page.locator('dialog')
    await dialog.getByLabel('What happened').fill('deployed <b>v2</b>')
    await dialog.getByLabel(/^Tags/).fill('deploy, shop')
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Write down' }).click()
    await expect.poll(() => dialog.count(), SLOW).toBe(0)
    const written = (await (
      await fetch(`${site.base}/api/annotations?tags=deploy`)
    ).json()) as unknown
    expect(written).toMatchObject([
      { dashboardUID: 'pharos-itself', text: 'deployed <b>v2</b>', tags: ['deploy', 'shop'] },
    ])
    expect(faults).toEqual([])
    await context.close()
  },
)

async function urlHas(page: Page, key: string, value: string): Promise<void> {
  await page.waitForURL((url) => url.searchParams.get(key) === value, SLOW)
}
