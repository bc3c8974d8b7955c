// Ctrl-K as a newcomer uses it: type and press Enter, without waiting for anything.
import { expect, test } from 'vitest'
import { pause } from '../e2e/process.ts'
import { axe, hasBrowser, lookName, LOOKS, overflow, picture } from './browser.ts'
import { siteOf, SLOW } from './site.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const

const site = siteOf('server', {
  config: ({ own }) => `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['${own}']}]
`,
  seen: ['up', 1],
})

/** What is typed, and where its first match leads. */
const TYPED: readonly (readonly [string, RegExp])[] = [
  ['targets', /\/targets$/],
  ['node.js pro', /\/d\/pharos-nodejs\//],
  ['process_resident', /\/query\?.*expr=process_resident_memory_bytes/],
  ['flags', /\/flags$/],
  ['pharos itself', /\/d\/pharos-itself\//],
]

test.skipIf(!hasBrowser)(
  'what is typed and entered at once is taken: ten of ten, on a slow server too',
  async () => {
    const { context, page, faults } = await site.open(DESK)
    let taken = 0
    for (const delayMs of [0, 250]) {
      await page.unrouteAll()
      await page.route(/\/api\//, async (route) => {
        await pause(delayMs)
        await route.continue()
      })
      for (const [text, path] of TYPED) {
        await page.goto(`${site.base}/status`)
        await page.locator('main h1').waitFor(SLOW)
        await page.keyboard.press('Control+k')
        await page.keyboard.type(text)
        await page.keyboard.press('Enter')
        await page.waitForURL(path, SLOW)
        taken++
      }
    }
    process.stdout.write(`palette: ${taken} of 10 taken with Enter right after the last key\n`)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)('arrows move the mark, typing puts it back on the first', async () => {
  const { context, page, faults } = await site.open(DESK)
  await page.goto(`${site.base}/status`)
  const opener = page.getByRole('button', { name: /Search dashboards/ })
  await opener.focus()
  await page.keyboard.press('Enter')
  const marked = page.getByRole('option', { selected: true })
  await page.keyboard.type('r')
  await page
    .getByRole('option', { name: /scrape_/ })
    .first()
    .waitFor(SLOW)
  const first = await marked.innerText()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  expect(await marked.innerText()).not.toBe(first)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  // From the first to the last, which is scrolled to.
  const last = page.getByRole('option').last()
  expect(await marked.innerText()).toBe(await last.innerText())
  await expect.poll(() => last.isVisible()).toBe(true)
  await page.keyboard.type('zzz')
  await page.getByText('Nothing found').waitFor()
  await page.keyboard.press('Enter')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Backspace')
  await page.keyboard.type('flags')
  await page.getByText('Nothing found').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  expect(new URL(page.url()).pathname).toBe('/status')
  await expect.poll(() => opener.evaluate((one) => one === document.activeElement)).toBe(true)
  expect(faults).toEqual([])
  await context.close()
})

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`the palette is sound: ${lookName(look)}`, async () => {
    const { context, page, faults } = await site.open(look)
    await page.goto(`${site.base}/targets`)
    await page.locator('main h1').waitFor(SLOW)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('pro')
    await page.getByRole('option').nth(5).waitFor(SLOW)
    await picture(page, `palette-${lookName(look)}`)
    expect(await axe(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(faults).toEqual([])
    await context.close()
  })
}
