// The alerts, rules and service discovery pages with a full set of answers, and the metrics explorer.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory, until } from '../e2e/process.ts'
import { instant } from '../e2e/query.ts'
import {
  axe,
  hasBrowser,
  launch,
  type Look,
  lookName,
  LOOKS,
  open,
  overflow,
  picture,
} from './browser.ts'
import { ALERTS, GROUPS, TARGETS } from './rules-fixture.ts'

const DESKTOP: Look = { theme: 'light', language: 'en', width: 1280 }

let server: Running
let browser: Browser
let base = ''

beforeAll(async () => {
  if (!hasBrowser) return
  const directory = temporaryDirectory(true)
  const [port, nodePort] = [await freePort(), await freePort()]
  base = `http://127.0.0.1:${port}`
  server = pharos(
    [
      'up',
      `--web.listen-address=127.0.0.1:${port}`,
      `--node.web.listen-address=127.0.0.1:${nodePort}`,
      '--pushgateway.web.listen-address=127.0.0.1:0',
      `--storage.tsdb.path=${join(directory, 'data')}`,
    ],
    { lasting: true },
  )
  browser = await launch()
  await ready(base, server)
  await until('a scrape of this machine', async () => {
    const answer = await instant(base, 'node_load1', Date.now() / 1000)
    return answer.data?.result.length === 1 ? true : undefined
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

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
    const { context, page, faults } = await open(browser, base, look)
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
      await page.goto(`${base}/${name}`)
      await page.locator('main table').first().waitFor()
      await page.waitForLoadState('networkidle')
      await check(name)
    }
    await page.goto(`${base}/`)
    await page.locator('main a[href="/alerts?state=firing"]').waitFor()
    await page.waitForLoadState('networkidle')
    await check('overview')
    await page.goto(`${base}/query`)
    await page.getByRole('button', { name: /explore metrics|浏览指标/i }).click()
    await page.getByRole('option').first().waitFor()
    await check('explorer')
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}

test.skipIf(!hasBrowser)('what fires comes first, is counted and can be found', async () => {
  const { context, page, faults } = await open(browser, base, DESKTOP)
  await withRules(page)
  await page.goto(`${base}/alerting/list`)
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
  await expect.poll(() => page.locator('main tbody tr').count()).toBe(1)
  await page.locator('.expression-link').first().click()
  await page.waitForURL(/\/query\?g0\.expr=node_filesystem.*g0\.tab=graph/)
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)('a server without rules says how to add some', async () => {
  const { context, page } = await open(browser, base, DESKTOP)
  await page.route('**/api/v1/rules*', (route) =>
    route.fulfill({ json: { status: 'success', data: { groups: [] } } }),
  )
  for (const path of ['/alerts', '/rules']) {
    await page.goto(base + path)
    await page.getByText('rule_files:').waitFor()
  }
  await context.close()
})

test.skipIf(!hasBrowser)('a server that fails says so, and old alerts are called old', async () => {
  const { context, page } = await open(browser, base, DESKTOP)
  let isUp = false
  await page.route('**/api/v1/rules*', (route) =>
    isUp
      ? route.fulfill({ json: { status: 'success', data: GROUPS } })
      : route.fulfill({
          status: 503,
          json: { status: 'error', errorType: 'unavailable', error: 'the rules are not loaded' },
        }),
  )
  await page.goto(`${base}/alerts`)
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
  const { context, page, faults } = await open(browser, base, DESKTOP)
  await page.goto(`${base}/query`)
  const editor = page.locator('.expression.is-editor [role=textbox]')
  await editor.click()
  await page.keyboard.type('abs(')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Explore metrics' }).click()
  await page.getByRole('searchbox').waitFor()
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
