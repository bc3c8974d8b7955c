// The pages without a mouse: from a query to a silence, and through a dashboard, by keys alone; whatever has the focus shows it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { hasBrowser, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const TABS_MAX = 80

const site = siteOf('up', {
  config: ({ own, node }) => {
    writeFileSync(
      join(site.directory, 'rules.yml'),
      'groups: [{name: g, rules: [{alert: Always, expr: vector(1), annotations: {summary: it is so}}]}]\n',
    )
    return `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - {job_name: self, static_configs: [{targets: ['${own}']}]}
  - {job_name: node, static_configs: [{targets: ['${node}']}]}
`
  },
  flags: ['--alertmanager.listen-address='],
  seen: ['ALERTS{alertstate="firing"}', 2],
})

interface Focused {
  readonly name: string
  readonly selector: string
  readonly isShown: boolean
}

/** What has the focus, and whether a person sees that it has: an outline of it or of what stands for it, or a changed border. */
async function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    const one = document.activeElement ?? document.body
    const name = one.getAttribute('aria-label') ?? one.textContent?.trim().slice(0, 60) ?? ''
    const shows = (element: Element | null): boolean => {
      if (element === null) return false
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
    }
    const standIn = one.closest('label, .expression, .chart-wrap, .plot, .cm-editor')
    // The button inside of a date field draws its own.
    const isInside = one.matches('input[type^="date"]:not(:focus-visible)')
    const box = one.getBoundingClientRect()
    return {
      name,
      selector: `${one.tagName.toLowerCase()}.${one.className}`,
      isShown:
        one === document.body ||
        isInside ||
        shows(one) ||
        shows(standIn) ||
        (box.width === 0 && box.height === 0),
    }
  })
}

/** Tab until the focus is on something with this name. */
async function tabTo(page: Page, name: RegExp, dull: Set<string>, key = 'Tab'): Promise<void> {
  const passed: string[] = []
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press(key)
    const on = await focused(page)
    if (!on.isShown) dull.add(`${on.selector} ${on.name}`)
    passed.push(on.name)
    if (name.test(on.name)) return
  }
  throw new Error(`no ${String(name)} within ${TABS_MAX} times ${key}: ${passed.join(' | ')}`)
}

test.skipIf(!hasBrowser)('from a query to a silence by keys alone', async () => {
  const { context, page, faults } = await site.open(DESK)
  const dull = new Set<string>()
  await page.goto(site.base)
  await page.locator('main h2').first().waitFor(SLOW)
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await page.waitForURL(/\/query/)
  await page.locator('.cm-content').waitFor(SLOW)
  await page.keyboard.press('/')
  await page.keyboard.type('node_lo')
  await page
    .locator('.cm-tooltip-autocomplete')
    .getByText('node_load15', { exact: true })
    .waitFor(SLOW)
  // The completion has its own delay before it takes a key.
  await expect
    .poll(async () => {
      await page.keyboard.press('Enter')
      return page.locator('.cm-content').innerText()
    }, SLOW)
    .toMatch(/^node_load\d/)
  const expr = await page.locator('.cm-content').innerText()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('g0.expr') === expr, SLOW)

  await tabTo(page, /^Graph$/, dull)
  await page.keyboard.press('ArrowLeft')
  await page.locator('main tbody tr').first().waitFor(SLOW)
  await page.keyboard.press('ArrowRight')
  await page.locator('main canvas').first().waitFor(SLOW)
  await tabTo(page, /cursor/i, dull)
  const spoken = () => page.locator('.chart-slider').getAttribute('aria-valuetext')
  await expect
    .poll(async () => {
      await page.keyboard.press('ArrowLeft')
      return spoken()
    }, SLOW)
    .toMatch(/node_load/)
  await page.locator('.chart-tip').waitFor()
  const before = await spoken()
  await page.keyboard.press('ArrowLeft')
  expect(await spoken()).not.toBe(before)
  await picture(page, 'keyboard-chart')
  await tabTo(page, /^Graph$/, dull, 'Shift+Tab')
  await page.keyboard.press('ArrowRight')
  await page.locator('.explain-node').first().waitFor(SLOW)

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor(SLOW)
  await picture(page, 'keyboard-help')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  expect((await focused(page)).name).toBe('Explain')

  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.waitForURL(/\/alerts$/)
  await page.getByRole('link', { name: 'Silence', exact: true }).first().waitFor(SLOW)
  await tabTo(page, /^Silence$/, dull)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/silences\/new\?filter=/)
  await page.getByText('1 alert').waitFor(SLOW)
  await tabTo(page, /^Your name/, dull).catch(() => tabTo(page, /^$/, dull))
  await page.getByLabel('Your name').focus()
  await page.keyboard.type('me')
  await page.keyboard.press('Tab')
  await page.keyboard.type('known')
  await tabTo(page, /^Create$/, dull)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/silences$/)
  await page.getByText('known').first().waitFor(SLOW)
  const silences = (await (await fetch(`${site.base}/api/v2/silences`)).json()) as object[]
  expect(silences).toMatchObject([
    { createdBy: 'me', comment: 'known', status: { state: 'active' } },
  ])
  expect([...dull]).toEqual([])
  expect(faults).toEqual([])
  await context.close()
})

test.skipIf(!hasBrowser)('through a dashboard by keys alone', async () => {
  const { context, page, faults } = await site.open(DESK)
  const dull = new Set<string>()
  await page.goto(`${site.base}/status`)
  await page.locator('main h1').waitFor(SLOW)
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await page.waitForURL(/\/dashboards/)
  await page.locator('[data-filter]').waitFor(SLOW)
  await page.keyboard.press('/')
  await page.keyboard.type('pharos itself')
  await expect.poll(() => page.locator('.dash-list li').count(), SLOW).toBe(1)
  await tabTo(page, /^Pharos itself$/, dull)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/d\/pharos-itself/)
  await page.locator('[data-panel] canvas').first().waitFor(SLOW)
  const answered = page.waitForResponse((response) => response.url().includes('query_batch'))
  await page.keyboard.press('r')
  await answered
  const first = page.locator('[data-panel]').first()
  const title = (await first.getAttribute('aria-label'))!
  await tabTo(page, new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`), dull)
  await page.keyboard.press('v')
  await page.waitForURL(/viewPanel=/)
  await expect.poll(() => page.locator('[data-panel]').count(), SLOW).toBe(1)
  await picture(page, 'keyboard-panel')
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.searchParams.has('viewPanel'))
  await page.keyboard.press('t')
  await page.keyboard.press('z')
  await page.waitForURL(/from=\d+/)
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor(SLOW)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Alt+ArrowLeft')
  await page.waitForURL(
    (url) => url.pathname !== '/d/pharos-itself/x' || !url.search.includes('from='),
  )
  for (const [letter, path] of [
    ['t', '/targets'],
    ['r', '/rules'],
    ['s', '/silences'],
    ['o', '/'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.waitForURL((url) => url.pathname === path)
  }
  expect([...dull]).toEqual([])
  expect(faults).toEqual([])
  await context.close()
})
