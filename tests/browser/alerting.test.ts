// The alerts, rules and service discovery pages with a full set of answers, and the metrics explorer.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axe, hasBrowser, type Look, lookName, LOOKS, overflow, picture } from './browser.ts'
import { ALERTS, GROUPS, TARGETS } from './rules-fixture.ts'
import { siteOf, SLOW } from './site.ts'

const DESKTOP: Look = { theme: 'light', language: 'en', width: 1280 }

const site = siteOf('up', { seen: ['node_load1', 1] })

/** Answers these paths of the API as a server with many rules would. */
async function withRules(page: Page): Promise<void> {
  for (const [path, data] of [
    ['rules', GROUPS],
    ['alerts', ALERTS],
    ['targets', TARGETS],
  ] as const)
    await page.route(
      (url) => url.pathname === `/api/v1/${path}`,
      (route) => route.fulfill({ json: { status: 'success', data } }),
    )
}

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`pages full of rules are sound: ${lookName(look)}`, async () => {
    const { context, page, faults } = await site.open(look)
    await withRules(page)
    const wrong: string[] = []
    const check = async (name: string) => {
      await picture(page, `full-${name}-${lookName(look)}`)
      wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
      const px = await overflow(page)
      if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
      const text = await page.locator('main').innerText()
      if (/undefined|NaN|\[object/.test(text)) wrong.push(`${name}: shows no value`)
    }
    for (const name of ['alerts', 'rules', 'service-discovery']) {
      await page.goto(`${site.base}/${name}`)
      await page.locator('main table').first().waitFor()
      await page.waitForLoadState('networkidle')
      await check(name)
    }
    await page.goto(`${site.base}/`)
    await page.locator('main a[href="/alerts?state=firing"]').waitFor()
    await page.waitForLoadState('networkidle')
    await check('overview')
    await page.goto(`${site.base}/query`)
    await page.getByRole('button', { name: /explore metrics|浏览指标/i }).click()
    await page.getByRole('option').first().waitFor()
    await check('explorer')
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}

test.skipIf(!hasBrowser)('what fires comes first, is counted and can be found', async () => {
  const { context, page, faults } = await site.open(DESKTOP)
  await withRules(page)
  await page.goto(`${site.base}/alerting/list`)
  const names = page.locator('main h2')
  await names.first().waitFor()
  expect(new URL(page.url()).pathname).toBe('/alerts')
  expect(await names.allInnerTexts()).toEqual(['DiskFull', 'Soon', 'Young', 'Quiet'])
  const rail = page.getByRole('navigation').first()
  await rail.getByText('30 firing').waitFor({ state: 'attached' })
  // Markup in an annotation is text.
  await page.getByText('Disk of host-29 is <b>full</b>').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('host-3.example')
  await expect.poll(() => page.locator('main tbody tr').count()).toBe(1)
  expect(page.url()).toContain('search=host-3.example')
  await page.reload()
  await expect.poll(() => page.locator('main tbody tr').count(), SLOW).toBe(1)
  await page.locator('.expression-link').first().click()
  await page.waitForURL(/\/query\?g0\.expr=node_filesystem.*g0\.tab=graph/)
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)('a server without rules says how to add some', async () => {
  const { context, page } = await site.open(DESKTOP)
  await page.route('**/api/v1/rules*', (route) =>
    route.fulfill({ json: { status: 'success', data: { groups: [] } } }),
  )
  for (const path of ['/alerts', '/rules']) {
    await page.goto(site.base + path)
    await page.getByText('rule_files:').waitFor()
  }
  await context.close()
})

test.skipIf(!hasBrowser)('a server that fails says so, and old alerts are called old', async () => {
  const { context, page } = await site.open(DESKTOP)
  let isUp = false
  await page.route('**/api/v1/rules*', (route) =>
    isUp
      ? route.fulfill({ json: { status: 'success', data: GROUPS } })
      : route.fulfill({
          status: 503,
          json: { status: 'error', errorType: 'unavailable', error: 'the rules are not loaded' },
        }),
  )
  await page.goto(`${site.base}/alerts`)
  await page.getByText('the rules are not loaded').waitFor()
  isUp = true
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('DiskFull').first().waitFor()
  isUp = false
  await page.getByText(/These are the last data/).waitFor()
  expect(await page.getByText('DiskFull').count()).toBeGreaterThan(0)
  await context.close()
})

test.skipIf(!hasBrowser)('the metrics explorer puts a metric where the cursor is', async () => {
  const { context, page, faults } = await site.open(DESKTOP)
  await page.goto(`${site.base}/query`)
  const editor = page.locator('.expression.is-editor [role=textbox]')
  await editor.click()
  await page.keyboard.type('abs(')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Explore metrics' }).click()
  await page.getByRole('combobox', { name: 'Search' }).waitFor()
  await page.keyboard.type('node_load1')
  await page
    .getByRole('option', { name: /^node_load1\b/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => editor.innerText()).toBe('abs(node_load1)')
  await page.keyboard.type(' + 0')
  await expect.poll(() => editor.innerText()).toBe('abs(node_load1 + 0)')
  expect(faults).toEqual([])
  await context.close()
})
