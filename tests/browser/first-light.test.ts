// The pages of the first light, in a real browser over live data of this machine.
import { expect, test } from 'vitest'
import { axe, hasBrowser, lookName, LOOKS, overflow, picture } from './browser.ts'
import { siteOf } from './site.ts'

const site = siteOf('up', { seen: ['node_load1', 2] })

const QUERY =
  '/query?g0.expr=sum+by+(mode)+(rate(node_cpu_seconds_total[1m]))&g0.tab=graph&g0.range_input=5m'
const PAGES: readonly (readonly [string, string])[] = [
  ['overview', '/'],
  ['query', QUERY],
  ['alerts', '/alerts'],
  ['rules', '/rules'],
  ['targets', '/targets'],
  ['service-discovery', '/service-discovery'],
  ['status', '/status'],
  ['tsdb-status', '/tsdb-status'],
  ['flags', '/flags'],
  ['config', '/config'],
]

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`every page is sound: ${lookName(look)}`, async () => {
    const { context, page, faults } = await site.open(look)
    const wrong: string[] = []
    for (const [name, path] of PAGES) {
      await page.goto(site.base + path)
      await page.locator('main').waitFor()
      await page.waitForLoadState('networkidle')
      await picture(page, `${name}-${lookName(look)}`)
      wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
      const px = await overflow(page)
      if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
      const text = await page.locator('main').innerText()
      if (/undefined|NaN|\[object/.test(text))
        wrong.push(`${name}: shows ${/\S*(undefined|NaN|\[object)\S*/.exec(text)?.[0]}`)
      const isChinese = /[\u4e00-\u9fff]/.test(text)
      if (isChinese !== (look.language === 'zh'))
        wrong.push(`${name}: is ${isChinese ? '' : 'not '}Chinese`)
    }
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}

test.skipIf(!hasBrowser)('the overview draws live data of this machine', async () => {
  const { context, page } = await site.open({
    theme: 'light',
    language: 'en',
    width: 1280,
  })
  await page.goto(`${site.base}/`)
  await page.locator('main canvas').first().waitFor()
  const soon = { timeout: 20_000 }
  await expect.poll(() => page.locator('main canvas').count(), soon).toBeGreaterThanOrEqual(4)
  await expect.poll(() => inkOf(page), soon).toBeGreaterThan(50)
  await context.close()
})

/** Distinct coloured pixels (not grey) over all canvases: zero when nothing is drawn. */
async function inkOf(page: import('playwright-core').Page): Promise<number> {
  return page.evaluate(() => {
    let ink = 0
    for (const canvas of document.querySelectorAll('canvas')) {
      const pixels =
        canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
      for (let i = 0; i < pixels.length; i += 4) {
        const [r, g, b, a] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!, pixels[i + 3]!]
        if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 40) ink++
      }
    }
    return ink
  })
}

test.skipIf(!hasBrowser)(
  'a query typed by hand gives a table, a graph, and a link that brings both back',
  async () => {
    const { context, page, faults } = await site.open({
      theme: 'dark',
      language: 'en',
      width: 1280,
    })
    await typedQuery(page, 'node_load1')
    await page.getByText('node_load1').nth(1).waitFor()
    await page.getByRole('tab', { name: /graph/i }).first().click()
    await page.locator('main canvas').first().waitFor()
    // A server that is seconds old draws a dot at the right edge of the hour.
    await expect.poll(() => inkOf(page)).toBeGreaterThan(0)
    expect(page.url()).toContain('g0.expr=node_load1')
    const link = page.url().replace('/query?', '/graph?')
    await page.goto(link)
    await page.locator('main canvas').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/query')
    expect(faults).toEqual([])
    await context.close()
  },
)

/** Opens the query page, types an expression and runs it with the keyboard. */
async function typedQuery(page: import('playwright-core').Page, expr: string): Promise<void> {
  await page.goto(`${site.base}/query`)
  await page
    .getByRole('textbox', { name: /expression/i })
    .first()
    .click()
  await page.keyboard.type(expr)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('g0.expr') === expr)
}

test.skipIf(!hasBrowser)('no key is lost when the editor comes while a person types', async () => {
  const { context, page, faults } = await site.open({
    theme: 'light',
    language: 'en',
    width: 1280,
  })
  let release: (() => void) | undefined
  await page.route('**/assets/prom-editor*', async (route) => {
    await new Promise<void>((resolve) => (release = resolve))
    await route.continue()
  })
  await page.goto(`${site.base}/query`)
  await page.locator('textarea.expression').click()
  const wanted = 'sum by (instance) (node_load1)'
  // The editor is let in after the fifth key, and comes some keys later.
  for (const [index, key] of wanted.split('').entries()) {
    if (index === 5) release?.()
    await page.keyboard.press(key === ' ' ? 'Space' : key)
  }
  await page.locator('.cm-content').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('g0.expr') === wanted)
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)('a mistake in a query is shown with its position', async () => {
  const { context, page } = await site.open({
    theme: 'light',
    language: 'en',
    width: 1280,
  })
  await page.goto(`${site.base}/query?g0.expr=rate(node_load1)&g0.tab=table`)
  await page
    .getByText(/1:\d+: parse error/)
    .first()
    .waitFor()
  await context.close()
})

test.skipIf(!hasBrowser)('the targets page lists both targets as up', async () => {
  const { context, page } = await site.open({
    theme: 'light',
    language: 'en',
    width: 1280,
  })
  await page.goto(`${site.base}/targets`)
  await page.getByText('node', { exact: true }).locator('visible=true').first().waitFor()
  await expect
    .poll(async () => (await page.locator('main').innerText()).match(/\bup\b/gi)?.length ?? 0)
    .toBeGreaterThanOrEqual(2)
  await context.close()
})
