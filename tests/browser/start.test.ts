// The start of a page: the frame that the server sends is the one that the pages draw, nothing jumps when they take its place, and
// what is asked ahead of their code is asked once.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory } from '../e2e/process.ts'
import { axe, FOUR_LOOKS, hasBrowser, type Look, lookName, open } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const

const site = siteOf('up', { seen: ['node_load1', 2] })

const QUERY = '/query?g0.expr=node_load1&g0.tab=graph&g0.range_input=5m'
const PAGES: readonly string[] = [
  '/',
  '/dashboards',
  '/d/pharos-host/x',
  QUERY,
  '/query?g0.expr=up&g0.tab=table',
  '/alerts',
  '/alerts?view=groups',
  '/rules',
  '/silences',
  '/contact-points',
  '/notification-policies',
  '/targets',
  '/services',
  '/push',
  '/service-discovery',
  '/cluster',
  '/status',
  '/flags',
  '/config',
  '/features',
]

/** One of each: in the navigation, within another page, with a dashboard's own title. */
const FRAMED: readonly string[] = ['/', '/d/pharos-host/x', QUERY, '/cluster']

/** With what a person sees of the theme they like said to the server, as it is once they have chosen it. */
async function chosen(page: Page, base: string, look: Look): Promise<void> {
  await page.context().addCookies([{ name: 'pharos_theme', value: look.theme, url: base }])
}

/** Navigation and top bar as they stand: addresses resolved, without the bell and the counts that come later. Runs in the page. */
function frameNow(): string[] {
  return [...document.querySelectorAll('.skip, .side, .top')].map((part) => {
    const copy = part.cloneNode(true) as Element
    for (const late of copy.querySelectorAll('.badge, .bell > *')) late.remove()
    for (const link of copy.querySelectorAll('a')) link.setAttribute('href', link.href)
    for (const element of [copy, ...copy.querySelectorAll('*')]) {
      const attributes = [...element.attributes].toSorted((a, b) => (a.name < b.name ? -1 : 1))
      for (const { name } of attributes) element.removeAttribute(name)
      for (const { name, value } of attributes) element.setAttribute(name, value)
    }
    return copy.outerHTML
  })
}

async function isDrawn(page: Page): Promise<void> {
  await page.locator('#root:not([aria-busy])').waitFor({ ...SLOW, state: 'attached' })
}

for (const look of FOUR_LOOKS)
  test.skipIf(!hasBrowser)(
    `before any code the frame is what the pages draw: ${lookName(look)}`,
    async () => {
      const { context, page, faults } = await site.open(look)
      await chosen(page, site.base, look)
      let release: () => void = () => undefined
      const wrong: string[] = []
      for (const path of FRAMED) {
        const held = new Promise<void>((resolve) => (release = resolve))
        await page.route('**/assets/*.js', async (route) => {
          await held
          await route.continue()
        })
        await page.goto(site.base + path, { waitUntil: 'commit' })
        await page.locator('#root .skeleton').waitFor(SLOW)
        const before = await page.evaluate(frameNow)
        const title = await page.title()
        if (path === QUERY) wrong.push(...(await axe(page)))
        release()
        await isDrawn(page)
        if (before.length !== 3) wrong.push(`${path}: ${before.length} parts of a frame`)
        expect(before, path).toEqual(await page.evaluate(frameNow))
        // A dashboard adds its own name.
        if (!path.startsWith('/d/')) expect(await page.title(), path).toBe(title)
        await page.unroute('**/assets/*.js')
      }
      await context.close()
      expect([...wrong, ...faults]).toEqual([])
    },
  )

test.skipIf(!hasBrowser)(
  'what a page asks first is asked once, and nothing jumps when it is drawn',
  async () => {
    for (const path of PAGES) {
      const { context, page, faults } = await site.open(DESK)
      const asked: string[] = []
      const lost: string[] = []
      page.on('request', (request) => asked.push(request.url().slice(site.base.length)))
      page.on('requestfailed', (request) => lost.push(request.url()))
      await page.addInitScript(watchShifts)
      await page.goto(site.base + path)
      await isDrawn(page)
      await page.waitForLoadState('networkidle')
      const twice = asked.filter((url, index) => asked.indexOf(url) !== index)
      expect({ path, twice, lost, faults }).toEqual({ path, twice: [], lost: [], faults: [] })
      const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift)
      expect(shift, path).toBeLessThan(0.1)
      await context.close()
    }
  },
)

/** Sums up what moved without anybody asking for it. Runs in the page. */
function watchShifts(): void {
  const state = window as unknown as { shift: number }
  state.shift = 0
  new PerformanceObserver((list) => {
    // The cast: what Chromium tells of a layout shift.
    for (const { value } of list.getEntries() as unknown as { value: number }[])
      state.shift += value
  }).observe({ type: 'layout-shift', buffered: true })
}

test.skipIf(!hasBrowser)('below a prefix the frame leads to the same pages', async () => {
  const port = await freePort()
  const server = pharos([
    'server',
    `--web.listen-address=127.0.0.1:${port}`,
    `--web.external-url=http://127.0.0.1:${port}/pharos`,
    `--storage.tsdb.path=${temporaryDirectory()}`,
    '--config.file=/dev/null',
  ])
  const base = `http://127.0.0.1:${port}/pharos`
  await ready(base, server)
  const { context, page, faults } = await open(site.browser, `http://127.0.0.1:${port}`, DESK)
  await page.goto(`${base}/targets`)
  const before = await page
    .locator('.side a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
  await isDrawn(page)
  expect(before).toContain(`${base}/query`)
  await page.getByRole('link', { name: 'Query' }).first().click()
  await page.locator('.query').first().waitFor(SLOW)
  expect(page.url()).toBe(`${base}/query`)
  expect(faults).toEqual([])
  await context.close()
})
